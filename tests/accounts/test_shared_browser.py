"""Two people at one browser, one after the other: nothing of the first one is there for the second."""

import pytest
from django.test import Client

from numberadmin.accounts import links
from numberadmin.accounts.seal import seal
from tests.accounts.test_joining import ben, hank, invitation
from tests.services.people import PASSWORD

__all__ = ["ben", "hank"]
pytestmark = pytest.mark.django_db
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


def followed(ben) -> Client:
    client = Client()
    client.get(invitation(ben, "new@example.com"))
    assert "Join <bdi>" in client.get("/join/").text
    return client


def test_signing_out_forgets_the_link_that_was_followed(acme, ben):
    client = followed(ben)
    client.post("/logout/")
    assert "This link is over" in client.get("/join/").text


def test_signing_in_for_something_else_forgets_the_link_that_was_followed(acme, ben):
    client = followed(ben)
    client.post("/login/", OTTO)
    assert "This link is over" in client.get("/join/").text


def test_signing_in_on_the_way_to_the_link_keeps_it(acme, ben):
    client = followed(ben)
    client.post("/login/", {**OTTO, "next": "/join/"})
    assert "Join <bdi>" in client.get("/join/").text


def test_a_link_is_kept_for_an_hour_whatever_the_browser_says(acme, ben):
    client = followed(ben)
    assert client.cookies[links.COOKIE]["max-age"] == 3600
    token = links.opened(client.cookies[links.COOKIE].value, links.PURPOSE).split()[-1]
    client.cookies[links.COOKIE] = seal(f"{int(links.time.time()) - 3601} {token}", links.PURPOSE)
    assert "This link is over" in client.get("/join/").text
