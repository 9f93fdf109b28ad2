"""SEAL_KEYS is changed to the end: what is used or resealed is under the new key, and what is lost says so."""

from io import StringIO

import pyotp
import pytest
from django.core.management import call_command
from django.test import Client

from numberadmin.accounts import factor, instances
from numberadmin.accounts.models import Connection, Person, SecondFactor
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


@pytest.fixture
def otto(acme, settings):
    """With a second factor under the key "old", and its seed and recovery codes."""
    settings.SEAL_KEYS = ["old", *settings.SEAL_KEYS]
    person, seed = Person.objects.get(login="otto@example.com"), factor.new_seed()
    codes = factor.begin(person, seed, pyotp.TOTP(seed).now()) or []
    SecondFactor.objects.update(counter=0)
    call_command("reseal", stdout=StringIO())
    settings.SEAL_KEYS = ["new", "old"]
    return seed, codes


def code(given):
    client = Client()
    assert client.post("/login/", OTTO)["Location"] == "/login/code/"
    answer = client.post("/login/code/", {"code": given})
    return answer.status_code, answer.content.decode()


def resealed():
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command("reseal", stdout=out, stderr=err)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue(), err.getvalue()


def test_what_is_used_is_sealed_anew(otto, acme, settings):
    seed, _ = otto
    assert code(pyotp.TOTP(seed).now())[0] == 302
    settings.SEAL_KEYS = ["new"]
    SecondFactor.objects.update(counter=0)
    assert instances.live(acme)
    assert code(pyotp.TOTP(seed).now())[0] == 302


def test_everything_is_sealed_anew_by_a_command_that_tells_the_count(otto, acme, settings):
    assert resealed() == (0, "2 sealed anew, 0 could not be opened.\n", "")
    assert resealed()[1].startswith("0 sealed anew")
    settings.SEAL_KEYS = ["new"]
    assert instances.live(acme)
    assert code(pyotp.TOTP(otto[0]).now())[0] == 302


def test_the_command_names_what_no_key_opens(otto, settings):
    settings.SEAL_KEYS = ["another"]
    status, out, err = resealed()
    assert (status, out) == (1, "0 sealed anew, 2 could not be opened.\n")
    assert "The connection of Acme Telecom: the team has to connect to Sinch again" in err
    assert "The second factor of Otto Oper (otto@example.com): take it away" in err


def test_a_second_factor_under_a_key_that_is_gone_says_so_and_a_recovery_code_still_does(otto, settings):
    settings.SEAL_KEYS = ["another"]
    for _ in range(7):
        status, page = code(pyotp.TOTP(otto[0]).now())
        assert status == 422
    assert "because a key of this server is gone" in page
    assert code(otto[1][0])[0] == 302


def test_a_connection_under_a_key_that_is_gone_leaves_reading_and_says_who_can_connect(signed_in, settings):
    jane = signed_in("jane")
    settings.SEAL_KEYS = ["another"]
    page = jane.get("/inventory/").content.decode()
    assert "is not connected to Sinch now" in page
    assert Connection.objects.exists()


def test_what_a_session_keeps_sealed_is_made_anew(signed_in, settings):
    jane = signed_in("jane")
    before = jane.get("/you/?factor=new").content.decode()
    settings.SEAL_KEYS = ["another"]
    after = jane.get("/you/?factor=new")
    assert after.status_code == 200
    assert after.content.decode() != before
    assert jane.get("/team/").status_code == 200
