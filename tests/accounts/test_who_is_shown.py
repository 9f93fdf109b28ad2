"""Beside a person's name stands the e-mail, which nobody else has, and the program's own entries are marked."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from numberadmin.accounts.roles import Role
from numberadmin.services import assignment, own, refresh
from numberadmin.services.models import Number
from tests.services.conftest import NIGHT_DESK, SUPPORT
from tests.services.conftest import jane as jane_signed_in
from tests.services.people import PASSWORD, beside, with_password
from tests.services.test_assign import free

jane = jane_signed_in
pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(jane):
    """Has assigned a number under the name of Bob, and is called Rob since."""
    with_password(jane.person, "jane@example.com")
    bob = beside(jane, "Bob Brown", Role.OPERATOR)
    assignment.assign(actor=bob, operation=uuid4(), numbers=free(jane), application_key=SUPPORT)
    asked = {"login": "bob@example.com", "name": "Rob Black", "password": "", "current": PASSWORD}
    own.set_password(actor=bob, operation=uuid4(), **asked)
    return bob


@pytest.fixture
def page(bob):
    client = Client()
    client.post("/login/", {"kind": "member", "identity": "jane@example.com", "password": PASSWORD})

    def read(path):
        response = client.get(path)
        return b"".join(response).decode() if response.streaming else response.content.decode()

    return read


def test_pages_and_exports_have_the_name_of_then_and_the_e_mail(page, bob):
    number = Number.objects.get(application__key=SUPPORT, number=free_number(bob)).number
    for path in ("/audit/?action=assign", f"/inventory/{number}/"):
        assert "Bob Brown" in page(path)
        assert "bob@example.com" in page(path)
    assert 'title="bob@example.com"' in page(f"/inventory/?q={number}")
    entries = [json.loads(line) for line in page("/audit/export/?format=jsonl&action=assign").splitlines()]
    assert [(row["actor"], row["actor_login"]) for row in entries] == [("Bob Brown", "bob@example.com")]
    row = json.loads(page(f"/inventory/export/?format=jsonl&q={number}"))
    assert (row["assigned_by"], row["assigned_login"]) == ("Bob Brown", "bob@example.com")


def free_number(bob):
    from numberadmin.audit.models import Line

    return Line.objects.filter(became=SUPPORT, account=bob.account).latest("id").number


@pytest.mark.parametrize("asked", ["Rob Black", "rob black", "bob@example.com", "Bob Brown"])
def test_the_filter_by_person_goes_by_the_person(page, bob, asked):
    entries = [json.loads(line) for line in page(f"/audit/export/?format=jsonl&actor={asked}").splitlines()]
    assert {row["actor_id"] for row in entries} == {bob.person.pk}
    assert {row["actor"] for row in entries} == {"Bob Brown"}


def test_what_the_program_wrote_is_marked_and_found_by_no_persons_name(page, jane, sinch):
    sinch.set(assign={NIGHT_DESK: {"voice": free(jane)}})
    refresh.now(actor=jane)
    assert page("/audit/?action=outside").count('class="by-program"') == 1
    assert 'class="by-program"' not in page("/audit/?action=assign")
    entries = [json.loads(line) for line in page("/audit/export/?format=jsonl&actor=numberadmin").splitlines()]
    assert {(row["actor_id"], row["actor_login"]) for row in entries} == {(None, "")}
