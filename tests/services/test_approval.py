"""Above a buyer's limit a checkout becomes a request, which an owner approves or declines."""

from uuid import uuid4

import pytest

from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import approval, cart, checkout
from numberadmin.services.models import Request
from numberadmin.services.results import Changed, Forbidden, NotHere, Refusal
from tests.services.people import beside
from tests.services.test_cart import group, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(jane):
    """A buyer with a limit of USD 4.00."""
    return beside(jane, "Bob Brown", Role.BUYER, "4.00")


def check_out(actor, operation=None, **more):
    return checkout.check_out(actor=actor, operation=operation or uuid4(), **more)


def paid(sinch):
    return sum(1 for call in sinch.log() if call["verb"] == "POST" and call["applied"])


def test_up_to_the_limit_a_buyer_checks_out_alone(bob, jane, sinch):
    reserve(bob, group(jane), 2)
    assert check_out(bob).state == "succeeded"
    assert paid(sinch) == 1
    assert not Request.objects.exists()


def test_above_the_limit_nothing_is_rented_and_an_owner_is_asked(bob, jane, sinch, operation, audit):
    reserve(bob, group(jane), 3)
    outcome = check_out(bob, operation)
    assert "Nothing is rented yet" in outcome.message
    assert paid(sinch) == 0
    assert (audit(operation).action, audit(operation).actor_name) == ("request", "Bob Brown")
    assert [row.count for row in approval.waiting(jane.account)] == [3]


def test_without_a_limit_each_checkout_is_asked_for(jane, sinch):
    carol = beside(jane, "Carol Chen", Role.BUYER)
    reserve(carol, group(jane), 1)
    check_out(carol)
    assert (paid(sinch), Request.objects.count()) == (0, 1)


def test_a_limit_in_another_currency_allows_nothing(jane, sinch):
    dave = beside(jane, "Dave Dunn", Role.BUYER, "500", "EUR")
    reserve(dave, group(jane), 1)
    check_out(dave)
    assert (paid(sinch), Request.objects.count()) == (0, 1)


def test_the_same_form_twice_asks_once(bob, jane, operation):
    reserve(bob, group(jane), 3)
    assert [check_out(bob, operation).repeated for _ in range(2)] == [False, True]
    assert Request.objects.count() == 1


def test_an_owner_approves_and_both_are_in_the_audit(bob, jane, sinch, operation, audit):
    reserve(bob, group(jane), 3)
    asked = check_out(bob).operation
    outcome = check_out(jane, operation, approves=str(asked))
    assert len(outcome.numbers) == 3
    assert paid(sinch) == 1
    assert audit(operation).actor_name == "Jane Bloggs"
    assert Entry.objects.filter(action="approve", actor_name="Jane Bloggs", message__contains="Bob Brown").exists()
    assert approval.waiting(jane.account) == []


def test_only_the_lines_of_the_request_are_rented(bob, jane, sinch):
    reserve(bob, group(jane), 3)
    asked = check_out(bob).operation
    reserve(jane, group(jane), 1)
    assert len(check_out(jane, approves=str(asked)).numbers) == 3
    assert cart.cart(jane.account).count == 1


def test_a_request_whose_lines_are_gone_rents_nothing(bob, jane, sinch):
    reserve(bob, group(jane), 3)
    asked = check_out(bob).operation
    cart.remove(actor=bob, operation=uuid4(), reference_id=cart.cart(jane.account).lines[0].reference_id)
    reserve(jane, group(jane), 1)
    with pytest.raises(Changed):
        check_out(jane, approves=str(asked))
    assert paid(sinch) == 0


def test_a_buyer_approves_nothing(bob, jane, sinch):
    reserve(bob, group(jane), 3)
    asked = check_out(bob).operation
    with pytest.raises(Forbidden):
        check_out(bob, approves=str(asked))
    assert paid(sinch) == 0


def test_a_declined_request_is_over_and_the_lines_stay(bob, jane, sinch, operation, audit):
    reserve(bob, group(jane), 3)
    asked = str(check_out(bob).operation)
    approval.decline(actor=jane, operation=operation, request_id=asked, reason="Too dear")
    assert (audit(operation).action, cart.cart(jane.account).count) == ("decline", 3)
    assert "Too dear" in audit(operation).message
    with pytest.raises(NotHere):
        check_out(jane, approves=asked)
    assert paid(sinch) == 0


def test_who_asked_takes_it_back_and_another_buyer_does_not(bob, jane):
    reserve(bob, group(jane), 3)
    asked = str(check_out(bob).operation)
    carol = beside(jane, "Carol Chen", Role.BUYER)
    with pytest.raises(Forbidden):
        approval.decline(actor=carol, operation=uuid4(), request_id=asked)
    approval.decline(actor=bob, operation=uuid4(), request_id=asked)
    assert approval.waiting(jane.account) == []


def test_a_price_that_rose_is_not_approved_unseen(bob, jane, sinch):
    reserve(bob, group(jane), 3)
    asked = check_out(bob).operation
    sinch.set(price={str(cart.cart(jane.account).lines[0].group_id): "9.00"})
    with pytest.raises(Refusal):
        check_out(jane, approves=str(asked))
    assert paid(sinch) == 0
