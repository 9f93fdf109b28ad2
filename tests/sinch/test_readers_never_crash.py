"""Whatever arrives, a reader gives its value or `Damaged`, and what it gives can be stored and shown."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin.sinch import reading
from numberadmin.sinch.values import Damaged

READERS = [reading.numbers, reading.groups, reading.organisations, reading.ticket, reading.instance, reading.reference,
           reading.complaint]  # fmt: skip
FIELDS = ["number", "groupId", "capabilities", "applicationKey", "city", "country", "areaCode", "expires", "cost",
          "availability", "type", "id", "secret", "authorization", "user", "profile", "expiresIn", "referenceId",
          "errorCode", "message", "reference", "amount", "currencyId"]  # fmt: skip

texts = st.text(st.characters(), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | texts | st.just("2.00")
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | texts, inner, max_size=6),
    max_leaves=12,
)
rows = st.lists(st.dictionaries(st.sampled_from(FIELDS), values, max_size=8), max_size=3)


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=80, deadline=None)
@given(body=st.binary(max_size=60) | (values | rows).map(lambda value: json.dumps(value).encode()))
def test_it_reads_or_says_damaged(read: Callable[[bytes], Any], body: bytes) -> None:
    with suppress(Damaged):
        read(body)


@settings(max_examples=100, deadline=None)
@given(body=rows.map(lambda value: json.dumps([row | {"number": 7, "capabilities": []} for row in value]).encode()))
def test_every_text_that_was_read_can_be_stored(body: bytes) -> None:
    for row in reading.numbers(body).rows:
        for text in (row.city, row.country, row.country_id, row.area_code, row.application_key):
            assert "\x00" not in text
            assert len(text.encode()) <= 800


@settings(max_examples=50, deadline=None)
@given(cut=st.integers(1, 76))
def test_a_list_that_was_cut_is_never_read(cut: int) -> None:
    body = b'[{"number": 14150005551, "capabilities": ["voice"], "applicationKey": "bb7"}]'
    with pytest.raises(Damaged):
        reading.numbers(body[:cut])
