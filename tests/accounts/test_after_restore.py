"""A backup that is put back brings back what has ended since; a command ends it again."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pyotp
import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django_tasks_db.models import DBTaskResult

from numberadmin.accounts import devices, factor
from numberadmin.accounts.models import Invitation, Membership, Person, Restoration, Session
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import invitations, mail
from numberadmin.services.models import Plan
from numberadmin.services.results import NotHere
from numberadmin.services.team import Powers
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


def run():
    out = StringIO()
    call_command("after_restore", stdout=out)
    return out.getvalue()


def test_every_session_and_half_sign_in_ends(signed_in):
    person, seed = Person.objects.get(login="otto@example.com"), factor.new_seed()
    otto, half = signed_in("operator"), Client()
    codes = factor.begin(person, seed, pyotp.TOTP(seed).now()) or []
    assert half.post("/login/", OTTO)["Location"] == "/login/code/"
    assert "Sessions and half sign-ins ended: 3." in run()
    assert not Session.objects.exists()
    assert otto.get("/audit/").status_code == 302
    assert half.post("/login/code/", {"code": codes[0]})["Location"] == "/login/"


def test_links_that_were_open_then_open_nothing(teams):
    powers = Powers(Role.OWNER)
    _, token = invitations.invite(actor=teams[0], operation=uuid4(), email="ex@example.com", powers=powers)
    assert "Links closed: 1." in run()
    with pytest.raises(NotHere):
        invitations.opened_by(token)
    assert Invitation.objects.get().closed_at


def test_no_browser_counts_as_known_and_those_that_sign_in_afterwards_do(signed_in, rf):
    def knows(client):
        request = rf.get("/login/")
        request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
        return bool(devices.known(request, "otto@example.com", "member"))

    otto = signed_in("operator")
    assert knows(otto)
    run()
    assert not knows(otto)
    Restoration.objects.update(at=F("at") - timedelta(seconds=1))
    otto.post("/login/", OTTO)
    assert knows(otto)


def test_a_plan_that_was_being_applied_waits_for_somebody_to_look(acme):
    Plan.objects.update(state=Plan.State.APPLYING)
    assert "Plans paused: 1." in run()
    plan = Plan.objects.get()
    assert (plan.state, "Look before it goes on" in plan.message) == ("paused", True)


def test_what_waited_in_the_queue_is_not_done_again(db, settings):
    settings.MAIL_IS_SET_UP = True
    mail.queue("bob@example.com", "Hello", "text", "link")
    assert DBTaskResult.objects.ready().exists()
    run()
    assert not DBTaskResult.objects.exists()


def test_the_people_are_listed_with_what_they_may(acme, signed_in):
    signed_in("operator")
    Membership.objects.filter(person__login="vera@example.com").update(is_active=False)
    Person.objects.create(name="Zed Zed", login="zed@example.com")
    listed = run()
    assert "Acme Telecom (8888123)\n" in listed
    assert "  Vera Vogel <vera@example.com>: viewer, deactivated, never seen\n" in listed
    assert "  Otto Oper <otto@example.com>: operator, active, last seen 2" in listed
    assert listed.partition("In no team")[2].startswith("\n  Zed Zed <zed@example.com>: no role, active")


def test_it_is_in_the_audit_of_each_account_and_may_be_done_again(teams):
    run()
    run()
    told = Entry.objects.filter(action="end-session", message__contains="a backup was put back")
    assert sorted(told.values_list("account__name", flat=True)) == sorted(2 * [row.account.name for row in teams])
