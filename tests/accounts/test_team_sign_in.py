"""A session holds two things, a person and an instance: how both come in, over the pages."""

import re

import pyotp
import pytest
from django.test import Client

from numberadmin.accounts import factor, instances
from numberadmin.accounts.models import Account, Connection, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from tests.dashboard import found
from tests.services.people import PASSWORD, member, with_password

pytestmark = pytest.mark.django_db
SINCH = {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD}
BOB = {"kind": "member", "identity": "bob@example.com", "password": PASSWORD}


@pytest.fixture
def acme(sinch) -> Account:
    """Connected once by its owner Jane, who has a password, and with Bob, an operator."""
    client = Client()
    client.post("/login/", SINCH)
    client.get("/inventory/")
    account = Account.objects.get()
    with_password(Person.objects.get(), "jane@example.com")
    member(account, "Bob Brown", Role.OPERATOR)
    return account


@pytest.fixture
def visitor(acme) -> Client:
    return Client()


def text(response):
    return response.content.decode()


def test_a_member_signs_in_with_a_password_of_their_own(visitor):
    page = text(visitor.post("/login/", BOB, follow=True))
    assert "Bob Brown" in page
    assert "Acme Telecom" in page


def test_with_two_in_the_team_sinch_opens_the_instance_and_tells_nobody_who_it_is(visitor, acme):
    instances.forget(acme)
    response = visitor.post("/login/", SINCH, follow=True)
    assert response.redirect_chain[-1][0] == "/login/?kind=member"
    assert Connection.objects.filter(account=acme).exists()
    assert visitor.get("/inventory/").status_code == 302
    assert Entry.objects.latest("id").action == "connect"


def test_a_sinch_session_from_before_the_team_ends_with_the_second_person(sinch):
    client = Client()
    client.post("/login/", SINCH)
    with_password(Person.objects.get(), "jane@example.com")
    assert client.get("/inventory/").status_code in (200, 302)
    client.post("/login/", SINCH)
    assert client.get("/inventory/").status_code == 200
    member(Account.objects.get(), "Bob Brown", Role.VIEWER)
    assert client.get("/inventory/").status_code == 302


def test_once_the_owner_is_alone_again_sinch_is_enough(visitor, acme):
    Membership.objects.filter(person__name="Bob Brown").update(is_active=False)
    visitor.post("/login/", SINCH)
    assert "Jane Bloggs" in text(visitor.get("/inventory/"))


def test_without_an_instance_a_member_reads_and_is_told_who_can_connect(visitor, acme):
    visitor.post("/login/", BOB)
    instances.forget(acme)
    page = text(visitor.get("/inventory/"))
    assert "not connected to Sinch" in page
    assert "Jane Bloggs for instance" in page
    assert "data-number=" in page
    assert 'action="/inventory/assign/"' not in page
    assert visitor.get("/audit/").status_code == 200


def test_without_an_instance_a_form_changes_nothing_and_says_so(visitor, acme, sinch):
    visitor.post("/login/", BOB)
    number = found(r'data-number="(\d+)" data-application-key=""', text(visitor.get("/inventory/")))
    instances.forget(acme)
    sinch.clear_log()
    fields = {"numbers": number, "application_key": next(iter(sample.DEMO_APPLICATIONS))}
    page = text(visitor.post("/inventory/assign/", fields, follow=True))
    assert "is not connected to Sinch now. Nothing was changed" in page
    assert sinch.log() == []


def test_who_knows_the_sinch_password_connects_and_stays_who_they_are(visitor, acme):
    visitor.post("/login/", BOB)
    instances.forget(acme)
    assert "Connect <bdi>Acme Telecom</bdi> to Sinch" in text(visitor.get("/login/?next=/audit/"))
    response = visitor.post("/login/", SINCH | {"next": "/audit/"}, follow=True)
    assert response.redirect_chain[-1][0] == "/audit/"
    assert "Bob Brown" in text(response)
    assert Entry.objects.filter(action="connect").latest("id").actor_name == "Bob Brown"


def test_an_instance_that_sinch_has_ended_leaves_the_member_signed_in(visitor, acme, sinch):
    visitor.post("/login/", BOB)
    sinch.expire_instances()
    page = text(visitor.post("/inventory/refresh/", follow=True))
    assert "no longer accepts" in page
    assert "not connected to Sinch" in page
    assert not Connection.objects.exists()


def test_one_who_signs_out_leaves_the_connection_to_the_others(visitor, acme):
    visitor.post("/login/", BOB)
    visitor.post("/logout/")
    assert Connection.objects.exists()


def test_who_is_alone_takes_the_connection_along(sinch):
    client = Client()
    client.post("/login/", SINCH)
    assert Connection.objects.exists()
    client.post("/logout/")
    assert not Connection.objects.exists()


def test_the_second_factor_is_asked_for_before_anything_is_shown(visitor, acme):
    bob = Person.objects.get(name="Bob Brown")
    seed = factor.new_seed()
    codes = factor.begin(bob, seed, pyotp.TOTP(seed).now()) or []
    response = visitor.post("/login/", BOB, follow=True)
    assert response.redirect_chain[-1][0] == "/login/code/"
    assert visitor.get("/inventory/").status_code == 302
    assert visitor.post("/login/code/", {"code": "000000"}).status_code == 422
    visitor.post("/login/code/", {"code": codes[0]})
    assert visitor.get("/inventory/").status_code == 200


def test_the_second_factor_is_asked_for_after_a_sinch_sign_in_too(sinch):
    client = Client()
    client.post("/login/", SINCH)
    seed = factor.new_seed()
    factor.begin(Person.objects.get(), seed, pyotp.TOTP(seed).now())
    again = Client()
    assert again.post("/login/", SINCH)["Location"] == "/login/code/"
    assert again.get("/inventory/").status_code == 302


def test_a_person_in_two_teams_chooses_and_switches(visitor, acme):
    other = Account.objects.create(organisation_id="42", name="Other Ltd")
    Membership.objects.create(person=Person.objects.get(name="Bob Brown"), account=other, role=Role.VIEWER)
    assert visitor.post("/login/", BOB)["Location"] == "/login/organisation/"
    visitor.post("/login/organisation/", {"organisation": "42"})
    assert "Other Ltd" in text(visitor.get("/inventory/"))
    key = visitor.session.session_key
    visitor.post("/login/organisation/", {"organisation": acme.organisation_id})
    assert "Acme Telecom" in text(visitor.get("/inventory/"))
    assert visitor.session.session_key != key


def test_nobody_chooses_a_team_they_are_not_in(visitor, acme):
    Account.objects.create(organisation_id="42", name="Other Ltd")
    visitor.post("/login/", BOB)
    page = text(visitor.post("/login/organisation/", {"organisation": "42"}, follow=True))
    assert "Choose one of the organisations" in page
    assert "Acme Telecom" in text(visitor.get("/inventory/"))


def test_a_link_leads_to_joining_and_its_token_leaves_the_address(acme):
    owner = Client()
    owner.post("/login/", BOB | {"identity": "jane@example.com"})
    owner.post("/team/invite/", {"email": "carol@example.com", "role": "viewer"})
    link = found(r'value="(http[^"]+invite=[^"]+)"', text(owner.get("/team/")))
    assert "invite=" not in text(owner.get("/team/"))
    carol = Client()
    assert carol.get(link)["Location"] == "/join/"
    assert "carol@example.com" in text(carol.get("/join/"))
    carol.post("/join/", {"name": "Carol Chen", "password": "a long one for carol"})
    assert "Carol Chen" in text(carol.get("/inventory/"))


def test_what_a_viewer_may_not_do_is_not_offered(visitor, acme):
    Membership.objects.filter(person__name="Bob Brown").update(role=Role.VIEWER)
    visitor.post("/login/", BOB)
    for path in ("/inventory/", "/shop/", "/shop/cart/", "/inventory/applications/", "/audit/"):
        page = text(visitor.get(path))
        actions = set(re.findall(r' action="([^"]+)"', page)) - {path, "/logout/"}
        assert actions == set(), path
        assert "/audit/export/" not in page
        assert 'href="/team/"' not in page


def test_a_deactivated_person_is_signed_out_at_once_and_stays_out(visitor, acme):
    visitor.post("/login/", BOB)
    owner = Client()
    owner.post("/login/", BOB | {"identity": "jane@example.com"})
    owner.post("/team/deactivate/", {"person": Person.objects.get(name="Bob Brown").pk})
    assert visitor.get("/inventory/").status_code == 302
    assert "wrong" in text(Client().post("/login/", BOB))


def test_a_new_sign_in_link_does_not_go_around_the_second_factor(visitor, acme):
    bob = Person.objects.get(name="Bob Brown")
    seed = factor.new_seed()
    factor.begin(bob, seed, pyotp.TOTP(seed).now())
    owner = Client()
    owner.post("/login/", BOB | {"identity": "jane@example.com"})
    owner.post("/team/link/", {"person": bob.pk})
    link = found(r'value="(http[^"]+invite=[^"]+)"', text(owner.get("/team/")))
    visitor.get(link)
    assert visitor.post("/join/", {"password": "a new one for bob"})["Location"] == "/login/code/"
    assert visitor.get("/inventory/").status_code == 302


def test_every_page_has_a_way_out(visitor, acme):
    visitor.post("/login/", BOB)
    for path in ("/inventory/", "/inventory/applications/", "/shop/", "/shop/cart/", "/audit/", "/you/"):
        assert 'action="/logout/"' in text(visitor.get(path)), path


def test_a_form_that_was_refused_in_one_team_does_not_come_along_to_another(visitor, acme):
    other = Account.objects.create(organisation_id="42", name="Other Ltd")
    Membership.objects.create(person=Person.objects.get(name="Bob Brown"), account=other, role=Role.OPERATOR)
    visitor.post("/login/", BOB)
    visitor.post("/login/organisation/", {"organisation": acme.organisation_id})
    visitor.post("/inventory/assign/", {"numbers": "14155550106", "reason": "only for Acme"})
    visitor.post("/login/organisation/", {"organisation": "42"})
    assert "only for Acme" not in text(visitor.get("/inventory/"))


def test_a_new_name_set_on_the_page_is_told_to_each_team_of_the_person(visitor, acme):
    other = Account.objects.create(organisation_id="42", name="Other Ltd")
    bob = Person.objects.get(name="Bob Brown")
    visitor.post("/login/", BOB)
    Membership.objects.create(person=bob, account=other, role=Role.VIEWER)
    fields = {"login": "bob@example.com", "name": "Robert Brown", "current": PASSWORD}
    assert visitor.post("/you/password/", fields)["Location"] == "/you/"
    for account in (acme, other):
        entry = Entry.objects.filter(account=account).latest("id")
        assert (entry.actor_name, "Is called Robert Brown" in entry.message) == ("Bob Brown", True)
