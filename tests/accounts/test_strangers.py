"""Somebody who is not signed in and only looks leaves nothing in the database, whatever the address says."""

import pytest
from django.apps import apps
from django.test import Client

from tests.accounts.test_routes import OPEN, ROUTES, path

pytestmark = pytest.mark.django_db

QUESTIONS = (
    *("", "?next=/inventory/", "?kind=member", "?next=//evil.example&kind=x", "?invite=x"),
    *(f"?invite={'x' * 3000}", "?invite=%00&next=%F0%9F%93%9E", "?code=1&organisation=2"),
)


def rows() -> dict[str, int]:
    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}


def looking(cookie: str, address: str) -> int:
    stranger = Client()
    if cookie:
        stranger.cookies["sessionid"] = cookie
    return stranger.get(address).status_code


@pytest.mark.parametrize("cookie", ["", "known-to-nobody"])
def test_a_strangers_look_at_an_open_page_makes_no_row_in_any_table(acme, cookie):
    before = rows()
    for name in OPEN:
        for question in QUESTIONS:
            assert looking(cookie, path(name) + question) in (200, 302, 404, 405), (name, question)
    assert rows() == before


def test_a_strangers_look_at_a_closed_page_makes_no_row_in_any_table(acme):
    before = rows()
    assert {looking("x" * 300, path(name)) for name in ROUTES} == {302}
    assert rows() == before


def test_a_link_is_followed_without_a_row_and_still_opens_what_it_should(signed_in):
    page = signed_in("owner").post("/team/invite/", {"email": "eve@example.com", "role": "viewer"}, follow=True)
    link = page.content.decode().partition("/join/?invite=")[2].partition('"')[0]
    before, eve = rows(), Client()
    shown = eve.get(f"/join/?invite={link}", follow=True)
    assert shown.status_code == 200
    assert "eve@example.com" in shown.content.decode()
    assert link not in str(eve.cookies)
    assert rows() == before
