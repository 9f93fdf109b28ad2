import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin.money import Money
from numberadmin.sinch import NumberGroup, reading, values

ROW = """{"groupId": "13", "country": "France", "countryId": "FR", "city": "PARIS", "type": "Voice", "extra": [1],
"availability": 7, "areaCode": "01", "cost": {"amount": 2.00, "currencyId": "usd"}}"""


def with_cost(text: str) -> Money | None:
    return reading.groups(f'[{{"groupId": 1, "availability": 2, "cost": {text}}}]'.encode()).rows[0].cost


def test_a_whole_row_is_read() -> None:
    assert reading.groups(f"[{ROW}]".encode()).rows == (
        NumberGroup(
            group_id=13,
            country="France",
            country_id="FR",
            city="PARIS",
            type="Voice",
            availability=7,
            area_code="01",
            cost=Money(amount=Decimal("2.00"), currency="USD"),
            capabilities=(),
        ),
    )


def test_capabilities_keep_the_order_of_the_remote() -> None:
    row = reading.groups(b'[{"groupId": 1, "capabilities": ["Voice", "sms"]}]').rows[0]
    assert row.capabilities == ("voice", "sms")


@pytest.mark.parametrize(("text", "capabilities"), [("null", ()), ('"voice"', ("voice",)), ("[]", ())])
def test_a_group_may_list_one_capability_or_none(text: str, capabilities: tuple[str, ...]) -> None:
    row = reading.groups(f'[{{"groupId": 13.0, "availability": 7.0, "capabilities": {text}}}]'.encode()).rows[0]
    assert (row.group_id, row.availability, row.capabilities) == (13, 7, capabilities)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2.00", "2.00"), ("0.1", "0.1"), ("2", "2"), ("0", "0"), ('"2.50"', "2.50"), ("2e1", "20"), ("1.5E-1", "0.15")],
)
def test_an_amount_keeps_every_digit_of_the_text(text: str, amount: str) -> None:
    cost = with_cost(f'{{"amount": {text}, "currencyId": "EUR"}}')
    assert cost is not None
    assert str(cost.amount) == amount


@pytest.mark.parametrize(("text", "amount"), [("2.00000", "2.00"), ('"7.7700000000"', "7.77"), ("0.0025000", "0.0025")])
def test_zeros_at_the_end_of_an_amount_say_nothing(text: str, amount: str) -> None:
    test_an_amount_keeps_every_digit_of_the_text(text, amount)


@given(texts=st.permutations(["7.77001", "7.77000", "7.77", "7.7700", '"7.77"', "7.770000000"]))
@settings(max_examples=40, deadline=None)
def test_no_price_depends_on_what_was_read_before(texts: list[str]) -> None:
    values._money.cache_clear()
    for text in texts:
        cost = with_cost(f'{{"amount": {text}, "currencyId": "EUR"}}')
        assert (cost and cost.amount) == (None if text == "7.77001" else Decimal("7.77"))


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "-Infinity", "1e999", "1e-999", "-5", "-0.01", '"2,00"', '"NaN"', '" 2"', '"1_0"', "true",
     "null", "[]", "0.000001", "12345678901", "9" * 5000, '""', "1e-400000000000000000000"],
)  # fmt: skip
def test_a_price_that_is_not_clear_is_none(text: str) -> None:
    assert with_cost(f'{{"amount": {text}, "currencyId": "EUR"}}') is None


@pytest.mark.parametrize(
    "text",
    ["null", "2", "[]", "{}", '{"amount": 2}', '{"amount": 2, "currencyId": "EURO"}',
     '{"amount": 2, "currencyId": 978}', '{"amount": 2, "currencyId": "€€€"}'],
)  # fmt: skip
def test_a_price_without_a_currency_is_none(text: str) -> None:
    assert with_cost(text) is None


@pytest.mark.parametrize("group_id", [None, True, 1.5, -1, "x", 2**63])
def test_a_group_without_a_usable_id_is_damaged(group_id: object) -> None:
    listing = reading.groups(json.dumps([{"groupId": group_id, "availability": 1}]).encode())
    assert listing.damaged == ("Row 1 of the list: the group's id is not a whole number that can be one.",)


@pytest.mark.parametrize("availability", [1.5, -1.5, "many", "", "--1", "-", 2**31, True, False, [], {}])
def test_a_group_with_an_impossible_availability_is_damaged_and_named(availability: object) -> None:
    listing = reading.groups(json.dumps([{"groupId": 1, "availability": availability}]).encode())
    assert (listing.rows, len(listing.damaged), listing.unread) == ((), 1, (1,))


@pytest.mark.parametrize("availability", [-1, -3.0, "-1", 0, None, -(10**15)])
def test_below_zero_none_is_left(availability: object) -> None:
    listing = reading.groups(json.dumps([{"groupId": 1, "availability": availability}]).encode())
    assert [row.availability for row in listing.rows] == [0]


def test_a_repeated_group_is_damaged() -> None:
    assert reading.groups(f"[{ROW}, {ROW}]".encode()).damaged == ("Row 2 of the list: 13 was listed before.",)
