"""Money is one type: how it is written, summed, recorded, and read from what a person types."""

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin import money
from numberadmin.money import Money
from numberadmin.text import plain

amounts = st.decimals(0, 10**10, places=4)
typing = st.text("0123456789,.,. '-+eE€５٣", max_size=12) | st.text(max_size=8)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("2", "USD 2.00"),
        ("0.0075", "USD 0.0075"),
        ("0.3330", "USD 0.333"),
        ("7.77000", "USD 7.77"),
        ("1234567.5", "USD 1,234,567.50"),
        ("1E+3", "USD 1,000.00"),
        ("0", "USD 0.00"),
    ],
)
def test_an_amount_is_written_without_rounding(amount, text):
    assert str(Money(Decimal(amount), "USD")) == text


@given(amounts)
@settings(max_examples=200)
def test_what_is_written_is_the_exact_amount(amount):
    price = Money(amount, "EUR")
    assert Decimal(price.plain) == Decimal(price.figure.replace(",", "")) == amount
    assert money.recorded(money.as_recorded(price)) == price


@given(st.lists(st.builds(Money, amounts, st.sampled_from(["USD", "EUR"])) | st.none(), max_size=8))
@settings(max_examples=100)
def test_a_sum_has_each_currency_once_and_nothing_is_lost(prices):
    found = {total.currency: total.amount for total in money.sums(prices)}
    assert list(found) == sorted({price.currency for price in prices if price})
    for currency, amount in found.items():
        assert amount == sum(p.amount for p in prices if p and p.currency == currency)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50", "50"),
        (" 49.90 ", "49.90"),
        ("1,000", "1000"),
        ("1,000.50", "1000.50"),
        ("12,345,678.9", "12345678.90"),
        ("４９．９０", "49.90"),
        ("٤٩.٩٠", "49.90"),
        ("٤٩٫٩٠", "49.90"),
    ],
)
def test_a_clear_amount_is_read(text, amount):
    assert money.amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "49,90", "0,5", "1,5", "1.000,50", "1.000", "1,00", "1000,000", "0,500", "1,0000", ",500", "1e3", "NaN", "inf",
        "€50", "50 USD", "-5", "+5", "1 000", "1'000", "1_000", "50.", ".5", "", "49.905", "1.2.3", "１e３", "٤٩٬٩٠",
    ],
)  # fmt: skip
def test_what_could_be_read_otherwise_is_refused_with_the_spellings_that_are_taken(text):
    with pytest.raises(ValueError, match=re.escape("Write it like 50, 49.90 or 1,000.50")):
        money.amount(text)


@given(typing)
@settings(max_examples=300)
def test_an_amount_is_refused_or_what_both_who_write_a_point_and_who_write_a_comma_mean(text):
    """Cents have one or two digits, groups of thousands three: what fits both ways of writing is refused."""
    try:
        read = money.amount(text)
    except ValueError:
        return
    given = plain(text)
    meant = {
        Decimal(whole.replace(mark, "") + (f".{cents}" if cents else ""))
        for mark, point in ((",", "."), (".", ","))
        for whole, _, cents in [given.partition(point)]
        if re.fullmatch(rf"\d+|\d{{1,3}}([{mark}]\d{{3}})+", whole) and re.fullmatch(r"(\d\d?)?", cents)
    }
    assert meant == {read}


@pytest.mark.parametrize("currency", ["", "US", "USDT", "U$D", "12A"])
def test_a_currency_is_three_letters(currency):
    assert money.currency(" ｕsd ") == "USD"
    with pytest.raises(ValueError, match="three letters"):
        money.currency(currency)


def test_an_unclear_price_is_recorded_as_none_and_the_text_none_of_old_records_is_read_as_that():
    assert money.as_recorded(None) == {"price": None, "currency": None}
    assert money.recorded({"price": None, "currency": None}) is None
    assert money.recorded({"price": "None", "currency": ""}) is None
