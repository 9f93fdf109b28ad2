import pytest

from numberadmin.services import sheet
from numberadmin.services.results import Refusal
from numberadmin.services.sheet import pasted, table
from numberadmin.spelling import Unreadable, number


@pytest.mark.parametrize(
    "text",
    ["+1 (415) 555-0101", "14155550101", "1 415 555 0101", "0014155550101", "'+14155550101", "tel:+1-415-555-0101",
     "14155550101.0", "1.415.555.0101", "+1\u00a0415\u2011555\u20110101"],
)  # fmt: skip
def test_a_number_is_known_in_any_common_spelling(text):
    assert number(text) == 14155550101


@pytest.mark.parametrize(
    ("text", "why"),
    [("1.4E+10", "rounded"), ("1,41555E+10", "rounded"), ("abc", "no phone number"), ("", "no phone number"),
     ("04155550101", "country code is missing"), ("1" * 16, "15 digits"), ("٠١٢٣٤٥٦٧٨٩", "country code is missing")],
)  # fmt: skip
def test_what_is_none_says_why(text, why):
    with pytest.raises(Unreadable, match=why):
        number(text)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_with_each_separator(separator):
    text = (
        "\ufeff"
        + separator.join(["Label", "Number", "Application"])
        + "\r\n"
        + separator.join(["x", "14155550101", "K"])
    )
    assert [(row.line, row.number, row.application, row.label) for row in table(text)] == [(2, 14155550101, "K", "x")]


def test_without_a_header_the_columns_come_in_their_order():
    rows = table('14155550101,Support\n"14155550102","Support, two",Desk\n')
    assert [(row.number, row.application, row.label) for row in rows] == [
        (14155550101, "Support", ""),
        (14155550102, "Support, two", "Desk"),
    ]


def test_lines_keep_their_place_and_empty_ones_are_left_out():
    assert [row.line for row in table("number\n14155550101\n\n  \n14155550102\n")] == [2, 5]


def test_the_separator_that_excel_names_is_taken():
    rows = table('sep=;\r\nnumber;application\r\n14155550101;"Support,  two"\r\n')
    assert [(row.line, row.number, row.application) for row in rows] == [(3, 14155550101, "Support, two")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("number,application\n14155550101,A\n" + "1" * 200_000, "Row 3 of the table cannot be read"),
        ("number,Number,application\n14155550101,14155550102,A\n", "Two columns .* called number"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(text, why):
    with pytest.raises(Refusal, match=why):
        table(text)


def test_ranges_are_spread_out():
    assert [row.number for row in pasted("14155550100-14155550103")] == list(range(14155550100, 14155550104))
    assert [row.number for row in pasted("+1 415 555 0100 to +1 415 555 0101")] == [14155550100, 14155550101]


def test_several_on_a_line_are_told_apart_and_a_spelled_one_is_not_a_range():
    assert [row.number for row in pasted("+1 415-555-0100, 14155550101;14155550102")] == [
        14155550100,
        14155550101,
        14155550102,
    ]


def test_a_range_that_is_none_is_said():
    assert pasted("14155550109-14155550100")[0].problem.startswith("a range goes")
    assert pasted("14155550100-24155550100")[0].problem.startswith("a range goes")


def test_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(sheet, "MOST_LINES", 3)
    with pytest.raises(Refusal, match="At most"):
        pasted("14155550100-14155550109")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+1 (415) 555-0102", 14155550102),
        ("+1 415 555-0102", 14155550102),
        ("+1 (415) 000-5550", 14150005550),
        ("1 415 555-1234", 14155551234),
        ("+46 31-390 06 00", 46313900600),
        ("+44 20 7946-0100", 442079460100),
    ],
)
def test_a_dash_inside_of_a_number_makes_no_range(text, number):
    assert [row.number for row in pasted(text)] == [number]


def test_zeros_at_the_end_belong_to_the_number():
    assert number("+1.415.555.0000") == 14155550000
    assert number("14155550101.00") == 14155550101


def test_a_quotation_mark_that_nothing_closes_swallows_no_lines():
    text = 'number,application,label\n14155550101,A,"17 inch\n14155550102,none,\n14155550105,none,'
    with pytest.raises(Refusal, match="Row 2 of the table cannot be read"):
        table(text)
    [row, after] = table(text + '"\n14155550106,A,')
    assert "several lines" in row.problem
    assert after.number == 14155550106


def test_an_empty_line_before_the_header_does_not_hide_the_separator():
    assert [row.application for row in table("\n\nnumber;application\n14155550101;A\n")] == ["A"]


def test_a_line_of_many_blanks_is_answered_as_quickly_as_any():
    blanks = " " * 100_000
    [row] = pasted(f"1111{blanks}to{blanks}1111{blanks}x")
    assert "ends of a range" in row.problem
