"""Rows that Sinch sends in another form than documented, where this matters to a person."""

from uuid import uuid4

import pytest

from numberadmin.services import assignment, refresh, unassignment
from numberadmin.services.models import Number
from numberadmin.services.results import Refusal
from tests.services.conftest import REMINDERS, SUPPORT, held, jane

__all__ = ["held", "jane"]


def row(number, capabilities, key=SUPPORT):
    return {"number": number, "capabilities": capabilities, "applicationKey": key, "expires": None}


def test_a_number_without_capabilities_is_shown_and_can_leave_but_not_be_assigned(jane, sinch, held):
    numbers = sorted(Number.objects.values_list("number", flat=True))
    one = next(number for number in numbers if number in held(SUPPORT))
    keys = dict(Number.objects.exclude(application=None).values_list("number", "application__key"))
    rows = [row(f"+{n}", None if n == one else "voice", keys.get(n)) for n in numbers]
    sinch.fault(match={"path": "/numbers$"}, kind="body", body=rows)
    assert refresh.now(actor=jane).state == "succeeded"
    assert Number.objects.get(number=one).capabilities == ()
    assert Number.objects.count() == len(numbers)
    with pytest.raises(Refusal, match="lists neither"):
        assignment.assign(actor=jane, operation=uuid4(), numbers=[one], application_key=REMINDERS, move=True)
    assert unassignment.unassign(actor=jane, operation=uuid4(), numbers=[one]).state == "succeeded"
    assert one not in held(SUPPORT)


def test_an_application_with_a_number_of_unknown_capabilities_is_never_overwritten(jane, sinch, held):
    before = held(SUPPORT)
    free = Number.objects.filter(application=None).exclude(has="").order_by("number")[0].number
    rows = [row(n, None if n == min(before) else ["voice", "sms"]) for n in before]
    sinch.fault(match={"path": "/applications/"}, kind="body", body=rows, times=2)
    outcome = assignment.assign(actor=jane, operation=uuid4(), numbers=[free], application_key=SUPPORT)
    assert outcome.state == "failed"
    assert "Nothing was changed." in outcome.message
    assert held(SUPPORT) == before
