"""Tries at a secret: limited by person, place and browser at every door, and each wrong one is written down."""

import logging
import time

import pyotp
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from numberadmin.accounts import factor, guesses
from numberadmin.accounts.guesses import Kind, Visitor
from numberadmin.accounts.models import Guess, Person
from numberadmin.audit.models import Entry
from tests.accounts.conftest import SINCH
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


@pytest.fixture
def otto(acme):
    return Person.objects.get(login="otto@example.com")


@pytest.fixture
def seed(otto):
    seed = factor.new_seed()
    factor.begin(otto, seed, pyotp.TOTP(seed).now())
    return seed


def fresh(seed):
    """The next code: the one of now has turned it on."""
    return pyotp.TOTP(seed).at(time.time() + 30)


def half_in(client=None):
    """A browser that has given Otto's password."""
    client = client or Client()
    assert client.post("/login/", OTTO)["Location"] == "/login/code/"
    return client


def codes(client, count=7):
    return [client.post("/login/code/", {"code": "000000"}).status_code for _ in range(count)]


def told(caplog):
    """What the log says of tries."""
    return [record.getMessage() for record in caplog.records if record.name == "numberadmin.signin"]


def inside(client):
    return client.get("/inventory/").status_code == 200


def test_who_has_the_password_keeps_nobody_out_who_comes_with_a_recovery_code(otto, seed):
    recovery = factor.new_codes(otto)
    assert codes(half_in()) == [422] * 5 + [429] * 2
    owner = half_in()
    owner.post("/login/code/", {"code": recovery[0].upper()})
    assert inside(owner)
    assert factor.codes_left(otto) == len(recovery) - 1


def test_a_browser_that_gave_a_right_code_before_has_its_own_tries_at_the_second_step(otto, seed):
    mine = half_in()
    mine.post("/login/code/", {"code": factor.new_codes(otto)[0]})
    mine.post("/logout/")
    codes(half_in())
    assert half_in().post("/login/code/", {"code": fresh(seed)}).status_code == 429
    half_in(mine).post("/login/code/", {"code": fresh(seed)})
    assert inside(mine)


def test_the_browser_in_which_the_factor_was_set_up_is_known_at_the_second_step(otto):
    mine, seed = Client(), factor.new_seed()
    mine.post("/login/", OTTO)
    page = mine.get("/you/?factor=new").content.decode()
    seed = page.split('<p class="seed"><code>')[1].split("<")[0]
    mine.post("/you/second-factor/", {"code": pyotp.TOTP(seed).now(), "current": PASSWORD})
    mine.post("/logout/")
    codes(half_in())
    half_in(mine).post("/login/code/", {"code": fresh(seed)})
    assert inside(mine)


def test_the_password_alone_gives_no_browser_tries_of_its_own_at_the_code(otto, seed):
    thief = half_in()
    codes(thief)
    assert codes(half_in(thief), 1) == [429]
    assert codes(half_in(), 1) == [429]


def test_a_right_code_that_comes_twice_lets_one_in_and_counts_as_no_wrong_one(otto, seed):
    first, second, code = half_in(), half_in(), fresh(seed)
    first.post("/login/code/", {"code": code})
    assert second.post("/login/code/", {"code": code}).status_code == 422
    assert (inside(first), inside(second)) == (True, False)
    assert not Guess.objects.filter(wrong__gt=0).exists()


def test_a_known_browser_has_its_own_tries_at_the_password_one_has(acme):
    mine, other = Client(), Client()
    for client in (mine, other):
        client.post("/login/", OTTO)
    other.cookies.pop("device")
    fields = {"login": "otto@example.com", "name": "Otto Oper", "current": "wrong"}
    for _ in range(6):
        other.post("/you/password/", fields)
    refused = other.post("/you/password/", fields | {"current": PASSWORD}, follow=True)
    assert "too many wrong tries" in refused.content.decode()
    page = mine.post("/you/password/", fields | {"current": PASSWORD}, follow=True)
    assert 'data-message="success"' in page.content.decode()


def wrong_password(otto):
    Client().post("/login/", OTTO | {"password": "wrong"})


def wrong_code(otto):
    seed = factor.new_seed()
    factor.begin(otto, seed, pyotp.TOTP(seed).now())
    half_in().post("/login/code/", {"code": "000000"})


def wrong_own(otto):
    client = Client()
    client.post("/login/", OTTO)
    client.post("/you/password/", {"login": "otto@example.com", "name": "Otto Oper", "current": "wrong"})


def wrong_sinch(otto):
    client = Client()
    client.post("/login/", OTTO)
    client.post("/login/", SINCH | {"password": "wrong"})


@pytest.mark.parametrize(
    ("wrong", "kind", "by"),
    [
        (wrong_password, "password", "not signed in"),
        (wrong_code, "code", "not signed in"),
        (wrong_own, "present password", "Otto Oper"),
        (wrong_sinch, "Sinch password", "Otto Oper"),
    ],
)
def test_each_wrong_try_is_in_the_log_and_in_the_audit(otto, acme, caplog, wrong, kind, by):
    with caplog.at_level(logging.WARNING, "numberadmin.signin"):
        wrong(otto)
    line = told(caplog)[-1]
    assert line.startswith(f"wrong try: {kind}, person=")
    assert "address=127.0.0.1" in line
    entry = Entry.objects.filter(account=acme).latest("id")
    assert (entry.state, entry.address, entry.actor_name) == ("failed", "127.0.0.1", by)
    assert f"A wrong {kind} was given" in entry.message


def test_each_try_that_is_one_too_many_is_in_the_log_and_the_first_in_the_audit(acme, seed, caplog):
    with caplog.at_level(logging.WARNING, "numberadmin.signin"):
        codes(half_in(), 8)
    refused = [line for line in told(caplog) if line.startswith("refused try: code")]
    assert len(refused) == 3
    entries = Entry.objects.filter(account=acme, message__contains="no code is looked at until")
    assert [(entry.address, entry.state) for entry in entries] == [("127.0.0.1", "failed")]
    assert "Otto Oper (otto@example.com)" in entries[0].message


def test_a_wrong_try_at_nobodys_e_mail_is_in_the_log_alone_and_not_in_clear(acme, caplog):
    before = Entry.objects.count()
    with caplog.at_level(logging.WARNING, "numberadmin.signin"):
        Client().post("/login/", OTTO | {"identity": "my password by mistake", "password": "wrong"})
    assert told(caplog)[-1].startswith("wrong try: password, person= identity=")
    assert "mistake" not in caplog.text
    assert Entry.objects.count() == before


def test_a_sign_in_entry_says_how(otto, seed):
    client = half_in()
    client.post("/login/code/", {"code": factor.new_codes(otto)[0]})
    client.post("/logout/")
    half_in(client).post("/login/code/", {"code": fresh(seed)})
    said = Entry.objects.filter(action="sign-in", actor=otto).order_by("id").values_list("message", flat=True)
    assert list(said) == [
        "Signed in to Acme Telecom: password, in a new browser, recovery code.",
        "Signed in to Acme Telecom: password, in a known browser, app code.",
    ]


def test_the_entry_of_a_sign_in_by_sinch_says_so(sinch):
    Client().post("/login/", SINCH)
    assert Entry.objects.get(action="sign-in").details["how"] == ["Sinch account"]


def test_who_connects_without_signing_in_is_named_by_address_and_by_no_person(acme):
    Client(REMOTE_ADDR="10.9.8.7").post("/login/", SINCH)
    entry = Entry.objects.filter(action="connect").latest("id")
    assert (entry.actor, entry.actor_name, entry.address) == (None, "not signed in", "10.9.8.7")


@given(
    kind=st.sampled_from(Kind), who=st.text(max_size=20), address=st.ip_addresses().map(str), name=st.text(min_size=1)
)
def test_a_known_browser_shares_no_count_with_strangers(kind, who, address, name):
    strangers = {limit.key for limit in guesses.limits(kind, who, Visitor(address))}
    known = {limit.key for limit in guesses.limits(kind, who, Visitor(address, name))}
    assert not strangers & known
    assert max(map(len, strangers | known)) <= 80
