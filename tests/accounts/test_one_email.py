"""An e-mail has one spelling, whoever types it."""

from importlib import import_module

import pytest
from django.apps import apps

from numberadmin.accounts.guesses import Visitor
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.services import signin

ASCII = "ops@xn--bcher-kva.example"
fold = import_module("numberadmin.accounts.migrations.0007_one_email").fold


@pytest.fixture
def ops(db):
    person = Person.objects.create(name="Ops", login="ops@bücher.example")
    person.set_password("a quiet lighthouse keeper")
    person.save()
    account = Account.objects.create(organisation_id="1", name="Acme")
    Membership.objects.create(person=person, account=account, role=Role.OWNER)
    return person


@pytest.mark.parametrize(
    "typed", ["ops@bücher.example", "OPS@BÜCHER.example", f"\u200e{ASCII}\u200b", "ｏｐｓ@bu\u0308cher.example"]
)
def test_a_sign_in_from_before_is_found_by_each_spelling(ops, typed):
    fold(apps, None)
    assert signin.person(typed, "a quiet lighthouse keeper", Visitor("127.0.0.1", "")) == ops


def test_two_who_have_both_spellings_keep_their_own(ops):
    other = Person.objects.create(name="Other", login=ASCII)
    fold(apps, None)
    assert dict(Person.objects.values_list("pk", "login")) == {ops.pk: "ops@bücher.example", other.pk: ASCII}
