from uuid import uuid4

import pytest
from django.http import QueryDict

from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Action, Entry, Line
from numberadmin.services import labels, rentals, unassignment
from numberadmin.services.models import Label, Number
from numberadmin.services.results import Changed, Forbidden, NotHere, Refusal
from tests.services.people import beside


@pytest.fixture
def number(jane):
    return Number.objects.order_by("number")[0].number


def put(actor, number, label, note="", **fields):
    return labels.set_label(
        actor=actor, operation=fields.pop("operation", uuid4()), number=number, label=label, note=note, **fields
    )


def found(actor, q):
    return [
        row.number
        for shelf in rentals.browse(rentals.read(actor.account, QueryDict(f"q={q}"))).shelves
        for row in shelf.numbers
    ]


def test_a_label_and_a_note_are_kept_under_the_name_of_who_gave_them(jane, number):
    put(jane, number, "  Night   desk ", "Rings at\r\nthe gate\n")
    row = labels.one(jane.account, number)
    assert (row.label, row.note, row.by) == ("Night desk", "Rings at\nthe gate", jane.person.name)


def test_the_audit_has_the_label_before_and_after(jane, number, operation):
    put(jane, number, "Old")
    put(jane, number, "New", "Why", operation=operation)
    entry = Entry.objects.get(operation=operation)
    assert (entry.action, entry.details["before"]["label"], entry.details["after"]) == (
        Action.LABEL,
        "Old",
        {"label": "New", "note": "Why"},
    )
    assert list(Line.objects.filter(entry=entry).values_list("number", "was", "became")) == [(number, "", "")]


@pytest.mark.parametrize("q", ["praça", "PRACA", "gate"])
def test_a_number_is_found_by_its_label_and_its_note(jane, number, q):
    put(jane, number, "Praça", "at the gate")
    assert found(jane, q) == [number]


def test_somebody_elses_label_is_not_written_over(jane, number):
    put(jane, number, "Bob's", seen=("", ""))
    with pytest.raises(Changed, match="Bob's"):
        put(jane, number, "Mine", seen=("", ""))
    assert labels.one(jane.account, number).label == "Bob's"


def test_a_label_posted_twice_is_given_once(jane, number, operation):
    put(jane, number, "Desk", operation=operation, seen=("", ""))
    assert put(jane, number, "Desk", operation=operation, seen=("", "")).repeated
    assert Entry.objects.filter(action=Action.LABEL).count() == 1


def test_a_label_outlives_the_number_in_the_list(jane, number):
    put(jane, number, "Desk")
    Number.objects.filter(number=number).delete()
    assert labels.one(jane.account, number).label == "Desk"
    put(jane, number, "")
    assert labels.one(jane.account, number).label == ""


def test_a_viewer_gives_no_labels(jane, number):
    with pytest.raises(Forbidden):
        put(beside(jane, "Vera", Role.VIEWER), number, "Mine")
    assert not Label.objects.exists()


def test_what_is_not_rented_or_too_long_gets_no_label(jane, number):
    with pytest.raises(NotHere):
        put(jane, 1, "x")
    with pytest.raises(Refusal):
        put(jane, number, "x" * 101)
    assert not Label.objects.exists()


def test_a_label_sends_nothing_to_sinch_and_moves_nothing(jane, number, calls):
    row = Number.objects.exclude(application=None)[0]
    put(jane, row.number, "Desk")
    assert calls() == []
    unassignment.unassign(actor=jane, operation=uuid4(), numbers=[row.number])
    assert labels.one(jane.account, row.number).label == "Desk"
