"""What the past is said to have been, held against what was recorded when it was the present."""

import datetime as dt
import random
from uuid import uuid4

import pytest
from django.utils import timezone

from numberadmin.audit.models import Action, Entry
from numberadmin.services import assignment, history, refresh, unassignment
from numberadmin.services.history import Past
from numberadmin.services.models import Number
from tests.services.conftest import REMINDERS, SUPPORT

KEYS = [SUPPORT, REMINDERS]


def present(account):
    rows = Number.objects.filter(account=account).values_list("number", "application__key")
    return {number: key or "" for number, key in rows}


def past(account, moment):
    rows: list[Past] = []
    after: int | None = 0
    while after is not None:
        page = history.at(account, moment, after=after)
        rows, after = [*rows, *page.rows], page.next
    assert len({row.number for row in rows}) == len(rows)
    return {row.number: row.application_key for row in rows if row.rented}


def told_of(actor, number, moment):
    told = history.one(actor.account, number, moment)
    assert told is not None
    return told


def first_reading(actor):
    first = history.known_since(actor.account)
    assert first is not None
    return first


def assign(actor, numbers, key):
    assignment.assign(actor=actor, operation=uuid4(), numbers=numbers, application_key=key, move=True)


def outside(sinch, key, number):
    """Somebody else puts the number there, at Sinch itself."""
    held = sinch.state()["assignments"].get(key, {})
    sinch.set(assign={key: {name: [*held.get(name, []), number] for name in ("voice", "sms")}})


def something(dice, actor, sinch):
    """One change, by the services or behind their back."""
    number, key = dice.choice(sorted(present(actor.account))), dice.choice(KEYS)
    held = present(actor.account)[number]
    what = dice.choice(["assign", "unassign", "outside", "gone"])
    if what == "assign" and held != key:
        assign(actor, [number], key)
    elif what == "unassign" and held:
        unassignment.unassign(actor=actor, operation=uuid4(), numbers=[number])
    elif what == "outside":
        outside(sinch, key, number)
        refresh.now(actor=actor)
    elif what == "gone":
        sinch.set(release=[number])
        refresh.now(actor=actor)


@pytest.mark.parametrize("seed", range(3))
def test_the_past_is_what_the_present_was(jane, sinch, seed):
    dice, moments = random.Random(seed), []
    for _ in range(12):
        something(dice, jane, sinch)
        moments.append((timezone.now(), present(jane.account)))
    for moment, recorded in moments:
        assert past(jane.account, moment) == recorded


@pytest.mark.parametrize("seed", range(3))
def test_what_changed_between_two_moments_is_the_difference_of_the_two(jane, sinch, seed):
    dice, moments = random.Random(seed), []
    for _ in range(8):
        moments.append((timezone.now(), present(jane.account)))
        something(dice, jane, sinch)
    for (start, was), (end, became) in zip(moments, moments[2:], strict=False):
        told = {row.number for row in history.all_between(jane.account, start, end)}
        assert told == {n for n in was | became if was.get(n) != became.get(n)}


def test_one_number_is_told_with_the_changes_around_the_moment(jane):
    number = Number.objects.filter(application=None)[0].number
    assign(jane, [number], SUPPORT)
    moment = timezone.now()
    assign(jane, [number], REMINDERS)
    told = told_of(jane, number, moment)
    assert (told.application_key, told.doubt) == (SUPPORT, "")
    assert told.before
    assert told.after
    assert (told.before.action, told.before.by) == (Action.ASSIGN, jane.person.name)
    assert (told.after.was, told.after.became) == (SUPPORT, REMINDERS)


def test_a_change_seen_outside_is_in_doubt_between_the_two_readings(jane, sinch):
    number = Number.objects.filter(application=None)[0].number
    between = timezone.now()
    outside(sinch, SUPPORT, number)
    refresh.now(actor=jane)
    told = told_of(jane, number, between)
    assert told.application_key == ""
    assert "changed outside" in told.doubt
    assert told.after
    assert told.after.since < between < told.after.at
    assert told_of(jane, number, timezone.now()).doubt == ""


def test_a_moment_between_sending_and_answer_is_in_doubt(jane, operation):
    number = Number.objects.filter(application=None)[0].number
    assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT)
    sent = Entry.objects.filter(operation=operation).order_by("id")[0].at
    assert told_of(jane, number, sent).doubt


def test_nothing_is_known_of_the_time_before_the_first_reading(jane):
    first = first_reading(jane)
    number = Number.objects.all()[0].number
    assert history.one(jane.account, number, first - dt.timedelta(seconds=1)) is None
    assert history.at(jane.account, first - dt.timedelta(seconds=1)).rows == []
    assert len(past(jane.account, first)) == 60


def test_later_readings_do_not_move_the_first(jane):
    first = first_reading(jane)
    refresh.now(actor=jane)
    assert history.known_since(jane.account) == first


def test_pages_go_on_where_the_last_one_ended(jane, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 7)
    assert past(jane.account, timezone.now()) == present(jane.account)


def test_only_numbers_with_the_digits_are_shown(jane):
    number = Number.objects.order_by("-number")[0].number
    page = history.at(jane.account, timezone.now(), digits=str(number)[3:])
    assert number in [row.number for row in page.rows]
    assert all(str(number)[3:] in str(row.number) for row in page.rows)


def test_a_page_takes_the_same_number_of_queries_whatever_happened(jane, django_assert_max_num_queries):
    numbers = list(Number.objects.filter(application=None).values_list("number", flat=True)[:3])
    for number in numbers:
        assign(jane, [number], SUPPORT)
    with django_assert_max_num_queries(9):
        history.at(jane.account, timezone.now() - dt.timedelta(milliseconds=1))
