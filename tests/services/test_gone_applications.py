"""An application that was deleted at Sinch."""

import io
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from numberadmin.audit.models import Action, Entry
from numberadmin.sandbox import sample
from numberadmin.services import applications, assignment, refresh, unassignment
from numberadmin.services.models import Application, Number
from numberadmin.services.results import NotHere
from tests.services.conftest import REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application
from tests.services.test_plans import kinds, made


@pytest.fixture
def browser(jane):
    client = Client()
    client.post("/login/", {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
    return client


def assign(actor, numbers, key, move=False):
    return assignment.assign(actor=actor, operation=uuid4(), numbers=numbers, application_key=key, move=move)


def unassign(actor, *numbers):
    return unassignment.unassign(actor=actor, operation=uuid4(), numbers=numbers)


def is_gone(key=SUPPORT):
    return Application.objects.get(key=key).gone_at is not None


def said():
    return list(Entry.objects.filter(action=Action.OUTSIDE).order_by("id").values_list("message", flat=True))


def proven():
    call_command("verify_audit", stdout=io.StringIO())


def test_an_application_that_sinch_does_not_know_is_marked_and_left_out_of_pickers(jane, sinch, browser):
    number = free(jane)[0]
    sinch.set(deleted=[SUPPORT])
    outcome = assign(jane, [number], SUPPORT)
    assert (outcome.state, "Nothing was changed" in outcome.message) == ("failed", True)
    assert is_gone()
    assert ["knows no application" in text for text in said()] == [True]
    for path in ("/inventory/", f"/inventory/{number}/", "/inventory/plans/"):
        picker = browser.get(path).content.decode().split('<select name="application_key"')[1].split("</select>")[0]
        assert (SUPPORT in picker, REMINDERS in picker) == (False, True)
    page = browser.get("/inventory/applications/").content.decode()
    assert "Gone at Sinch" in page
    assert "Check again" in page
    proven()


def test_unassigning_from_it_is_done_where_the_list_agrees(jane, sinch, audit, held):
    number = in_application(jane, SUPPORT)[0]
    sinch.set(deleted=[SUPPORT], assign={SUPPORT: {}})
    outcome = unassign(jane, number)
    assert outcome.state == "succeeded"
    assert "its list shows no number in it" in outcome.message
    assert [(line.number, line.became) for line in audit(outcome.operation).lines] == [(number, "")]
    assert Number.objects.get(number=number).application is None
    assert held(SUPPORT) == set()
    assert is_gone()
    proven()


def test_where_the_list_still_shows_it_there_it_is_said_and_moving_is_the_way_on(jane, sinch, held):
    number = in_application(jane, SUPPORT)[0]
    sinch.set(deleted=[SUPPORT])
    outcome = unassign(jane, number)
    assert outcome.state == "failed"
    assert f"still shows +{number} there. Move it" in outcome.message
    assert number in held(SUPPORT)
    assert assign(jane, [number], REMINDERS, move=True).state == "succeeded"
    assert number in held(REMINDERS)
    assert Number.objects.get(number=number).application_key == REMINDERS


def test_a_list_that_shows_numbers_in_it_brings_it_back(jane, sinch):
    sinch.set(deleted=[SUPPORT])
    assign(jane, [free(jane)[0]], SUPPORT)
    refresh.now(actor=jane)
    assert is_gone()
    sinch.set(deleted=[])
    refresh.now(actor=jane)
    assert not is_gone()
    assert said()[-1].endswith("again.")


def test_checked_again_it_comes_back_once_sinch_knows_it(jane, sinch):
    sinch.set(deleted=[SUPPORT], assign={SUPPORT: {}})
    refresh.now(actor=jane, accept="")
    assign(jane, [free(jane)[0]], SUPPORT)
    with pytest.raises(NotHere, match="still knows no application"):
        applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="")
    sinch.set(deleted=[])
    outcome = applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="")
    assert "again" in outcome.message
    assert not is_gone()


def test_a_plan_does_not_put_numbers_into_it_and_leaves_those_that_are_there(jane, sinch):
    here, there = in_application(jane, SUPPORT)[0], free(jane)[0]
    sinch.set(deleted=[SUPPORT])
    assign(jane, [there], SUPPORT)
    plan = made(jane, (here, SUPPORT), (there, SUPPORT))
    assert [what for what, _ in kinds(plan).values()] == ["leave", "wrong"]
    assert "knows no application" in plan.items.get(number=there).message


def test_a_fault_marks_no_application(jane, sinch):
    sinch.fault(match={"verb": "GET"}, kind="html", times=2)
    assign(jane, [free(jane)[0]], SUPPORT)
    assert not is_gone()
