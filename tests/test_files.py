"""What is written into a CSV: a spreadsheet shows it and never computes it, and it is read back as it was."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberadmin import files, spelling

SIGNS = "=+-@＝＋－＠"
LIKELY = st.text(st.sampled_from(list("'\";,\t\r\n =+-@＝x1ü")), max_size=12)
FORMULA = re.compile(rf"[\"\s]*[{re.escape(SIGNS)}]")


def written(*row: object) -> str:
    columns = [str(place) for place in range(len(row))]
    return "".join(files.lines([dict(zip(columns, row, strict=True))], "csv", columns))


@given(LIKELY | st.text(max_size=20))
def test_a_cell_is_read_back_as_it_was(text):
    assert files.uncell(files.cell(text)) == text


@given(st.lists(LIKELY, min_size=3, max_size=3))
def test_no_spreadsheet_finds_a_formula_whatever_it_cuts_at(texts):
    out = written(1, *texts)
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(out, newline=""), delimiter=separator):
            assert [cell for cell in row if FORMULA.match(cell)] == []


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("'x", "'x"),
        ("x;=1", "x;'=1"),
        ("x;'=1", "x;''=1"),
        ("\t=1", "'\t'=1"),
        ('="1"', '\'="1"'),
    ],
)
def test_a_guard_is_put_before_the_guards_that_are_there(text, cell):
    assert files.cell(text) == cell


@given(st.integers(10**6, 10**15 - 1))
def test_a_number_is_a_text_that_is_read_as_the_same_number(number):
    [_, row] = csv.reader(io.StringIO("".join(files.lines([{"number": number}], "csv", ["number"]))))
    assert row[0].startswith("+")
    assert spelling.number(row[0]) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [(442079460000, "+44 20 7946 0000"), (14155550101, "+1 415-555-0101"), (64085900, "+64085900")],
)
def test_no_spreadsheet_takes_a_number_for_a_sum(number, text):
    assert "".join(files.lines([{"number": number}], "csv", ["number"])) == f"number\r\n{text}\r\n"


@pytest.mark.parametrize("text", ["x" * 40_000, "ü" * 40_000, "📞" * 20_000])
def test_no_cell_holds_more_than_a_spreadsheet_does_and_a_cut_is_said(text):
    cell = files.cell(text)
    assert len(cell.encode("utf-16-le")) <= 2 * 32_767
    assert cell.endswith("the JSON lines have all of it)")
    assert files.cell(text[:16_000]) == text[:16_000]
