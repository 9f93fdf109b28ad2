"""docs/security.md names tests: each has to be there, and each row has to have one or a reason."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/security.md").read_text()
ROWS = [row for row in TEXT.splitlines() if re.match(r"\| \d+\.\d+\.\d+", row)]
WITHOUT = [row for row in TEXT.partition("### Does not apply")[2].splitlines() if re.match(r"\| \d+\.\d+\.\d+", row)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::([\w*]+)`", TEXT)))

# Every requirement of these levels of ASVS 5.0.0.
LEVEL_1 = (
    "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 "
    "3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 "
    "6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 "
    "8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 "
    "11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1"
)
LEVEL_2 = (
    "1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 "
    "1.4.1 1.4.2 1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4 3.4.3 "
    "3.4.4 3.4.5 3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 "
    "5.1.1 5.2.3 5.4.1 5.4.2 5.4.3 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 "
    "6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 "
    "7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1 9.2.2 9.2.3 "
    "9.2.4 10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.6 10.4.7 10.4.8 10.4.9 "
    "10.4.10 10.4.11 10.5.1 10.5.2 10.5.3 10.5.4 10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3 "
    "11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 12.1.2 12.1.3 "
    "12.3.1 12.3.2 12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 "
    "13.4.3 13.4.4 13.4.5 14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 "
    "15.2.3 15.3.2 15.3.3 15.3.4 15.3.5 15.3.6 15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 "
    "16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3 17.1.1 17.2.1 17.2.2 "
    "17.2.3 17.2.4 17.3.1 17.3.2"
)


def numbers(rows):
    return [number for row in rows for number in re.findall(r"\d+\.\d+\.\d+", row.split("|")[1])]


def named_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_named_test_is_there(path, name):
    found = named_in(path)
    assert found if name == "*" else name in found


@pytest.mark.parametrize("row", [row for row in ROWS if row not in WITHOUT])
def test_each_requirement_has_a_test_or_a_reason(row):
    shown = row.rstrip(" |").rpartition("|")[2]
    assert "`tests/" in shown or "no test:" in shown or "exception" in shown or "`make lint`" in shown


def test_each_requirement_of_both_levels_stands_there_once_or_does_not_apply():
    listed = numbers(ROWS)
    assert len(listed) == len(set(listed))
    assert set(LEVEL_1.split() + LEVEL_2.split()) <= set(listed)
    assert (len(LEVEL_1.split()), len(LEVEL_2.split())) == (70, 183)


def test_the_counts_are_those_of_the_table():
    apply = set(numbers(ROWS[: len(ROWS) - len(WITHOUT)])) & {*LEVEL_1.split(), *LEVEL_2.split()}
    shown = apply & set(numbers(row for row in ROWS if "`tests/" in row))
    assert f"Of these {len(apply)}, {len(shown)} have a test" in TEXT
    assert f"{len(apply - shown)} are exceptions" in TEXT
    assert len(shown) >= 165
