"""What time and a new version do to passwords: nothing that anybody notices."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from numberadmin.accounts.forms import SignIn
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.roles import Role
from tests.services.people import PASSWORD, member

pytestmark = pytest.mark.django_db
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


@pytest.fixture
def otto() -> Person:
    account = Account.objects.create(organisation_id="1", name="Acme")
    return member(account, "Otto Oper", Role.OPERATOR).person


def test_a_password_that_was_set_years_ago_signs_in(otto):
    years_ago = timezone.now() - timedelta(days=4000)
    Person.objects.update(last_login=years_ago)
    Membership.objects.update(seen_at=years_ago)
    browser = Client()
    browser.post("/login/", OTTO)
    assert browser.get("/audit/").status_code == 200


def test_a_password_with_older_costs_is_hashed_anew(otto):
    hasher: Any = get_hasher()
    hasher.time_cost = 3
    Person.objects.update(password=hasher.encode(PASSWORD, "saltsaltsaltsalt"))
    hasher.time_cost = type(hasher).time_cost
    Client().post("/login/", OTTO)
    kept = Person.objects.get(pk=otto.pk).password
    assert hasher.decode(kept)["time_cost"] == type(hasher).time_cost


def test_a_new_installation_has_nobody_in_it():
    call_command("migrate", verbosity=0)
    assert (Person.objects.count(), Membership.objects.count(), Account.objects.count()) == (0, 0, 0)


def test_nothing_is_kept_by_which_a_password_could_be_guessed():
    kept = {field.name for field in Person._meta.get_fields() if not field.is_relation}
    assert kept == {
        *("id", "password", "last_login", "sinch_user_id", "login", "name", "email", "is_active", "joined_at"),
        # Over the password's Argon2 hash among others, and with a key that is not in the database.
        "proof",
    }
    assert set(SignIn().fields) == {"kind", "identity", "password", "next"}
