from uuid import uuid4

import pytest

from numberadmin.audit.models import Entry, Phase
from numberadmin.services import assignment, rentals
from numberadmin.services.deeds import Deed
from numberadmin.services.models import Number
from numberadmin.services.results import Conflict, Held, NotHere, Refusal
from tests.services.conftest import REMINDERS, SUPPORT


def free(actor, count=1, has="voice"):
    rows = Number.objects.filter(account=actor.account, application=None, has=has).order_by("number")[:count]
    assert len(rows) == count
    return [row.number for row in rows]


def in_application(actor, key):
    return list(Number.objects.filter(account=actor.account, application__key=key).values_list("number", flat=True))


def test_a_number_joins_the_others_of_the_application(jane, operation, held, audit):
    before, numbers = held(SUPPORT), free(jane)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert outcome.state == "succeeded"
    assert held(SUPPORT) == before | set(numbers)
    row = audit(operation)
    assert (row.action, row.outcome, row.actor_name, row.numbers) == ("assign", "succeeded", "Jane Bloggs", numbers)
    assert (row.lines[0].was, row.lines[0].became) == ("", SUPPORT)


def test_the_number_says_who_assigned_it_as_the_audit_has_it(jane, operation):
    numbers = free(jane)
    assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    row = rentals.one(jane.account, numbers[0])
    entry = Entry.objects.get(operation=operation, phase=Phase.OUTCOME)
    assert row.application_key == SUPPORT
    assert row.assigned == Deed("Jane Bloggs", jane.person.email, entry.at, operation)


def test_it_takes_two_calls_for_one_capability(jane, operation, calls):
    assignment.assign(actor=jane, operation=operation, numbers=free(jane), application_key=SUPPORT)
    assert calls() == ["GET", "PUT"]


def test_it_takes_three_calls_for_two_capabilities(jane, operation, calls, held):
    numbers = free(jane, has="sms,voice")
    assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert calls() == ["GET", "PUT", "PUT"]
    assert set(numbers) <= held(SUPPORT)


def test_many_numbers_are_one_write(jane, operation, calls, held):
    before, numbers = held(SUPPORT), free(jane, 3)
    assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert calls() == ["GET", "PUT"]
    assert held(SUPPORT) == before | set(numbers)


def test_the_audit_keeps_what_was_there_before(jane, operation, held, audit):
    before = held(SUPPORT)
    assignment.assign(actor=jane, operation=operation, numbers=free(jane), application_key=SUPPORT)
    assert set(audit(operation).before["voice"]) <= before


def test_the_reason_is_kept(jane, operation, audit):
    assignment.assign(
        actor=jane, operation=operation, numbers=free(jane), application_key=SUPPORT, reason=" Autumn  campaign "
    )
    assert audit(operation).reason == "Autumn campaign"


def test_a_number_of_another_application_is_refused_and_its_holder_named(jane, operation, held, calls):
    number = in_application(jane, REMINDERS)[0]
    with pytest.raises(Held) as refusal:
        assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT)
    assert [holder.application_key for holder in refusal.value.holders] == [REMINDERS]
    assert calls() == []
    assert number in held(REMINDERS)


def test_a_number_is_moved_on_a_clear_wish(jane, operation, held, audit):
    number = in_application(jane, REMINDERS)[0]
    outcome = assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    assert outcome.state == "succeeded"
    assert number in held(SUPPORT)
    assert number not in held(REMINDERS)
    row = audit(operation)
    assert (row.action, row.lines[0].was, row.lines[0].became) == ("move", REMINDERS, SUPPORT)


def test_a_move_leaves_the_others_of_both_applications(jane, operation, held):
    number = in_application(jane, REMINDERS)[0]
    there, here = held(REMINDERS), held(SUPPORT)
    assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    assert held(REMINDERS) == there - {number}
    assert held(SUPPORT) == here | {number}


def test_where_sinch_takes_no_number_that_is_held_it_leaves_the_old_application_first(jane, operation, sinch, held):
    number = in_application(jane, REMINDERS)[0]
    sinch.fault(match={"verb": "PUT"}, kind="status", status=400, code=40003, times=1)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    assert outcome.state == "succeeded"
    assert number in held(SUPPORT)
    assert number not in held(REMINDERS)


def test_a_move_that_sinch_refuses_puts_the_number_back_where_it_was(jane, operation, sinch, held, audit):
    number = in_application(jane, REMINDERS)[0]
    there = held(REMINDERS)
    sinch.fault(match={"verb": "PUT", "path": SUPPORT}, kind="status", status=400, code=40003, times=9)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    assert outcome.state == "failed"
    assert "Nothing was changed" in outcome.message
    assert held(REMINDERS) == there
    assert Number.objects.get(number=number).application_key == audit(operation).lines[0].became == REMINDERS


def test_a_move_that_stops_half_way_says_that_the_number_is_in_no_application(jane, operation, sinch, held, audit):
    number = in_application(jane, REMINDERS)[0]
    sinch.fault(match={"verb": "PUT"}, kind="status", status=400, code=40003, times=9)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    assert outcome.state == "failed"
    assert "are in none now" in outcome.message
    assert number not in held(SUPPORT) | held(REMINDERS)
    assert (audit(operation).lines[0].became, Number.objects.get(number=number).application_key) == ("", "")


@pytest.mark.parametrize("numbers", [[14159999999], []])
def test_a_number_that_is_not_rented_or_none_is_refused(jane, operation, calls, numbers):
    with pytest.raises(Refusal, match="Nothing was changed"):
        assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert calls() == []


@pytest.mark.parametrize("key", ["", "nonsense", "00000000-0000-4000-8000-000000000000", "' OR 1=1"])
def test_an_application_that_is_not_known_is_refused(jane, operation, calls, key):
    with pytest.raises(NotHere, match="not known here"):
        assignment.assign(actor=jane, operation=operation, numbers=free(jane), application_key=key)
    assert calls() == []


def test_an_unreadable_application_is_never_written(jane, operation, sinch, held, audit):
    before = held(SUPPORT)
    sinch.fault(match={"verb": "GET", "path": "/applications/"}, kind="html", times=5)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=free(jane), application_key=SUPPORT)
    assert (outcome.state, audit(operation).outcome) == ("failed", "failed")
    assert "Nothing was changed" in outcome.message
    assert held(SUPPORT) == before
    assert not [call for call in sinch.log() if call["verb"] == "PUT"]


@pytest.mark.parametrize("body", ["null", "{}", "[", "", '[{"number": true}]', '[{"number": "x"}]'])
def test_a_damaged_list_is_never_written_back(jane, operation, sinch, body):
    sinch.fault(match={"verb": "GET", "path": "/applications/"}, kind="body", body=body, times=5)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=free(jane), application_key=SUPPORT)
    assert outcome.state == "failed"
    assert not [call for call in sinch.log() if call["verb"] == "PUT"]


def test_the_same_operation_is_done_once(jane, operation, calls):
    numbers = free(jane)
    first = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    again = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert (again.state, again.message, again.numbers) == (first.state, first.message, first.numbers)
    assert again.repeated
    assert calls() == ["GET", "PUT"]


def test_the_same_operation_with_other_numbers_is_refused(jane, operation, held):
    one, other = free(jane, 2)
    assignment.assign(actor=jane, operation=operation, numbers=[one], application_key=SUPPORT)
    with pytest.raises(Conflict):
        assignment.assign(actor=jane, operation=operation, numbers=[other], application_key=SUPPORT)
    assert other not in held(SUPPORT)


def test_an_answer_that_does_not_list_what_was_sent_is_read_back(jane, operation, sinch, calls, held):
    numbers = free(jane)
    sinch.fault(match={"verb": "PUT", "path": "/applications/"}, kind="body", body="[]", times=1)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert outcome.state == "succeeded"
    assert calls() == ["GET", "PUT", "GET"]
    assert set(numbers) <= held(SUPPORT)


def test_a_lost_answer_is_looked_up_in_the_list(jane, operation, sinch, held, audit):
    numbers = free(jane)
    sinch.fault(match={"verb": "PUT", "path": "/applications/"}, kind="lose", times=1)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert (outcome.state, audit(operation).outcome) == ("succeeded", "succeeded")
    assert set(numbers) <= held(SUPPORT)
    assert len([call for call in sinch.log() if call["verb"] == "PUT"]) == 1
    deed = rentals.one(jane.account, numbers[0]).assigned
    assert deed
    assert deed.by == "Jane Bloggs"


def test_a_write_that_never_arrived_is_in_doubt_and_then_did_not_happen(jane, operation, sinch, audit, settings):
    numbers = free(jane)
    settings.SETTLE_SECONDS = 60
    sinch.fault(match={"verb": "PUT", "path": "/applications/"}, kind="drop", times=1)
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert (outcome.state, audit(operation).outcome) == ("unknown", "unknown")
    settings.SETTLE_SECONDS = 0
    other = assignment.assign(actor=jane, operation=uuid4(), numbers=numbers, application_key=SUPPORT)
    assert other.state == "succeeded"
    assert audit(operation).outcome == "failed"


def test_while_one_write_is_in_doubt_the_next_one_waits_and_says_for_whom(jane, operation, sinch):
    one, other = free(jane, 2)
    sinch.fault(match={"verb": "PUT", "path": "/applications/"}, kind="drop", times=1)
    assignment.assign(actor=jane, operation=operation, numbers=[one], application_key=SUPPORT)
    with pytest.raises(Refusal, match="Jane Bloggs, assign, since"):
        assignment.assign(actor=jane, operation=uuid4(), numbers=[other], application_key=SUPPORT)


def test_what_came_over_by_one_capability_only_is_said_and_completed_by_repeating_it(
    jane, operation, sinch, held, audit
):
    both, voice_only = free(jane, has="sms,voice")[0], free(jane)[0]
    sinch.fault(match={"verb": "PUT", "nth": 2}, kind="status", status=400, code=40001, times=1)
    numbers = [both, voice_only]
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert outcome.state == "failed"
    assert {line.number: line.became for line in audit(operation).lines} == {both: SUPPORT, voice_only: ""}
    assert Number.objects.get(number=voice_only).application is None
    again = assignment.assign(actor=jane, operation=uuid4(), numbers=numbers, application_key=SUPPORT)
    assert again.state == "succeeded"
    assert {both, voice_only} <= set(sinch.state()["assignments"][SUPPORT]["voice"])


def test_a_number_that_is_there_already_is_not_said_to_have_come(jane, held):
    number = in_application(jane, SUPPORT)[0]
    before = held(SUPPORT)
    outcome = assignment.assign(actor=jane, operation=uuid4(), numbers=[number], application_key=SUPPORT)
    assert outcome.state == "succeeded"
    assert "already" in outcome.message
    assert "Assigned" not in outcome.message
    assert held(SUPPORT) == before
