"""Numbers with capabilities by which nothing is assigned: those of tomorrow, and none at all."""

from uuid import uuid4

import pytest

from numberadmin.services import assignment, jobs, planned, plans, refresh
from numberadmin.services.models import Number
from numberadmin.services.results import Refusal
from numberadmin.services.table_reading import of_text
from tests.services.conftest import REMINDERS, SUPPORT
from tests.services.test_assign import free

ODD = ["mms", "fax", "whatsapp", "x-of-tomorrow"]


@pytest.fixture
def changed(jane, sinch):
    """Gives numbers other capabilities at Sinch, and reads the list."""

    def change(**capabilities):
        sinch.set(capabilities={number.removeprefix("n"): has for number, has in capabilities.items()})
        refresh.now(actor=jane)
        sinch.clear_log()

    return change


def assign(actor, numbers, key=SUPPORT, operation=None):
    return assignment.assign(actor=actor, operation=operation or uuid4(), numbers=numbers, application_key=key)


@pytest.mark.parametrize("odd", ODD)
def test_a_number_is_assigned_by_what_it_can_be_and_the_rest_is_said_once(jane, sinch, held, changed, odd):
    numbers = free(jane, 4)
    changed(**{f"n{numbers[1]}": [odd, "voice"]})
    outcome = assign(jane, numbers)
    assert outcome.state == "succeeded"
    assert set(numbers) <= held(SUPPORT)
    assert outcome.message.count(odd) == 1
    assert not any(call["path"].endswith(f"/{odd}") for call in sinch.log())


def test_one_that_cannot_be_assigned_is_left_out_and_named(jane, held, changed, audit):
    numbers, operation = free(jane, 3), uuid4()
    changed(**{f"n{numbers[0]}": ["mms"]})
    outcome = assign(jane, numbers, operation=operation)
    assert outcome.state == "succeeded"
    assert f"lists only mms for +{numbers[0]}. It was left out." in outcome.message
    assert held(SUPPORT) & set(numbers) == set(numbers[1:])
    assert audit(operation).numbers == numbers[1:]
    assert Number.objects.get(number=numbers[0]).application is None


def test_where_none_can_be_assigned_nothing_is_sent(jane, sinch, changed):
    number = free(jane)[0]
    changed(**{f"n{number}": ["mms", "fax"]})
    with pytest.raises(Refusal, match=rf"lists only fax, mms for \+{number}. Nothing was changed."):
        assign(jane, [number])
    assert [call["verb"] for call in sinch.log() if call["verb"] != "GET"] == []


def test_a_move_takes_a_number_along_by_what_it_can_be_assigned_by(jane, held, changed):
    number = free(jane)[0]
    changed(**{f"n{number}": ["mms", "voice"]})
    assign(jane, [number])
    outcome = assignment.assign(actor=jane, operation=uuid4(), numbers=[number], application_key=REMINDERS, move=True)
    assert outcome.state == "succeeded"
    assert number in held(REMINDERS)
    assert number not in held(SUPPORT)


def planned_for(actor, numbers, key=SUPPORT):
    text = "\n".join(["number,application", *(f"{number},{key}" for number in numbers)])
    return plans.from_table(actor=actor, lines=of_text(text).lines, title="Autumn")


def applied(actor, plan):
    jobs.apply(actor=actor, operation=uuid4(), plan=plan)
    jobs.work.func(plan.pk)
    return {item.number: (item.state, item.message) for item in plan.items.all()}


@pytest.fixture
def alone(settings):
    """Nobody takes what is put into the queue; the tests are the worker themselves."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def test_a_plan_says_of_each_line_whether_it_can_be_assigned(jane, changed):
    numbers = free(jane, 2)
    changed(**{f"n{numbers[0]}": ["fax"], f"n{numbers[1]}": ["fax", "voice"]})
    plan = planned_for(jane, numbers)
    assert {item.number: item.what for item in plan.items.all()} == {
        numbers[0]: planned.What.WRONG,
        numbers[1]: planned.What.ASSIGN,
    }


def test_in_a_step_only_the_line_that_sinch_refuses_fails(jane, sinch, held, alone):
    numbers = free(jane, 9)
    plan = planned_for(jane, numbers)
    sinch.set(release=[numbers[4]])
    ended = applied(jane, plan)
    assert {number for number, (state, _) in ended.items() if state == "failed"} == {numbers[4]}
    assert held(SUPPORT) & set(numbers) == set(numbers) - {numbers[4]}


def test_a_line_that_lost_its_capabilities_fails_alone(jane, sinch, held, alone):
    numbers = free(jane, 3)
    plan = planned_for(jane, numbers)
    sinch.set(capabilities={numbers[0]: ["mms"]})
    refresh.now(actor=jane)
    ended = applied(jane, plan)
    assert {number: state for number, (state, _) in ended.items()} == {
        numbers[0]: "failed",
        numbers[1]: "done",
        numbers[2]: "done",
    }
    assert held(SUPPORT) & set(numbers) == set(numbers[1:])
