"""What an application or a list is said to hold is not believed where it lacks much, or what was put there just now."""

import datetime as dt
from uuid import uuid4

import pytest

from numberadmin.services import assignment, mirror, refresh, rentals, unassignment
from numberadmin.services.models import Number, Reading
from numberadmin.services.results import Changed, Lacking
from tests.services.conftest import NIGHT_DESK, REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application
from tests.services.test_refresh import outside


def assign(actor, numbers, key=SUPPORT, **options):
    return assignment.assign(
        actor=actor, operation=options.pop("operation", uuid4()), numbers=numbers, application_key=key, **options
    )


def writes(sinch):
    return [call for call in sinch.log() if call["verb"] in ("PUT", "DELETE")]


def empty(sinch, key):
    sinch.set(assign={key: {"voice": [], "sms": []}})


def test_nothing_is_sent_where_the_application_lacks_many_of_its_numbers(jane, sinch, operation, audit):
    had, numbers = in_application(jane, SUPPORT), free(jane)
    sinch.fault(match={"verb": "GET", "path": "/applications/"}, kind="body", body=[], times=2)
    with pytest.raises(Lacking) as lacking:
        assign(jane, numbers, operation=operation)
    assert set(lacking.value.numbers) == set(had)
    assert writes(sinch) == []
    assert audit(operation).outcome == "failed"


def test_a_second_reading_that_has_them_is_believed(jane, sinch, held):
    before, numbers = held(SUPPORT), free(jane)
    sinch.fault(match={"verb": "GET", "path": "/applications/"}, kind="body", body=[], times=1)
    assert assign(jane, numbers).state == "succeeded"
    assert held(SUPPORT) == before | set(numbers)


def test_a_person_can_say_that_they_are_gone(jane, sinch, held):
    had, numbers = in_application(jane, SUPPORT), free(jane)
    empty(sinch, SUPPORT)
    with pytest.raises(Lacking) as lacking:
        assign(jane, numbers)
    assert assign(jane, numbers, accept=lacking.value.accept).state == "succeeded"
    assert held(SUPPORT) == set(numbers) == set(in_application(jane, SUPPORT))
    row = outside(jane)[0]
    assert {(line.number, line.was, line.became) for line in row.lines} == {(number, SUPPORT, "") for number in had}


def test_the_yes_is_for_the_numbers_that_were_shown_and_for_no_others(jane, sinch):
    had, numbers = in_application(jane, SUPPORT), free(jane)
    sinch.set(assign={SUPPORT: {"voice": had[:1], "sms": []}})
    with pytest.raises(Lacking) as lacking:
        assign(jane, numbers)
    empty(sinch, SUPPORT)
    with pytest.raises(Lacking):
        assign(jane, numbers, accept=lacking.value.accept)
    assert writes(sinch) == []


def test_one_of_many_that_is_gone_was_changed_outside(jane, sinch, held):
    had, numbers = in_application(jane, SUPPORT), free(jane)
    assert len(had) > 5
    state = sinch.state()["assignments"][SUPPORT]
    sinch.set(assign={SUPPORT: {name: [n for n in held if n != had[0]] for name, held in state.items()}})
    assert assign(jane, numbers).state == "succeeded"
    assert had[0] not in held(SUPPORT)
    assert [(line.number, line.became) for line in outside(jane)[0].lines] == [(had[0], "")]


def test_a_number_put_there_a_moment_ago_may_not_be_lacking(jane, sinch, held):
    first, second = free(jane, 2)
    assign(jane, [first])
    sinch.set(stale_reads=True)
    with pytest.raises(Lacking) as lacking:
        assign(jane, [second])
    assert lacking.value.numbers == (first,)
    sinch.set(stale_reads=False)
    assert assign(jane, [second]).state == "succeeded"
    assert {first, second} <= held(SUPPORT)


def test_an_old_answer_that_is_right_the_second_time_does_no_harm(jane, sinch, held):
    first, second = free(jane, 2)
    assign(jane, [first])
    sinch.fault(match={"verb": "GET", "path": "/applications/"}, kind="stale", times=1)
    assert assign(jane, [second]).state == "succeeded"
    assert {first, second} <= held(SUPPORT)


def test_an_old_list_is_read_again_and_says_nothing_of_changes_outside(jane, sinch):
    number = free(jane)[0]
    assign(jane, [number])
    sinch.fault(match={"verb": "GET"}, kind="stale", times=1)
    refresh.now(actor=jane)
    assert Number.objects.get(number=number).application_key == SUPPORT
    assert outside(jane) == []


def reading(actor):
    return mirror.reading(actor.account, Reading.What.NUMBERS)


def lose_numbers(sinch, actor, count):
    state = sinch.state()["rented"][actor.account.organisation_id]
    sinch.set(release=state[:count])
    return set(state[:count])


def test_an_empty_list_leaves_the_numbers_and_asks(jane, sinch):
    before = Number.objects.count()
    sinch.fault(match={"verb": "GET"}, kind="body", body=[], times=2)
    outcome = refresh.now(actor=jane)
    assert outcome.state == "failed"
    assert Number.objects.count() == before
    assert len(reading(jane).lacking) == before


def test_an_empty_list_that_is_whole_the_second_time_is_believed(jane, sinch):
    before = Number.objects.count()
    sinch.fault(match={"verb": "GET"}, kind="body", body=[], times=1)
    assert refresh.now(actor=jane).state == "succeeded"
    assert Number.objects.count() == before
    assert reading(jane).lacking == []


def test_a_person_can_say_that_rented_numbers_are_gone(jane, sinch):
    before = Number.objects.count()
    gone = lose_numbers(sinch, jane, 6)
    refresh.now(actor=jane)
    assert Number.objects.count() == before
    refresh.now(actor=jane, accept=reading(jane).accept)
    assert not Number.objects.filter(number__in=gone).exists()
    assert "6 no longer rented" in outside(jane)[0].message


def test_a_few_that_are_gone_need_no_word(jane, sinch):
    gone = lose_numbers(sinch, jane, 2)
    assert refresh.now(actor=jane).state == "succeeded"
    assert not Number.objects.filter(number__in=gone).exists()


def test_an_assignment_from_an_old_page_is_not_written(jane, sinch, held):
    number = free(jane)[0]
    assign(jane, [number], REMINDERS)
    sinch.clear_log()
    with pytest.raises(Changed, match=r"in .* by now"):
        assign(jane, [number], SUPPORT, move=True, seen={number: ""})
    assert writes(sinch) == []
    assert number in held(REMINDERS)


def test_an_unassignment_from_an_old_page_is_not_written(jane, sinch, held):
    number = in_application(jane, SUPPORT)[0]
    assign(jane, [number], REMINDERS, move=True)
    sinch.clear_log()
    with pytest.raises(Changed):
        unassignment.unassign(actor=jane, operation=uuid4(), numbers=[number], seen={number: SUPPORT})
    assert writes(sinch) == []
    assert number in held(REMINDERS)


def make_old(actor):
    row = reading(actor)
    row.read_at -= dt.timedelta(seconds=refresh.FRESH)
    row.save()


def test_a_number_moved_outside_is_seen_before_it_is_assigned(jane, sinch, held):
    number = free(jane)[0]
    make_old(jane)
    sinch.set(assign={NIGHT_DESK: {"voice": [number]}})
    with pytest.raises(Changed):
        assign(jane, [number], seen={number: ""})
    assert number in held(NIGHT_DESK)


def test_a_number_moved_outside_is_not_said_to_be_unassigned(jane, sinch, held):
    number = in_application(jane, SUPPORT)[0]
    make_old(jane)
    sinch.set(assign={NIGHT_DESK: {"voice": [number], "sms": []}})
    with pytest.raises(Changed):
        unassignment.unassign(actor=jane, operation=uuid4(), numbers=[number], seen={number: SUPPORT})
    assert number in held(NIGHT_DESK)


def test_a_key_in_other_letters_is_the_same_application(jane, sinch):
    before = set(in_application(jane, SUPPORT))
    rows = [
        {
            "number": row.number,
            "applicationKey": row.application_key.replace(SUPPORT, SUPPORT.upper()) or None,
            "capabilities": row.has.split(","),
        }
        for row in Number.objects.filter(account=jane.account).select_related("application")
    ]
    sinch.fault(match={"verb": "GET"}, kind="body", body=rows, times=1)
    refresh.now(actor=jane)
    assert set(in_application(jane, SUPPORT)) == before
    assert outside(jane) == []


def test_a_number_that_was_gone_and_is_back_keeps_who_put_it_there(jane, sinch):
    number = free(jane)[0]
    assign(jane, [number])
    sinch.fault(match={"verb": "GET"}, kind="body", body=[], times=5)
    refresh.now(actor=jane)
    refresh.now(actor=jane, accept=reading(jane).accept)
    assert not Number.objects.exists()
    assert number in {line.number for line in outside(jane)[0].lines}
    sinch.clear_faults()
    refresh.now(actor=jane)
    deed = rentals.one(jane.account, number).assigned
    assert deed
    assert deed.by == "Jane Bloggs"
