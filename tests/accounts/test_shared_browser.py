"""Two people at one browser, one after the other: nothing of the first one is there for the second."""

import time

import pytest
from django.test import Client

from numberadmin.accounts import links
from numberadmin.accounts.seal import opened, seal
from numberadmin.messages import Cookie
from tests.accounts.conftest import SignIn
from tests.accounts.test_joining import ben, hank, invitation
from tests.accounts.test_sessions import passes
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
    token = opened(client.cookies[links.COOKIE].value, links.PURPOSE).split()[-1]
    client.cookies[links.COOKIE] = seal(f"{int(time.time()) - 3601} {token}", links.PURPOSE)
    assert "This link is over" in client.get("/join/").text


@pytest.fixture
def waiting(signed_in: SignIn) -> Client:
    """Jane's browser, which was told something that no page has shown yet."""
    jane = signed_in("Jane")
    jane.post("/team/invite/", {"email": "new@example.com", "role": "viewer"})
    assert jane.cookies[Cookie.cookie_name].value
    return jane


def shown(client: Client) -> str:
    return client.get("/login/?kind=member").text + client.get("/you/").text


def test_what_waits_to_be_told_is_told_to_its_person(waiting):
    assert "new@example.com" in waiting.get("/you/").text


def test_signing_out_drops_what_waits_to_be_told(waiting):
    waiting.post("/logout/")
    assert not waiting.cookies[Cookie.cookie_name].value


@pytest.mark.parametrize("who", ["otto@example.com", "nobody"])
def test_what_waits_to_be_told_is_not_told_to_whoever_comes_after_the_session(waiting, who):
    passes(waiting, 1801)
    if who != "nobody":
        waiting.post("/login/", {**OTTO, "identity": who})
        assert not waiting.cookies[Cookie.cookie_name].value
    assert "new@example.com" not in shown(waiting)
