"""docs/security.md names tests: each has to be there, and each row has to have one or a reason."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/security.md").read_text()
ROWS = [row for row in TEXT.splitlines() if re.match(r"\| \d+\.\d+\.\d+", row)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::([\w*]+)`", TEXT)))


def named_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_named_test_is_there(path, name):
    found = named_in(path)
    assert found if name == "*" else name in found


@pytest.mark.parametrize("row", ROWS)
def test_each_requirement_has_a_test_or_a_reason(row):
    shown = row.rstrip(" |").rpartition("|")[2]
    assert "`tests/" in shown or "no test:" in shown or "exception" in shown or "`make lint`" in shown


def test_no_requirement_stands_there_twice():
    numbers = [number for row in ROWS for number in re.findall(r"\d+\.\d+\.\d+", row.split("|")[1])]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) > 70
