"""Many numbers, each named in one form: one write where one is enough, else a worker's steps under one operation."""

from uuid import uuid4

import pytest
from django.test import Client

from numberadmin.audit.models import Entry
from numberadmin.services import assignment, jobs, steps, unassignment
from numberadmin.services.models import Plan
from tests.accounts.conftest import SINCH
from tests.services.conftest import REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application
from tests.services.test_plans import changing, held

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker(settings):
    """Nobody takes what is put into the queue; the tests are the worker themselves."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture
def visitor(jane, sinch, monkeypatch):
    """Whoever signs in, where two numbers are few and three are many."""
    monkeypatch.setattr(unassignment, "MOST", 2)
    monkeypatch.setattr(assignment, "MOST_MOVED", 2)
    monkeypatch.setattr(steps, "STEP", 2)
    client = Client()
    client.post("/login/", SINCH)
    sinch.clear_log()
    return client


def send(visitor, action, numbers, **fields):
    fields = {"numbers": numbers, "operation": str(uuid4()), "next": "/inventory/"} | fields
    return visitor.post(f"/inventory/{action}/", fields)


def worked():
    plan = Plan.objects.get()
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    return plan


def row(visitor, operation):
    """The operation's row in the audit."""
    page = visitor.get(f"/audit/?q={operation}").context["page"]
    return next(row for row in page.rows if str(row.operation) == str(operation))


def test_many_that_are_free_are_assigned_at_once_by_one_write(visitor, jane, sinch):
    numbers = free(jane, count=3)
    assert send(visitor, "assign", numbers, application_key=SUPPORT).url == "/inventory/"
    assert changing(sinch) == ["PUT"]
    assert set(numbers) <= held(sinch, SUPPORT)
    assert Plan.objects.count() == 0


def test_many_that_are_taken_out_are_begun_at_once_and_the_page_shows_how_far_it_is(visitor, jane, sinch):
    numbers, operation = in_application(jane, SUPPORT)[:3], str(uuid4())
    answer = send(visitor, "unassign", numbers, operation=operation, reason="Tidying up")
    page = visitor.get(answer.url)
    assert b"<progress" in page.content
    assert b"0 of 3" in page.content
    assert row(visitor, operation).outcome == "pending"
    assert worked().state == "done"
    assert not set(numbers) & held(sinch, SUPPORT)
    assert changing(sinch).count("DELETE") == 3


def test_each_call_is_in_the_audit_under_the_one_operation(visitor, jane):
    numbers, operation = in_application(jane, SUPPORT)[:3], uuid4()
    send(visitor, "unassign", numbers, operation=str(operation))
    worked()
    whole = row(visitor, operation)
    assert (whole.action, whole.outcome, whole.actor_name, whole.many) == ("unassign", "succeeded", "Jane Bloggs", 3)
    steps = Entry.objects.filter(part_of=operation, phase="outcome").order_by("id")
    lines = [line.number for step in steps for line in step.lines.order_by("id")]
    assert sorted(lines) == sorted(numbers)
    assert {step.actor_name for step in steps} == {"Jane Bloggs"}


def test_the_audit_folds_the_steps_until_one_looks_for_what_they_have(visitor, jane):
    numbers, operation = in_application(jane, SUPPORT)[:3], uuid4()
    send(visitor, "unassign", numbers, operation=str(operation))
    worked()
    steps = set(Entry.objects.filter(part_of=operation).values_list("operation", flat=True))
    assert len(steps) == 2

    def shown(query):
        return {row.operation for row in visitor.get(f"/audit/?{query}").context["page"].rows}

    assert operation in shown("")
    assert not steps & shown("")
    assert steps | {operation} <= shown("action=unassign")
    assert steps | {operation} == shown(f"q={operation}")
    assert len(steps & shown(f"number={numbers[0]}")) == 1


def test_the_same_form_posted_twice_is_begun_once(visitor, jane, sinch):
    numbers, operation = in_application(jane, SUPPORT)[:3], str(uuid4())
    first = send(visitor, "unassign", numbers, operation=operation)
    worked()
    again = send(visitor, "unassign", numbers, operation=operation)
    assert first.url == again.url
    assert Plan.objects.get().state == "done"
    assert changing(sinch).count("DELETE") == 3


def test_the_same_operation_with_other_numbers_is_refused(visitor, jane, sinch):
    there, operation = in_application(jane, SUPPORT), str(uuid4())
    send(visitor, "unassign", there[:3], operation=operation)
    send(visitor, "unassign", there[1:4], operation=operation)
    assert "sent before with other contents" in visitor.get("/inventory/").content.decode()
    assert set(Plan.objects.get().items.values_list("number", flat=True)) == set(there[:3])


def test_an_operation_that_was_an_assignment_is_no_plan(visitor, jane, sinch):
    numbers, operation = free(jane, count=1), uuid4()
    assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    send(visitor, "unassign", in_application(jane, SUPPORT)[:3], operation=str(operation))
    assert "sent before with other contents" in visitor.get("/inventory/").content.decode()
    assert Plan.objects.count() == 0
    assert changing(sinch) == ["PUT"]


@pytest.mark.parametrize("wrong", [19995550000, 1])
def test_one_number_that_is_not_rented_stops_all(visitor, jane, sinch, wrong):
    send(visitor, "unassign", [*in_application(jane, SUPPORT)[:3], wrong])
    assert "not among the rented numbers" in visitor.get("/inventory/").content.decode()
    assert Plan.objects.count() == 0
    assert changing(sinch) == []


def test_numbers_that_are_elsewhere_than_the_page_showed_stop_all(visitor, jane, sinch):
    numbers = in_application(jane, SUPPORT)[:3]
    send(visitor, "unassign", numbers, seen=[f"{number}:{REMINDERS}" for number in numbers])
    assert "older than that" in visitor.get("/inventory/").content.decode()
    assert Plan.objects.count() == 0


def test_many_that_sit_elsewhere_are_moved_only_where_that_is_said(visitor, jane, sinch):
    numbers = in_application(jane, REMINDERS)[:3]
    send(visitor, "assign", numbers, application_key=SUPPORT)
    assert (changing(sinch), Plan.objects.count()) == ([], 0)
    send(visitor, "assign", numbers, application_key=SUPPORT, move="yes")
    assert worked().state == "done"
    assert set(numbers) <= held(sinch, SUPPORT)
    assert not set(numbers) & held(sinch, REMINDERS)


def test_undoing_it_puts_all_of_them_back(visitor, jane, sinch):
    numbers, operation = in_application(jane, SUPPORT)[:3], str(uuid4())
    before = held(sinch, SUPPORT)
    send(visitor, "unassign", numbers, operation=operation)
    visitor.post("/inventory/undo/", {"operation": operation})
    assert Plan.objects.count() == 1
    worked()
    visitor.post("/inventory/undo/", {"operation": operation})
    undoing = Plan.objects.get(source="Undo")
    assert {(item.number, item.to) for item in undoing.items.all()} == {(number, SUPPORT) for number in numbers}
    visitor.post(f"/inventory/plans/{undoing.key}/apply/")
    jobs.work.func(undoing.pk)
    assert held(sinch, SUPPORT) == before
