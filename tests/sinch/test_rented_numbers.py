"""The list of rented numbers is taken in part by part, and is the same as if it had been read whole."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberadmin.sinch import NO_MARK, RentedNumber, RentedNumbers, reading, rented
from numberadmin.sinch.values import Damaged
from tests.sinch.test_readers_never_crash import rows
from tests.sinch.test_reading_numbers import ROW


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {"number": number, "capabilities": ["voice"], "city": "Malmö", **fields}


def taken(body: bytes, chunk: int = 7, longest_row: int = 10_000) -> RentedNumbers:
    """By parts so small that a small list has many of them."""
    taker = rented.Taker(part=64, longest_row=longest_row)
    for start in range(0, len(body), chunk):
        taker.feed(body[start : start + chunk])
    return taker.done()


def every(listing: RentedNumbers) -> list[RentedNumber]:
    return list(listing.read(range(len(listing.numbers))))


@settings(max_examples=200, deadline=None)
@given(
    body=rows.map(lambda value: json.dumps([r | {"capabilities": []} for r in value]).encode()), indent=st.booleans()
)
@example(body=b'[{"number":1,"capabilities":[],"city":"},{"},{"number":2,"capabilities":[],"city":"}]"}]', indent=False)
@example(
    body=b'[{"number":1,"capabilities":[],"x":[{},{"number":3,"capabilities":[]},{}]},{"number":2,"capabilities":7}]',
    indent=True,
)
def test_in_parts_or_whole_the_list_is_the_same(body: bytes, indent: bool) -> None:
    if indent:
        body = json.dumps(json.loads(body), indent=3).encode()
    whole = reading.numbers(body)
    listing = taken(body)
    assert every(listing) == sorted(whole.rows, key=lambda row: row.number)
    assert listing.damaged == len(whole.damaged)
    assert len(listing) == len(whole.rows)


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=60), cut=st.integers(1, 200))
def test_what_is_no_list_is_never_taken_for_one(body: bytes, cut: int) -> None:
    good = json.dumps([row(1), row(2), row(3)]).encode()
    for text in (body, good[: min(cut, len(good) - 1)], good + b"]", good + body.strip() if body.strip() else b"{}"):
        expected: object = Damaged
        with suppress(Damaged):
            expected = len(reading.numbers(text).rows)
        found: object = Damaged
        with suppress(Damaged):
            found = len(every(taken(text)))
        assert found == expected


@pytest.mark.parametrize("odd", ['"a\x01b"', "NaN", '"\\ud800"', "1e999", '"Z\xfcrich"'])
def test_a_row_that_no_strict_reader_takes_costs_only_what_is_odd_in_it(odd: str) -> None:
    body = f'[{ROW},{{"number":9,"capabilities":[],"city":{odd}}},{ROW.replace("5551", "5552")}]'.encode("latin-1")
    assert every(taken(body)) == sorted(reading.numbers(body).rows, key=lambda row: row.number)


def test_rows_with_equal_marks_are_equal_and_others_are_not() -> None:
    first = taken(json.dumps([row(1), row(2), row(3)]).encode())
    second = taken(json.dumps([row(3), row(2, city="Lund"), row(1)]).encode())
    assert [a == b for a, b in zip(first.marks, second.marks, strict=True)] == [True, False, True]
    assert NO_MARK not in first.marks


def test_a_row_that_was_kept_aside_has_no_mark() -> None:
    listing = taken(b'[{"number":7,"capabilities":[],"city":NaN}]')
    assert list(listing.marks) == [NO_MARK]


def test_numbers_come_in_order_and_the_second_row_of_one_is_damaged() -> None:
    listing = taken(json.dumps([row(5), row(3, city="Lund"), row(4), row(3)]).encode())
    assert [(r.number, r.city) for r in every(listing)] == [(3, "Lund"), (4, "Malmö"), (5, "Malmö")]
    assert listing.damaged == 1


def test_a_row_is_found_by_its_number() -> None:
    listing = taken(json.dumps([row(n) for n in range(10, 200, 3)]).encode())
    assert [r.number for r in listing.find([13, 14, 16, 500])] == [13, 16]
    assert 13 in listing
    assert 14 not in listing


def test_a_damaged_row_is_not_in_the_list_once_it_was_looked_at() -> None:
    listing = taken(json.dumps([row(1), {"number": 2, "capabilities": 7}]).encode())
    assert [r.number for r in every(listing)] == [1]
    assert (2 in listing, listing.damaged, len(listing)) == (False, 1, 1)


def test_a_body_without_rows_is_given_up_before_it_fills_the_memory() -> None:
    with pytest.raises(Damaged):
        taken(b"[" + b"1," * 5000 + b"1]", 100, longest_row=1000)


def test_who_waits_is_told_how_many_rows_there_were() -> None:
    seen: list[int] = []
    taker = rented.Taker(seen.append, part=64)
    body = json.dumps([row(n) for n in range(1, 40)]).encode()
    for start in range(0, len(body), 50):
        taker.feed(body[start : start + 50])
    taker.done()
    assert seen == sorted(seen)
    assert (len(seen) > 5, seen[-1]) == (True, 39)
