"""Sessions end when nobody uses them, at their own end, and at once where somebody ends them."""

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore as Plain
from django.test import Client
from django.utils import timezone

from numberadmin.accounts import factor
from numberadmin.accounts.actor import digest
from numberadmin.accounts.models import Account, Membership, Person, Session
from numberadmin.accounts.roles import Role
from tests.accounts.conftest import NAMES, SINCH
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


@pytest.fixture
def otto(signed_in):
    return signed_in("operator")


def person(role: Role = Role.OPERATOR) -> Person:
    return Person.objects.get(name=NAMES[role])


def inside(client):
    return client.get("/audit/").status_code == 200


def passes(client: Client, seconds: float) -> None:
    """As if so much time had gone by since the session was last used."""
    by = timedelta(seconds=seconds)
    row = Session.objects.get(session_key=client.cookies["sessionid"].value)
    Session.objects.filter(pk=row.pk).update(used_at=row.used_at - by, expire_date=row.expire_date - by)


def test_a_session_that_is_used_goes_on(otto):
    for _ in range(5):
        passes(otto, 1500)
        assert inside(otto)


def test_a_session_that_nobody_uses_ends_after_half_an_hour(otto):
    passes(otto, 1801)
    assert not inside(otto)


def test_a_page_that_looks_again_by_itself_keeps_no_session(otto):
    for _ in range(29):
        passes(otto, 60)
        headers = {"Polling": "yes", "HX-Request": "true", "HX-Target": "numbers"}
        assert otto.get("/inventory/", headers=headers).status_code == 200
    passes(otto, 61)
    assert not inside(otto)


def test_a_session_that_is_used_all_day_ends_after_twelve_hours(otto, settings):
    assert otto.session.get_expiry_age() <= 12 * 3600
    store = otto.session
    store.set_expiry(timezone.now() + timedelta(seconds=5))
    store.save()
    passes(otto, 3)
    assert inside(otto)
    assert Session.objects.get(session_key=store.session_key).expire_date <= timezone.now() + timedelta(seconds=6)


def test_use_carries_no_session_beyond_its_longest_time(otto):
    store, now = otto.session, timezone.now()
    store.set_expiry(now + timedelta(seconds=60))
    store.save()
    rows = Session.objects.filter(session_key=store.session_key)
    rows.update(used_at=now - timedelta(seconds=120))
    assert inside(otto)
    assert rows.get().used_at >= now
    assert rows.get().expire_date <= now + timedelta(seconds=61)


def test_a_session_does_not_outlive_the_password_that_it_was_opened_with(otto):
    Person.objects.filter(pk=person().pk).update(password=make_password("set by another process"))
    assert Session.objects.filter(person=person()).exists()
    assert not inside(otto)


def test_a_session_opened_by_sinch_ends_with_the_instance(sinch):
    sinch.set(instance_lifetime=600)
    client = Client()
    client.post("/login/", SINCH)
    assert client.session.get_expiry_age() <= 600


def test_a_members_session_does_not_end_with_the_instance(acme, sinch, signed_in):
    sinch.set(instance_lifetime=600)
    Client().post("/login/", SINCH)
    assert signed_in("operator").session.get_expiry_age() > 3600


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/team/deactivate/", {}),
        ("/team/role/", {"role": "viewer"}),
    ],
)
def test_what_an_owner_changes_ends_the_persons_sessions_at_once(otto, signed_in, path, fields):
    other = signed_in("operator")
    signed_in("owner").post(path, {"person": person().pk, **fields})
    assert not inside(otto)
    assert not inside(other)


def test_signing_out_makes_the_cookie_worthless(otto):
    cookie = otto.cookies["sessionid"].value
    otto.post("/logout/")
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert not inside(thief)
    assert not Session.objects.filter(session_key=cookie).exists()


def test_a_new_password_ends_the_others_and_not_this_one(otto, signed_in):
    other, before = signed_in("operator"), otto.cookies["sessionid"].value
    fields = {"login": "otto@example.com", "name": "Otto", "current": PASSWORD, "password": "another four words"}
    otto.post("/you/password/", fields)
    assert inside(otto)
    assert not inside(other)
    assert otto.cookies["sessionid"].value != before


def test_a_second_factor_that_is_set_up_ends_the_others(otto, signed_in):
    other = signed_in("operator")
    page = otto.get("/you/?factor=new").content.decode()
    seed = page.split('class="seed"><code>')[1].split("<")[0]
    otto.post("/you/second-factor/", {"code": pyotp.TOTP(seed).now(), "current": PASSWORD})
    assert factor.has(person())
    assert inside(otto)
    assert not inside(other)


def test_people_see_their_own_sessions_and_end_one_or_all_others(otto, signed_in):
    phone, laptop = signed_in("operator"), signed_in("operator")
    page = otto.get("/you/").content.decode()
    assert page.count("data-session=") == 3
    session = [piece.split('"')[0] for piece in page.split('data-session="')[1:]]
    mine = digest(phone.cookies["sessionid"].value)
    assert mine in session
    otto.post("/you/session/", {"session": mine})
    assert (inside(phone), inside(laptop)) == (False, True)
    otto.post("/you/sessions/", {"operation": str(uuid4())})
    assert (inside(laptop), inside(otto)) == (False, True)


def test_an_owner_sees_and_ends_the_sessions_of_the_team(otto, signed_in):
    owner = signed_in("owner")
    mine = digest(otto.cookies["sessionid"].value)
    assert mine in owner.get("/team/").content.decode()
    owner.post("/team/session/", {"session": mine})
    assert not inside(otto)


def test_the_key_of_a_session_is_on_no_page(otto, signed_in):
    owner = signed_in("owner")
    pages = (
        owner.get("/team/").content.decode()
        + otto.get("/you/").content.decode()
        + owner.get("/audit/").content.decode()
    )
    for client in (owner, otto):
        assert client.cookies["sessionid"].value not in pages


def test_a_key_that_somebody_else_has_set_is_not_taken(acme):
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    client.post("/login/", OTTO)
    assert inside(client)
    assert client.cookies["sessionid"].value != "a" * 32


def test_the_key_changes_with_the_second_factor(acme):
    otto, seed = person(), factor.new_seed()
    codes = factor.begin(otto, seed, pyotp.TOTP(seed).now()) or []
    client = Client()
    client.post("/login/", OTTO)
    half = client.cookies["sessionid"].value
    client.post("/login/code/", {"code": codes[0]})
    assert inside(client)
    assert client.cookies["sessionid"].value != half


def test_the_key_changes_with_the_organisation(otto):
    other = Account.objects.create(organisation_id="42", name="Other")
    Membership.objects.create(person=person(), account=other, role=Role.VIEWER)
    before = otto.cookies["sessionid"].value
    otto.post("/login/organisation/", {"organisation": "42"})
    assert otto.cookies["sessionid"].value != before
    assert Session.objects.get(session_key=otto.cookies["sessionid"].value).account == other
    assert not Session.objects.filter(session_key=before).exists()


def test_a_session_belongs_to_its_person_and_account_by_columns(otto, acme):
    row = Session.objects.get(session_key=otto.cookies["sessionid"].value)
    assert (row.person, row.account) == (person(), acme)
    assert Plain().decode(row.session_data)["by"] == "member"
