"""What a role does not allow is refused by the service as well, with the lock held, and nothing is sent."""

from uuid import uuid4

import pytest

from numberadmin.accounts.models import Membership
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import applications, assignment, cart, refresh, unassignment
from numberadmin.services.results import Forbidden, SignedOut
from tests.services.conftest import SUPPORT
from tests.services.people import beside
from tests.services.test_assign import free
from tests.services.test_cart import group, reserve

pytestmark = pytest.mark.django_db
READERS = [Role.VIEWER, Role.AUDITOR]


def changes(actor, number):
    who = {"actor": actor, "operation": uuid4()}
    return [
        lambda: assignment.assign(**who, numbers=[number], application_key=SUPPORT),
        lambda: unassignment.unassign(**who, numbers=[number]),
        lambda: applications.add(**who, application_key=SUPPORT, name="New"),
        lambda: refresh.now(actor=actor),
    ]


@pytest.mark.parametrize("role", READERS)
def test_readers_change_nothing(jane, sinch, role):
    bob, number = beside(jane, "Bob Brown", role), free(jane)[0]
    for change in changes(bob, number):
        with pytest.raises(Forbidden, match="you may not change numbers"):
            change()
    assert [call["verb"] for call in sinch.log() if call["verb"] != "GET"] == []


@pytest.mark.parametrize("role", [*READERS, Role.OPERATOR])
def test_only_buyers_and_owners_reserve(jane, sinch, role):
    bob, before = beside(jane, "Bob Brown", role), len(sinch.state()["reservations"])
    with pytest.raises(Forbidden, match="may not reserve"):
        reserve(bob, group(jane))
    assert len(sinch.state()["reservations"]) == before


def test_a_refusal_is_in_the_audit_with_the_name(jane):
    bob = beside(jane, "Bob Brown", Role.VIEWER)
    with pytest.raises(Forbidden, match="As a viewer of Acme Telecom"):
        assignment.assign(actor=bob, operation=uuid4(), numbers=free(jane), application_key=SUPPORT)
    entry = Entry.objects.latest("id")
    assert (entry.actor_name, entry.action, entry.state) == ("Bob Brown", "refused", "failed")


def test_who_was_deactivated_since_the_form_was_sent_changes_nothing(jane, held):
    bob, numbers = beside(jane, "Bob Brown", Role.OPERATOR), free(jane)
    Membership.objects.filter(person=bob.person).update(is_active=False)
    with pytest.raises(SignedOut):
        assignment.assign(actor=bob, operation=uuid4(), numbers=numbers, application_key=SUPPORT)
    assert not set(numbers) & held(SUPPORT)


def test_an_operator_assigns_and_is_named(jane, held, audit, operation):
    bob, numbers = beside(jane, "Bob Brown", Role.OPERATOR), free(jane)
    assignment.assign(actor=bob, operation=operation, numbers=numbers, application_key=SUPPORT)
    assert set(numbers) <= held(SUPPORT)
    assert (audit(operation).actor_name, audit(operation).address) == ("Bob Brown", "127.0.0.2")


def test_an_operator_takes_no_line_out_of_the_cart(jane):
    bob = beside(jane, "Bob Brown", Role.OPERATOR)
    reserve(jane, group(jane))
    line = cart.cart(jane.account).lines[0]
    with pytest.raises(Forbidden):
        cart.remove(actor=bob, operation=uuid4(), reference_id=line.reference_id)
    assert cart.line_count(jane.account) == 1


def test_a_buyer_reserves(jane, sinch):
    bob = beside(jane, "Bob Brown", Role.BUYER)
    reserve(bob, group(jane))
    assert len(sinch.state()["reservations"]) == 1
