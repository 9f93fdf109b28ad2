"""What was done in half is said, and as much of it as can be is taken back."""

import os
import shutil
import time
from uuid import uuid4

import pytest
from django.db import connection

from numberadmin.audit.models import Entry
from numberadmin.services import assignment, cart, checkout, doubt, lock, refresh, reservation, settle
from numberadmin.services.models import Number, NumberGroup, Open, Reservation
from tests.services.conftest import REMINDERS, SUPPORT


def refuse(sinch, nth=1):
    sinch.fault(match={"verb": "PUT", "nth": nth}, kind="status", status=400, code=40003, times=1)


def last(operation):
    return Entry.objects.filter(operation=operation).order_by("id").last()


def two_lines(jane):
    groups = [g for g in NumberGroup.objects.filter(account=jane.account, availability__gte=3) if g.amount is not None]
    for group in groups[:2]:
        reservation.reserve(actor=jane, operation=uuid4(), group_id=group.group_id, quantity=1)
    return cart.held(jane.account)


def states(jane):
    return dict(Reservation.objects.filter(account=jane.account).values_list("reference_id", "state"))


def test_a_number_that_left_and_did_not_arrive_is_named_when_it_is_settled(jane, sinch, held, settings):
    settings.SETTLE_SECONDS = 0.2
    number, operation = min(held(REMINDERS)), uuid4()
    refuse(sinch)
    sinch.fault(match={"verb": "DELETE"}, kind="lose", times=1)
    assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    time.sleep(0.4)
    refresh.now(actor=jane)
    entry = last(operation)
    assert (entry.state, "left the application it was in" in entry.message) == ("failed", True)
    assert [(line.was, line.became) for line in entry.lines.all()] == [(REMINDERS, "")]
    assert number not in held(REMINDERS) | held(SUPPORT)


def test_of_a_move_that_came_through_for_one_capability_the_others_numbers_go_back(jane, sinch, held):
    rows = Number.objects.filter(account=jane.account, application__isnull=False).exclude(application__key=SUPPORT)
    sms, voice = rows.filter(has="sms")[0], rows.filter(has="voice")[0]
    before, operation = voice.application_key, uuid4()
    refuse(sinch)
    refuse(sinch, nth=3)
    numbers = [sms.number, voice.number]
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT, move=True)
    assert outcome.state == "failed"
    assert voice.number in held(before)
    assert sms.number in held(SUPPORT)
    now = dict(Number.objects.filter(number__in=numbers).values_list("number", "application__key"))
    assert now == {sms.number: SUPPORT, voice.number: before}
    assert {line.number: line.became for line in last(operation).lines.all()} == now


def test_what_cannot_go_back_is_said_to_be_in_none(jane, sinch, held):
    rows = Number.objects.filter(account=jane.account, application__isnull=False).exclude(application__key=SUPPORT)
    sms, voice = rows.filter(has="sms")[0], rows.filter(has="voice")[0]
    operation = uuid4()
    refuse(sinch)
    refuse(sinch, nth=3)
    refuse(sinch, nth=4)
    numbers = [sms.number, voice.number]
    outcome = assignment.assign(actor=jane, operation=operation, numbers=numbers, application_key=SUPPORT, move=True)
    assert f"+{voice.number} left the old application" in outcome.message
    assert voice.number not in held(voice.application_key) | held(SUPPORT)
    assert Number.objects.get(number=voice.number).application is None
    assert {line.number: line.became for line in last(operation).lines.all()}[voice.number] == ""


def test_a_line_that_had_lapsed_stays_so_where_the_next_one_has_no_answer(jane, sinch):
    first, _ = two_lines(jane)
    sinch.expire_reservations([first.reference_id])
    sinch.fault(match={"verb": "POST", "path": "shop", "nth": 2}, kind="drop", times=1)
    checkout.check_out(actor=jane, operation=uuid4(), each=True)
    assert states(jane)[first.reference_id] == "expired"


def test_only_the_lines_that_a_person_decided_on_are_rented(jane, sinch, settings):
    settings.SETTLE_SECONDS = 600
    first, second = two_lines(jane)
    operation = uuid4()
    sinch.fault(match={"verb": "POST", "path": "shop", "nth": 2}, kind="drop", times=1)
    checkout.check_out(actor=jane, operation=operation, each=True)
    intent = Entry.objects.get(operation=operation, phase="intent")
    refresh.now(actor=jane)
    Open.objects.filter(intent=intent).update(unclear=True)
    rented = settle.candidates(intent)
    assert len(rented) == 1
    doubt.decide(actor=jane, operation=operation, rented=rented)
    assert states(jane) == {first.reference_id: "rented", second.reference_id: "reserved"}


def test_the_folder_of_locks_is_for_its_owner_alone(jane):
    if connection.vendor != "sqlite":
        pytest.skip("the lock is the database's there")
    folder = lock._path(jane.account.pk).parent
    shutil.rmtree(folder)
    with lock.turn(jane.account.pk, 1):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_lock_whose_file_was_removed_lets_nothing_be_sent(jane):
    if connection.vendor != "sqlite":
        pytest.skip("the lock is the database's there")
    with lock.turn(jane.account.pk, 1):
        lock.ensure_held()
        os.unlink(lock._path(jane.account.pk))
        with pytest.raises(lock.Lost):
            lock.ensure_held()
