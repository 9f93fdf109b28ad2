"""The one cleaning: what is seen stays, what nobody sees goes."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin import text

UNSEEN = "\0\x1a\x7f\x85\xad\u034f\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\U000e0041\ufffe\ud800"
SEEN = st.characters(categories=("L", "N", "P", "So", "Sc"), exclude_characters="\u115f\u1160\u3164\uffa0\u2800\ufffc")
HIDDEN = st.sampled_from(UNSEEN + "\u200c\u200d\ufe0f\ufe00\u180b\U000e0100\u00a0\u2028\t\n\r")
ODD = HIDDEN | st.sampled_from("\u0301\u0315\u05ae\U0001f3f4eمن")


@pytest.mark.parametrize("c", UNSEEN)
def test_a_character_that_nobody_sees_goes_wherever_it_stands(c):
    assert text.clean(f"{c}Sup{c}port{c}").replace(" ", "") == "Support"
    assert text.clean_lines(f"{c}Sup{c}port").replace("\n", "") == "Support"
    assert text.clean(c) == ""


@pytest.mark.parametrize(
    "kept",
    ["👨‍👩‍👧", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "👍🏽", "🇩🇪", "🏳️‍🌈", "🙂‍↔️", "می‌خواهم", "ന്‍", "क्‍ष", "葛󠄀", "שלום", "\u1820\u180b"],
)
def test_emoji_and_scripts_that_are_written_with_joiners_are_kept(kept):
    assert text.clean(kept) == text.clean_lines(kept) == unicodedata.normalize("NFC", kept)


@pytest.mark.parametrize("hidden", ["a‍b", "a‌b", "A️", "ab", "🏴b󠁧", "‍🙂", "a️⃣"])
def test_a_joiner_that_joins_nothing_goes(hidden):
    assert not set(text.clean(hidden)) & set("‍‌️󠁧")


def test_blanks_of_all_kinds_are_one_and_lines_stay_apart():
    assert text.clean("\u00a0 a\u2003\u3000b\u2028c\td\u2800") == "a b c d"
    assert text.clean_lines("a\u00a0b\r\n\tc  \u2028d\x85\n") == "a b\n\tc\nd"


def test_where_a_number_is_meant_its_wide_forms_digits_and_dashes_are_plain():
    assert text.plain("＋１（４１５）５５５－０１００") == "+1(415)555-0100"
    assert text.plain("+١٤١٥\u2212۵۵۵\u2010०१००") == "+1415-555-0100"
    # A mark of a footnote is no digit.
    assert text.plain("0100²") == "0100²"


def test_folding_takes_capitals_accents_and_strokes_away():
    assert text.folded("Łukasz Müller ÉCOLE Straße İstanbul ＡＢＣ") == "lukasz muller ecole strasse istanbul abc"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Amy@Acme.test\u200b", "amy@acme.test"),
        ("ops@bücher.example", "ops@xn--bcher-kva.example"),
        ("OPS@XN--BCHER-KVA.example", "ops@xn--bcher-kva.example"),
        ("ａｍｙ＠acme.test", "amy@acme.test"),
        ("no e-mail", "no e-mail"),
        ("a@b..c", "a@b..c"),
    ],
)
def test_an_e_mail_has_one_spelling(typed, kept):
    assert text.email(typed) == kept


@settings(max_examples=150)
@given(st.text(SEEN | ODD | st.characters()))
def test_cleaning_twice_is_the_same_as_once(typed):
    for cleaning in (text.clean, text.clean_lines, text.plain, text.folded, text.email):
        assert cleaning(cleaning(typed)) == cleaning(typed)


@settings(max_examples=150)
@given(st.lists(SEEN | HIDDEN))
def test_cleaning_keeps_what_is_seen_and_nothing_else(typed):
    seen = unicodedata.normalize("NFC", "".join(c for c in typed if unicodedata.category(c)[0] in "LNPS"))
    cleaned = text.clean("".join(typed))
    assert "".join(c for c in cleaned if unicodedata.category(c)[0] in "LNPS") == seen
    assert not set(cleaned) & set(UNSEEN)
