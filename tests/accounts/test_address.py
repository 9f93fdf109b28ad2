"""Only proxies that the settings name are believed when they say where a request comes from."""

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from numberadmin.accounts import address

PROXY, STRANGER, PERSON = "10.1.0.7", "203.0.113.9", "198.51.100.4"


def seen(comes_from: str, forwarded: str) -> str:
    return address.of(RequestFactory().get("/", REMOTE_ADDR=comes_from, headers={"X-Forwarded-For": forwarded}))


@pytest.fixture(autouse=True)
def trusting(settings):
    settings.TRUSTED_PROXIES = ["10.1.0.0/16", "unix"]


def test_a_stranger_who_names_another_address_is_not_believed():
    assert seen(STRANGER, PERSON) == STRANGER


@pytest.mark.parametrize("comes_from", [PROXY, ""])
def test_a_trusted_proxy_is_believed(comes_from):
    assert seen(comes_from, PERSON) == PERSON


def test_what_the_person_wrote_in_front_of_the_proxys_word_is_passed_over():
    assert seen(PROXY, f"127.0.0.1, {PERSON}, 10.1.0.9") == PERSON


def test_what_is_no_address_is_not_taken_for_one():
    assert seen(PROXY, f"{PERSON}, <script>") == PROXY


def test_an_ipv4_address_in_the_spelling_of_ipv6_is_the_same_address():
    assert seen(f"::ffff:{PROXY}", f"::ffff:{PERSON}") == PERSON
    assert seen(f"::ffff:{STRANGER}", PERSON) == STRANGER
    assert address.network(f"::ffff:{PERSON}") == address.network(PERSON) != address.network(STRANGER)


@pytest.mark.parametrize(
    ("hop", "found"),
    [
        (f"{PERSON}:5678", PERSON),
        ("[2001:db8::1]:1234", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%<any text>", "fe80::1"),
        (f"[::ffff:{PERSON}]:80", PERSON),
        ("2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_an_address_is_read_in_each_spelling_and_kept_in_one(hop, found):
    assert seen(PROXY, hop) == found


@pytest.mark.parametrize(
    "hop", ["", "unknown", "_hidden", "1.2.3.4:", "1.2.3.4:999999", "[::1", "::1]:2", "1.2.3", "\0"]
)
def test_what_a_proxy_names_that_is_no_address_leaves_the_proxys_own(hop):
    assert seen(PROXY, hop) == PROXY


@bounds(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_whatever_a_proxy_sends_an_address_comes_out_that_the_database_takes(hop):
    assert str(address.read(seen(PROXY, hop))) == seen(PROXY, hop)


def test_an_ipv6_network_is_one_place():
    assert address.network("2001:db8:1:2:aaaa::1") == address.network("2001:db8:1:2:bbbb::2")
    assert address.network("2001:db8:1:2::1") != address.network("2001:db8:1:3::1")
