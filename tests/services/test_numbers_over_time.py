"""A number that is gone, one that is back, and one whose capabilities are others."""

import io
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client

from numberadmin import files
from numberadmin.audit.models import Action, Entry
from numberadmin.sandbox import sample
from numberadmin.services import assignment, history, labels, plans, refresh, rentals
from numberadmin.services.models import Label, Number
from numberadmin.services.table_reading import of_text
from tests.services.conftest import NIGHT_DESK, SUPPORT
from tests.services.test_assign import free, in_application

BEFORE = "From before it was gone on"


@pytest.fixture
def browser(jane):
    client = Client()
    client.post("/login/", {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
    return client


@pytest.fixture
def number(jane):
    """In Support, with a label and a note."""
    found = in_application(jane, SUPPORT)[0]
    put(jane, found, "Lobby", "customer 42")
    return found


def put(actor, number, label, note, **fields):
    return labels.set_label(actor=actor, operation=uuid4(), number=number, label=label, note=note, **fields)


def page(browser, number):
    answer = browser.get(f"/inventory/{number}/")
    return answer.status_code, answer.content.decode()


def release(jane, sinch, number):
    sinch.set(release=[number])
    assert "1 no longer rented" in refresh.now(actor=jane).message


def come_back(jane, sinch, number):
    sinch.set(rent_numbers={jane.account.organisation_id: {"13": [number]}})
    assert "1 rented" in refresh.now(actor=jane).message


def exported(jane):
    return list(rentals.exported(rentals.read(jane.account, QueryDict(""))))


def outside():
    return Entry.objects.filter(action=Action.OUTSIDE).order_by("-id")


def proven():
    call_command("verify_audit", stdout=io.StringIO())


def test_a_number_that_is_gone_has_a_page_with_its_past_and_no_actions(jane, sinch, browser, number):
    release(jane, sinch, number)
    status, text = page(browser, number)
    assert status == 200
    for said in (
        "Not rented now",
        "1 no longer rented",
        "and was gone on",
        "Lobby",
        "customer 42",
        "Changed outside",
        "Label a number",
    ):
        assert said in text
    for action in ("Unassign", "save-label", "/inventory/assign/", "/inventory/label/", "/inventory/undo/"):
        assert action not in text.split("<main")[1]


def test_a_number_that_was_never_here_is_not_found(jane, browser):
    assert page(browser, 14150000000)[0] == 404


def test_what_is_done_with_a_number_that_is_gone_is_refused(jane, sinch, browser, number):
    release(jane, sinch, number)
    browser.post("/inventory/assign/", {"numbers": number, "application_key": NIGHT_DESK, "move": "yes"})
    assert number not in sinch.state()["assignments"][NIGHT_DESK].get("voice", [])
    assert not Number.objects.filter(number=number).exists()


def test_a_label_of_before_is_said_to_be_so_until_somebody_confirms_it(jane, sinch, browser, number):
    release(jane, sinch, number)
    come_back(jane, sinch, number)
    assert BEFORE in page(browser, number)[1]
    assert (
        '<bdi>Lobby</bdi></span> <span class="faint">of before ' in browser.get("/inventory/?q=Lobby").content.decode()
    )
    form = {"number": number, "label": "Lobby", "note": "customer 42", "operation": uuid4()}
    browser.post("/inventory/label/", form)
    assert BEFORE not in page(browser, number)[1]
    entry = Entry.objects.get(operation=form["operation"])
    assert entry.message.startswith(f"Confirmed the label and the note of +{number}")
    assert labels.one(jane.account, number).label == "Lobby"
    proven()


def test_a_label_that_is_changed_is_of_now(jane, sinch, browser, number):
    release(jane, sinch, number)
    come_back(jane, sinch, number)
    put(jane, number, "Desk", "")
    assert BEFORE not in page(browser, number)[1]
    assert next(row for row in exported(jane) if row["number"] == number)["label_of_before"] is None


def test_a_number_that_never_left_has_a_label_of_now(jane, sinch, browser, number):
    refresh.now(actor=jane)
    assert BEFORE not in page(browser, number)[1]
    assert {row["label_of_before"] for row in exported(jane)} == {None}


def test_an_export_marks_the_label_of_before_and_comes_back_unchanged(jane, sinch, number):
    release(jane, sinch, number)
    come_back(jane, sinch, number)
    rows = exported(jane)
    assert [row["number"] for row in rows if row["label_of_before"]] == [number]
    text = "".join(files.lines(rows, "csv", rentals.COLUMNS))
    plan = plans.from_table(actor=jane, lines=of_text(text).lines, title="")
    assert {item.what for item in plan.items.all()} == {"leave"}
    assert labels.former(jane.account, Label.objects.all()).keys() == {number}


def test_a_label_given_again_by_a_plan_confirms_nothing(jane, sinch, number):
    release(jane, sinch, number)
    come_back(jane, sinch, number)
    put(jane, number, "Lobby", "customer 42")
    assert labels.former(jane.account, Label.objects.all())


def test_a_capability_that_is_lost_is_recorded_with_both_sets_and_said(jane, sinch, browser):
    number = in_application(jane, SUPPORT)[0]
    sinch.set(capabilities={number: ["sms", "voice"]})
    refresh.now(actor=jane)
    sinch.set(capabilities={number: ["voice"]})
    said = refresh.now(actor=jane).message
    assert f"1 with other capabilities (+{number}: voice, before sms and voice)" in said
    entry = outside()[0]
    assert entry.details["capabilities"] == {str(number): ["sms,voice", "voice"]}
    assert [(line.number, line.was, line.became) for line in entry.lines.all()] == [(number, SUPPORT, SUPPORT)]
    assert "<span>sms, voice</span>" in page(browser, number)[1]
    assert number in sinch.state()["rented"][jane.account.organisation_id]
    proven()


def test_a_capability_that_is_gained_is_recorded_once(jane, sinch):
    number = in_application(jane, SUPPORT)[0]
    sinch.set(capabilities={number: ["sms", "voice", "fax"]})
    refresh.now(actor=jane)
    count = outside().count()
    refresh.now(actor=jane)
    assert outside().count() == count
    assert outside()[0].details["capabilities"][str(number)][1] == "fax,sms,voice"


def test_a_number_that_moved_and_lost_a_capability_has_one_line(jane, sinch):
    number = in_application(jane, SUPPORT)[0]
    sinch.set(assign={NIGHT_DESK: {"voice": [number]}}, capabilities={number: ["voice"]})
    refresh.now(actor=jane)
    lines = [line for entry in outside() for line in entry.lines.filter(number=number)]
    assert [(line.was, line.became) for line in lines] == [(SUPPORT, NIGHT_DESK)]


def test_other_capabilities_change_nothing_of_where_a_number_was_and_who_put_it_there(jane, sinch, operation):
    number = free(jane)[0]
    assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT)
    moment = Entry.objects.latest("id").at
    sinch.set(capabilities={number: ["voice", "fax"]})
    refresh.now(actor=jane)
    told = history.one(jane.account, number, moment)
    assert told is not None
    assert (told.application_key, told.doubt) == (SUPPORT, "")
    [row] = [row for row in exported(jane) if row["number"] == number]
    assert row["assigned_by"] == jane.person.name
