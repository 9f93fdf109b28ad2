"""What a plan makes of an answer: where it is about no number, the plan pauses and no number counts as failed."""

from uuid import uuid4

import pytest

from numberadmin.services import jobs
from numberadmin.services.models import Reading
from tests.answers.kinds import KINDS
from tests.services.conftest import SUPPORT, jane
from tests.services.test_assign import free, in_application
from tests.services.test_plans import made

__all__ = ["jane"]
PAUSES = ["401 without a body", "403 with a page", "404 with a page", "429 with a time", "the time"]
DELETE = {"verb": "DELETE"}


def worked(jane, sinch, plan, match, name):
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    sinch.fault(match=match, **KINDS[name].fault())
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    return plan


@pytest.mark.parametrize("name", PAUSES)
def test_what_is_about_no_number_pauses_the_plan(jane, sinch, name):
    numbers = in_application(jane, SUPPORT)[:2]
    plan = worked(jane, sinch, made(jane, *((number, "none") for number in numbers)), DELETE, name)
    assert plan.state == "paused"
    assert KINDS[name].says.strip() in plan.message
    assert set(plan.items.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("path", ["/applications/", "/organisations/id/[0-9]+/numbers$"])
def test_a_list_that_cannot_be_read_before_a_step_pauses_the_plan(jane, sinch, path):
    plan = made(jane, (free(jane)[0], SUPPORT))
    Reading.objects.update(read_at=None)
    plan = worked(jane, sinch, plan, {"verb": "GET", "path": path}, "503 of Sinch")
    assert (plan.state, "it is down (503)" in plan.message) == ("paused", True)
    assert plan.items.get().state == "waiting"


def test_what_is_about_a_number_fails_that_number_and_the_plan_goes_on(jane, sinch):
    one, other = in_application(jane, SUPPORT)[:2]
    fault = KINDS["400 without a full stop"].fault() | {"times": 1}
    plan = made(jane, (one, "none"), (other, "none"))
    jobs.apply(actor=jane, operation=uuid4(), plan=plan)
    sinch.fault(match=DELETE, **fault)
    jobs.work.func(plan.pk)
    plan.refresh_from_db()
    assert plan.state == "done"
    assert sorted(plan.items.values_list("state", flat=True)) == ["done", "failed"]
