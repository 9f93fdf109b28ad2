"""An owner demands a second factor: from that day on nobody works without one, and nobody is locked out."""

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from numberadmin.accounts import factor
from numberadmin.accounts.models import Account, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from tests.accounts.conftest import SINCH
from tests.accounts.test_routes import ROUTES, fields, path
from tests.dashboard import found
from tests.services.people import PASSWORD, member

pytestmark = pytest.mark.django_db
SET_UP = "/you/?factor=new"
OPEN = {"you", "password", "begin_factor"}


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def owner(signed_in):
    """Jane, who has a second factor since she signed in."""
    jane, person, seed = signed_in("jane"), Person.objects.get(login="jane@example.com"), factor.new_seed()
    assert factor.begin(person, seed, pyotp.TOTP(seed).now())
    return jane


def demand(client, days=0, **more):
    answer = client.post("/team/factor/", {"from": day(days), **more}, follow=True)
    return answer.content.decode()


def set_up(client):
    seed = found(r"<code>([A-Z2-7]{32})</code>", client.get("/you/?factor=new").content.decode())
    client.post("/you/second-factor/", {"code": pyotp.TOTP(seed).now(), "current": PASSWORD})


def test_it_is_said_in_the_audit_with_who_has_none_yet(owner):
    page = demand(owner, 7)
    assert "5 of 6 have none yet" in page
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.actor_name, entry.details["asked"]["from"]) == ("second-factor", "Jane Bloggs", day(7))


def test_before_the_day_pages_open_and_say_what_is_coming(owner, signed_in):
    demand(owner, 7)
    page = signed_in("operator").get("/inventory/").content.decode()
    assert f'data-factor-from="{day(7)}"' in page
    assert "data-number=" in page
    assert "data-factor-from" not in owner.get("/inventory/").content.decode()


def test_from_the_day_on_who_has_none_gets_to_no_page_and_changes_nothing(owner, signed_in, sinch):
    other, asked = signed_in("owner"), fields()
    demand(owner)
    sinch.clear_log()
    before = Entry.objects.count()
    for name in set(ROUTES) - OPEN:
        for answer in (other.get(path(name)), other.post(path(name), asked)):
            assert (answer.status_code, answer["Location"]) == (302, SET_UP), name
    assert other.get("/you/?factor=new").status_code == 200
    assert (Entry.objects.count(), sinch.log()) == (before, [])


def test_a_part_of_a_page_leads_there_too(owner, signed_in):
    otto = signed_in("operator")
    demand(owner)
    answer = otto.get("/inventory/", headers={"HX-Request": "true", "HX-Target": "numbers"})
    assert answer["HX-Redirect"] == SET_UP


def test_who_signs_in_is_led_to_set_it_up_and_goes_on_afterwards(owner, signed_in):
    demand(owner)
    otto = signed_in("operator")
    assert otto.get("/inventory/")["Location"] == SET_UP
    set_up(otto)
    assert "recovery codes" in otto.get("/you/").content.decode()
    assert otto.get("/inventory/").status_code == 200


def test_one_whose_factor_is_taken_away_sets_up_a_new_one(owner, signed_in):
    demand(owner)
    otto = signed_in("operator")
    set_up(otto)
    owner.post("/team/second-factor/", {"person": Person.objects.get(login="otto@example.com").pk})
    again = signed_in("operator")
    assert again.get("/inventory/")["Location"] == SET_UP
    set_up(again)
    assert again.get("/inventory/").status_code == 200


def test_a_sinch_sign_in_is_no_way_around_it(db, sinch):
    client = Client()
    client.post("/login/", SINCH)
    Account.objects.update(factor_from=timezone.localdate())
    assert client.get("/inventory/")["Location"] == SET_UP
    assert "Needs a password of your own first" in client.get(SET_UP).content.decode()
    client.post("/you/password/", {"login": "jane@example.com", "name": "Jane", "password": PASSWORD})
    assert client.get("/inventory/")["Location"] == SET_UP
    set_up(client)
    assert client.get("/inventory/").status_code == 200


def test_another_team_of_the_same_person_does_not_ask_for_it(owner, teams):
    demand(owner)
    member(teams[1].account, "Otto Oper", Role.VIEWER)
    otto = Client()
    otto.post("/login/", {"kind": "member", "identity": "otto@example.com", "password": PASSWORD})
    otto.post("/login/organisation/", {"organisation": teams[1].account.organisation_id})
    assert otto.get("/audit/").status_code == 200


def test_only_who_has_one_demands_it(signed_in):
    page = demand(signed_in("owner"))
    assert "Set up a second factor of your own first" in page
    assert Account.objects.get().factor_from is None


@pytest.mark.parametrize("given", [day(-1), day(400), "soon", "2026-02-30"])
def test_a_day_that_is_over_far_off_or_none_is_refused(owner, given):
    page = owner.post("/team/factor/", {"from": given}, follow=True).content.decode()
    assert "Nothing was changed" in page
    assert Account.objects.get().factor_from is None


def test_a_form_sent_twice_demands_it_once(owner):
    operation = str(uuid4())
    demand(owner, 7, operation=operation)
    assert "This was sent before, and done once" in demand(owner, 7, operation=operation)
    assert Entry.objects.filter(operation=operation).count() == 1


def test_it_is_taken_back(owner, signed_in):
    otto = signed_in("operator")
    demand(owner)
    owner.post("/team/factor/", {"from": ""})
    assert otto.get("/inventory/").status_code == 200
    assert Entry.objects.latest("id").message.startswith("Demands a second factor of nobody any more")
