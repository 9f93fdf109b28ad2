"""Acme as a team: one person of each role, and somebody of another account, each with a browser."""

from collections.abc import Callable

import pytest
from django.test import Client

from numberadmin.accounts import instances
from numberadmin.accounts.models import Account, Person
from numberadmin.accounts.roles import Role
from numberadmin.sandbox import sample
from numberadmin.services.models import Plan
from tests.services.conftest import sandbox, sign_in, sinch
from tests.services.people import PASSWORD, member, with_password

__all__ = ["sandbox", "sinch"]
NAMES = {
    Role.VIEWER: "Vera Vogel",
    Role.AUDITOR: "Ada Audit",
    Role.OPERATOR: "Otto Oper",
    Role.BUYER: "Bea Buy",
    Role.OWNER: "Owen Own",
}
SINCH = {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD}
GLOBEX = {"kind": "sinch", "identity": sample.GLOBEX_IDENTITY, "password": sample.GLOBEX_PASSWORD}
SignIn = Callable[[str], Client]


@pytest.fixture
def acme(sinch) -> Account:
    """Connected by its owner Jane, who has a password, with one more person for each role, and a plan."""
    client = Client()
    client.post("/login/", SINCH)
    client.get("/inventory/")
    client.get("/shop/")
    account = Account.objects.get(organisation_id=sample.DEMO_ORGANISATION)
    with_password(Person.objects.get(name="Jane Bloggs"), "jane@example.com")
    for role, name in NAMES.items():
        member(account, name, role, "1000" if role == Role.BUYER else "")
    Plan.objects.create(account=account, source="CSV", title="A plan")
    return account


@pytest.fixture
def globex(sinch) -> Client:
    """Somebody who is alone in another account, signed in to it."""
    client = Client()
    client.post("/login/", GLOBEX)
    client.post("/login/organisation/", {"organisation": sample.GLOBEX_ORGANISATION})
    client.get("/inventory/")
    client.get("/shop/")
    assert instances.live(Account.objects.get(organisation_id=sample.GLOBEX_ORGANISATION))
    return client


@pytest.fixture
def signed_in(acme) -> SignIn:
    """A browser of the person with the role, or with that first name."""

    def client_of(who: str) -> Client:
        name = NAMES[Role(who)].split()[0].lower() if who in Role.values else who
        client = Client()
        response = client.post("/login/", {"kind": "member", "identity": f"{name}@example.com", "password": PASSWORD})
        assert response.status_code == 302
        return client

    return client_of


@pytest.fixture
def teams(sinch):
    """Jane's Acme and Hank's Globex."""
    jane = sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    hank = sign_in(sample.GLOBEX_IDENTITY, sample.GLOBEX_PASSWORD)
    with_password(jane.person, "jane@example.com")
    with_password(hank.person, "hank@example.com")
    return jane, hank
