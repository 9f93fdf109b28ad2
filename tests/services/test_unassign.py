import pytest

from numberadmin.services import unassignment
from numberadmin.services.models import Number
from numberadmin.services.results import NotHere, Refusal
from tests.services.conftest import SUPPORT
from tests.services.test_assign import free, in_application


def test_a_number_leaves_its_application_and_stays_rented(jane, operation, held, audit, sinch):
    number = in_application(jane, SUPPORT)[0]
    before = held(SUPPORT)
    outcome = unassignment.unassign(actor=jane, operation=operation, numbers=[number])
    assert outcome.state == "succeeded"
    assert "stays rented and paid for" in outcome.message
    assert held(SUPPORT) == before - {number}
    assert number in sinch.state()["rented"][jane.account.organisation_id]
    row = audit(operation)
    assert (row.outcome, row.lines[0].was, row.lines[0].became) == ("succeeded", SUPPORT, "")


def test_it_is_one_call_a_number(jane, operation, calls):
    numbers = in_application(jane, SUPPORT)[:2]
    unassignment.unassign(actor=jane, operation=operation, numbers=numbers)
    assert calls() == ["DELETE", "DELETE"]


def test_a_number_in_no_application_is_refused(jane, operation, calls):
    with pytest.raises(Refusal, match="in no application already"):
        unassignment.unassign(actor=jane, operation=operation, numbers=free(jane))
    assert calls() == []


def test_a_number_of_nobody_is_refused(jane, operation, calls):
    with pytest.raises(NotHere):
        unassignment.unassign(actor=jane, operation=operation, numbers=[14159999999])
    assert calls() == []


def test_the_same_operation_is_done_once(jane, operation, calls):
    numbers = in_application(jane, SUPPORT)[:1]
    unassignment.unassign(actor=jane, operation=operation, numbers=numbers)
    assert unassignment.unassign(actor=jane, operation=operation, numbers=numbers).repeated
    assert calls() == ["DELETE"]


def test_where_sinch_stops_in_the_middle_the_rest_is_left_and_said(jane, operation, sinch, held, audit):
    one, other = in_application(jane, SUPPORT)[:2]
    sinch.fault(match={"verb": "DELETE", "nth": 2}, kind="status", status=400, code=40003, times=1)
    outcome = unassignment.unassign(actor=jane, operation=operation, numbers=[one, other])
    assert outcome.state == "failed"
    assert "1 of 2 were unassigned" in outcome.message
    assert one not in held(SUPPORT)
    assert other in held(SUPPORT)
    assert {line.number: line.became for line in audit(operation).lines} == {one: "", other: SUPPORT}
    assert Number.objects.get(number=other).application_key == SUPPORT


def test_a_lost_answer_is_looked_up_in_the_list(jane, operation, sinch, held, audit):
    number = in_application(jane, SUPPORT)[0]
    sinch.fault(match={"verb": "DELETE"}, kind="lose", times=1)
    outcome = unassignment.unassign(actor=jane, operation=operation, numbers=[number])
    assert (outcome.state, audit(operation).outcome) == ("succeeded", "succeeded")
    assert number not in held(SUPPORT)
    assert [call["verb"] for call in sinch.log()].count("DELETE") == 1


def test_numbers_that_are_in_no_application_are_left_and_the_others_taken_out(jane, operation, calls, audit):
    there, none = in_application(jane, SUPPORT)[0], free(jane)[0]
    outcome = unassignment.unassign(actor=jane, operation=operation, numbers=[there, none])
    assert outcome.message.endswith("1 of those selected had none.")
    assert calls().count("DELETE") == 1
    assert audit(operation).numbers == [there]
