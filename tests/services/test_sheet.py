import pytest

from numberadmin.services import sheet
from numberadmin.services.results import Refusal
from numberadmin.services.sheet import pasted
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
    assert pasted("14155550109-14155550100")[0].problem.startswith("the range runs backwards")
    assert pasted("14155550100-24155550100")[0].problem.startswith("the range has")


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


def test_a_line_of_many_blanks_is_answered_as_quickly_as_any():
    blanks = " " * 100_000
    [row] = pasted(f"1111{blanks}to{blanks}1111{blanks}x")
    assert "ends of a range" in row.problem
