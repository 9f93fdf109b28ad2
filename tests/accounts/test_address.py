"""Only proxies that the settings name are believed when they say where a request comes from."""

import pytest
from django.test import RequestFactory

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


def test_an_ipv6_network_is_one_place():
    assert address.network("2001:db8:1:2:aaaa::1") == address.network("2001:db8:1:2:bbbb::2")
    assert address.network("2001:db8:1:2::1") != address.network("2001:db8:1:3::1")
