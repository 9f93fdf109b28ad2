"""A write without a known outcome: others wait for it, or a person goes on; where no list decides, a person does."""

from uuid import uuid4

import pytest

from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry
from numberadmin.services import assignment, cart, checkout, doubt, record, refresh
from numberadmin.services.models import Number, Open
from numberadmin.services.results import Busy, NotHere, Refusal
from tests.services.conftest import SUPPORT
from tests.services.test_assign import free
from tests.services.test_cart import group, posts, reserve


@pytest.fixture
def crashed(jane, operation):
    """An assignment whose process died between the intent and the outcome."""
    number = free(jane)[0]
    record.intent(jane, operation, {}, record.Plan(Action.ASSIGN, [Change(number, "", SUPPORT)], SUPPORT))
    return number


def assign(actor, number):
    return assignment.assign(actor=actor, operation=uuid4(), numbers=[number], application_key=SUPPORT)


def test_others_wait_and_are_told_for_whom(jane, crashed):
    with pytest.raises(Busy, match="Jane Bloggs, assign, since"):
        assign(jane, free(jane, 2)[1])
    waiting = doubt.waiting(jane.account)
    assert waiting
    assert waiting.until


def test_a_person_can_go_on_earlier_which_is_recorded(jane, crashed, operation, held):
    doubt.go_on(actor=jane, operation=operation)
    other = free(jane, 2)[1]
    assert assign(jane, other).state == "succeeded"
    assert other in held(SUPPORT)
    assert Entry.objects.get(action=Action.GO_ON).details["waited_for"] == str(operation)
    assert Open.objects.filter(intent__operation=operation).exists()


def test_what_was_gone_on_without_is_still_settled(jane, crashed, operation, audit, settings):
    doubt.go_on(actor=jane, operation=operation)
    settings.SETTLE_SECONDS = -1
    refresh.now(actor=jane)
    assert audit(operation).outcome == "failed"


def test_going_on_twice_is_recorded_once(jane, crashed, operation):
    doubt.go_on(actor=jane, operation=operation)
    with pytest.raises(Refusal, match="You can go on"):
        doubt.go_on(actor=jane, operation=operation)
    assert Entry.objects.filter(action=Action.GO_ON).count() == 1


@pytest.fixture
def unclear(jane, sinch, operation, settings):
    """A checkout of two whose answer was lost before it was applied, while one number was rented there outside."""
    reserve(jane, group(jane), 2)
    place = cart.cart(jane.account).lines[0].group_id
    sinch.fault(match={"verb": "POST"}, kind="drop", times=1)
    before = set(Number.objects.values_list("number", flat=True))
    checkout.check_out(actor=jane, operation=operation)
    sinch.set(rent={jane.account.organisation_id: {str(place): 1}})
    settings.SETTLE_SECONDS = -1
    refresh.now(actor=jane)
    return set(Number.objects.values_list("number", flat=True)) - before


def test_what_no_list_decides_stays_open_and_shows_the_candidates(jane, unclear, operation, audit):
    case = doubt.unclear(jane.account)[0]
    assert (case.asked, set(case.candidates)) == (2, unclear)
    assert audit(operation).outcome == "unknown"
    assert cart.cart(jane.account).lines[0].state == "unknown"


def test_meanwhile_others_assign_but_nobody_checks_out_there(jane, unclear, sinch):
    assert assign(jane, free(jane)[0]).state == "succeeded"
    reserve(jane, group(jane))
    sinch.clear_log()
    with pytest.raises(Refusal, match="could be rented twice"):
        checkout.check_out(actor=jane, operation=uuid4())
    assert posts(sinch) == []


def test_a_person_decides_that_they_were_rented_by_it(jane, unclear, operation, audit):
    outcome = doubt.decide(actor=jane, operation=operation, rented=sorted(unclear))
    assert set(outcome.numbers) == unclear == set(audit(operation).numbers)
    assert "Decided by Jane Bloggs" in audit(operation).message
    assert cart.cart(jane.account).lines == []
    assert {row.rented_in for row in Number.objects.filter(number__in=unclear)} == {operation}


def test_a_person_decides_that_nothing_was(jane, unclear, operation, audit):
    doubt.decide(actor=jane, operation=operation, rented=[])
    assert audit(operation).outcome == "failed"
    assert cart.cart(jane.account).checkable


def test_it_is_decided_once(jane, unclear, operation):
    doubt.decide(actor=jane, operation=operation, rented=sorted(unclear))
    with pytest.raises(NotHere):
        doubt.decide(actor=jane, operation=operation, rented=[])


def test_only_new_numbers_can_be_said_to_be_rented_by_it(jane, unclear, operation):
    old = Number.objects.exclude(number__in=unclear).order_by("number")[0].number
    with pytest.raises(Refusal, match="not one of the new numbers"):
        doubt.decide(actor=jane, operation=operation, rented=[old])


def test_a_list_that_decides_after_all_needs_no_person(jane, unclear, operation, audit, sinch):
    place = cart.cart(jane.account).lines[0].group_id
    sinch.set(rent={jane.account.organisation_id: {str(place): 1}})
    refresh.now(actor=jane)
    assert audit(operation).outcome == "succeeded"
    assert doubt.unclear(jane.account) == []


def test_a_process_that_dies_in_a_checkout_leaves_lines_that_say_so(jane, operation):
    reserve(jane, group(jane))
    plan = checkout._plan_checkout(jane, each=False, seen="")
    record.intent(jane, operation, {}, plan)
    assert cart.cart(jane.account).lines[0].state == "unknown"
    assert not cart.cart(jane.account).checkable


def test_a_cart_that_has_changed_since_is_not_checked_out(jane, sinch):
    reserve(jane, group(jane))
    seen = cart.cart(jane.account).mark
    reserve(jane, group(jane))
    with pytest.raises(Refusal, match="The cart has changed"):
        checkout.check_out(actor=jane, operation=uuid4(), seen=seen)
    assert posts(sinch) == []


def test_a_price_that_has_changed_is_shown_before_it_is_paid(jane, sinch):
    place = group(jane)
    reserve(jane, place, 2)
    sinch.set(price={str(place.group_id): "9.50"})
    with pytest.raises(Refusal, match=r"9\.50 now"):
        checkout.check_out(actor=jane, operation=uuid4(), seen=cart.cart(jane.account).mark)
    assert posts(sinch) == []
    assert [str(total.amount) for total in cart.cart(jane.account).totals] == ["19.0000"]
    outcome = checkout.check_out(actor=jane, operation=uuid4(), seen=cart.cart(jane.account).mark)
    assert outcome.state == "succeeded"
