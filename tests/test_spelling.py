"""Phone numbers as people spell them: each reads back as itself, a range as the numbers meant, all else says why."""

import re
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberadmin import spelling
from numberadmin.spelling import Unreadable
from numberadmin.templatetags.display import phone

LAST = 14155550100


def read(line):
    return [number for piece in spelling.pieces(line) for number in spelling.span(piece)]


def why(line):
    said = []
    for piece in spelling.pieces(line):
        try:
            spelling.span(piece)
        except Unreadable as error:
            said.append(str(error))
    return " / ".join(said)


@pytest.mark.parametrize(
    "spelled",
    ["+1 415-555-0100", "\u202a+1 415-555-0100\u202c", "\u200e+1\u200b415\ufeff5550100",
     "＋１４１５５５５０１００", "+١٤١٥٥٥٥٠١٠٠",
     "+1 415\u2212555\u22120100", "+1－415－555－0100", "[+1] 415 555 0100", "(+1) 415.555.0100",
     "1-415-555-0100", "001 415 555 0100",
     "011 1 415 555 0100", "0011 1 415 555 0100", "tel:+1-415-555-0100", "Tel.: +1 415 555 0100",
     "☎ +1 415 555 0100",
     '="+14155550100"', "=+14155550100", "'+14155550100", "“+14155550100”", "<+14155550100>",
     "+14155550100.", "14155550100.0",
     "14155550100,0", "14,155,550,100", "14'155'550'100", "1. +14155550100", "1. 14155550100",
     "12) +1 415 555 0100",
     "• +14155550100", "- +14155550100", "– 14155550100", "[ ] +14155550100", "1. 415 555 0100",
     "+1/415/555 0100"],
)  # fmt: skip
def test_a_number_is_read_in_every_common_spelling(spelled):
    assert read(spelled) == [LAST]
    assert spelling.number(spelled) == LAST


@pytest.mark.parametrize(
    ("spelled", "number"),
    [("+44 (0)20 7946 0000", 442079460000), ("+44 ( 0 ) 20 7946 0000", 442079460000),
     ("+44 020 7946 0000", 442079460000),
     ("011 44 20 7946 0000", 442079460000), ("+49 030 123456", 4930123456),
     ("+39 06 1234 5678", 390612345678),
     ("+39 (0)6 1234 5678", 390612345678), ("+225 07 01 23 45 67", 2250701234567),
     ("16660000020", 16660000020),
     ("+1 666-000-0020", 16660000020), ("99912345678", 99912345678),
     ("+49 30/1234567", 49301234567),
     ("+49 30 123456-0", 49301234560), ("+49 30 1234-5678", 493012345678),
     ("+7 495 123-45-67", 74951234567)],
)  # fmt: skip
def test_the_zero_of_calls_at_home_goes_where_the_country_has_one(spelled, number):
    assert read(spelled) == [number]


@pytest.mark.parametrize(
    "spelled",
    ["14155550100-14155550102", "14155550100-02", "14155550100-0102", "14155550100 – 02",
     "14155550100—14155550102",
     "14155550100~14155550102", "14155550100..14155550102", "14155550100…14155550102",
     "14155550100 to 14155550102",
     "14155550100 bis 02", "14155550100 → 14155550102", "+1 415-555-0100 - +1 415-555-0102",
     "+1 415-555-0100 to +1 415-555-0102",
     "+1 415-555-0100 - 555-0102", "+1-415-555-0100-0102", "1-415-555-0100-1-415-555-0102",
     "+1 (415) 555-0100 to 0102"],
)  # fmt: skip
def test_a_range_is_read_in_every_common_spelling(spelled):
    assert read(spelled) == [LAST, LAST + 1, LAST + 2]


@pytest.mark.parametrize(
    "spelled",
    ["14155550100 14155550101", "+14155550100 +14155550101", "+1 415 555 0100 +1 415 555 0101",
     "+14155550100+14155550101",
     "14155550100, 14155550101", "14155550100;14155550101", "14155550100\t14155550101",
     "14155550100|14155550101",
     "14155550100 / 14155550101", "1 415 555 0100 / 1 415 555 0101", "14155550100、14155550101",
     "14155550100 and 14155550101"],
)  # fmt: skip
def test_several_numbers_of_a_line_are_told_apart(spelled):
    assert read(spelled) == [LAST, LAST + 1]


@pytest.mark.parametrize(
    ("spelled", "cause"),
    [("+1 415 555 0100 x136", "an extension stands there, x136"),
     ("+14155550100 ext. 136", "ext. 136: leave it out"),
     ("+14155550100#136", "an extension"), ("+14155550100, ext 136", "an extension"),
     ("tel:+14155550100;ext=136", "an extension"),
     ("1.4E+10", "rounded"), ("1,41556E+10", "rounded"), ("1,4E10", "rounded"),
     ("1.41555e+10", "rounded"), ("1.4×10^10", "rounded"),
     ("########", "too narrow"), ("020 7946 0000", "country code is missing"),
     ("011-2734-5678", "country code is missing"),
     ("(0)20 7946 0000", "country code is missing"), ("1" * 16, "at most 15 digits"),
     ("+1 800 FLOWERS", "may be +1 800 3569377"), ("+1 415 555 DESK", "may be +1 415 555 3375"),
     ("abc", "no phone number"), ("00", "no phone number"), ("-", "no phone number"),
     ("14155550100²", "no phone number"),
     ("1" * 100, "too long"),
     ("+49 30 123456-78", "one number or a range; write the range as +4930123456 to +4930123478"),
     ("4677000 4677001", "one number or several"),
     ("14155550100 02", "what comes after +14155550100"),
     ("14155550100/02", "what comes after +14155550100"),
     ("14155550105-02", "the range runs backwards"),
     ("14155550100-24155550100", "the range has 10,000,000,001 numbers; at most 10,000"),
     ("+14155550100 - +14155650000", "the range has 99,901 numbers; at most 10,000"),
     ("+14155550107 Front desk", "text stands behind the number: leave “Front desk” out, or upload a table"),
     ("+1 415-555-0109 (lobby)", "leave “lobby” out, or upload a table"),
     ("14155550100 - Empfang", "leave “Empfang” out"), ("14155550100 to 5 to 7", "two ends"),
     ("14155550100 to abc", "ends of a range")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(spelled, cause):
    assert read_none(spelled)
    with pytest.raises(Unreadable, match=re.escape(cause)):
        raise Unreadable(why(spelled))


def read_none(line):
    try:
        return not read(line)
    except Unreadable:
        return True


def test_a_range_is_not_one_number():
    with pytest.raises(Unreadable, match="a range of 3 numbers, and one is wanted"):
        spelling.number("14155550100-02")


NUMBERS = st.one_of(
    st.integers(12_000_000_000, 19_999_999_999),
    st.integers(440_000_000_000, 449_999_999_999),
    st.integers(10**9, 10**15 - 1),
    st.sampled_from([390612345678, 2250701234567, 4930123456, 493012345678, 8613912345678, 5511912345678]),
)
WAYS = ["{}", "+{}", "00{}", "tel:+{}", "'+{}", '="+{}"', "[+{}]", "1. +{}", "\u202a+{}\u202c", "• {}", "{}.0", "+{},"]


@settings(max_examples=100)
@example(62_071_100_000, "[+{}]")
@given(NUMBERS, st.sampled_from(WAYS))
def test_any_number_reads_back_as_itself(number, way):
    assert read(way.format(number)) == [number]
    assert read(phone(number)) == [number]


@settings(max_examples=60)
@given(
    st.integers(14150000000, 14159999999),
    st.integers(1, 500),
    st.sampled_from(["{}-{}", "+{} – +{}", "{} to {}", "+{}..+{}", "{}~{}"]),
)
def test_a_range_is_exactly_the_numbers_meant(first, more, way):
    assert read(way.format(first, first + more)) == list(range(first, first + more + 1))
    assert read(way.format(phone(first), phone(first + more)).replace("++", "+")) == list(
        range(first, first + more + 1)
    )


@settings(max_examples=100)
@given(NUMBERS, st.integers(1, 999), st.sampled_from(["{}-{}", "+{} - {}", "{}–{}"]))
def test_a_short_range_is_the_numbers_meant_or_refused_and_never_one_long_number(first, end, way):
    short = str(end)
    last = int(str(first)[: -len(short)] + short)
    line = way.format(first, short)
    try:
        found = read(line)
    except Unreadable:
        return
    assert found == list(range(first, last + 1))


@settings(max_examples=300)
@given(st.text(st.sampled_from("+0123456789 ()-.,;/|x#e=\"'\t…to–\u200b١") | st.characters(), max_size=120))
def test_no_text_is_an_exception_of_ours(line):
    for piece in spelling.pieces(line):
        with suppress(Unreadable):
            found = spelling.span(piece)
            assert 1 <= len(found) <= spelling.MOST
            assert 0 < found[0] < 10**15


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("415 555", "415555"), ("555-0100", "5550100"), ("0415", "415"),
     ("+44 (0)20 7946 0000", "442079460000"), ("٤١٥", "415"),
     ("011 44 20 7946 0000", "442079460000"), ("7", "7")],
)  # fmt: skip
def test_a_part_of_a_number_is_its_digits(typed, digits):
    assert spelling.part(typed) == digits


@pytest.mark.parametrize("typed", ["abc", "0", "14155550100-02", "+1 415 555 0100 x5", "1.4E+10", "0" * 30, "1" * 16])
def test_what_is_no_part_of_a_number_is_refused(typed):
    with pytest.raises(Unreadable):
        spelling.part(typed)
