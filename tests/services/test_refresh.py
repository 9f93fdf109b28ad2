import datetime as dt
import time

import pytest
from django.utils import timezone

from numberadmin.audit import journal
from numberadmin.audit.rows import whole_rows_of
from numberadmin.services import mirror, refresh, rentals, tallies
from numberadmin.services.models import Number, Reading
from numberadmin.services.results import SignInAgain
from tests.services.conftest import NIGHT_DESK, REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application


def reading(actor):
    return mirror.reading(actor.account, Reading.What.NUMBERS)


def outside(actor):
    return whole_rows_of(journal.every(actor.account).filter(action="outside"), {})


def test_the_mirror_is_the_list(jane, sinch):
    mirrored = set(Number.objects.filter(account=jane.account).values_list("number", flat=True))
    assert mirrored == set(sinch.state()["rented"][jane.account.organisation_id])


def test_reading_the_list_once_serves_all_applications(jane, sinch):
    refresh.now(actor=jane)
    assert [call["verb"] for call in sinch.log()] == ["GET"]


def test_a_page_reads_nothing_while_the_mirror_is_fresh(jane, sinch):
    refresh.if_stale(jane)
    assert sinch.log() == []


def test_a_page_reads_the_list_when_the_mirror_is_old(jane, sinch, settings):
    settings.NUMBERS_MAX_AGE = 0
    refresh.if_stale(jane)
    assert len(sinch.log()) == 1


def test_an_unchanged_list_writes_no_number(jane, django_assert_num_queries, sinch):
    before = list(Number.objects.values_list("pk", "proof"))
    refresh.now(actor=jane)
    assert list(Number.objects.values_list("pk", "proof")) == before
    assert outside(jane) == []


def test_what_was_assigned_elsewhere_goes_into_the_audit_as_changed_outside(jane, sinch):
    number = free(jane)[0]
    sinch.set(assign={NIGHT_DESK: {"voice": [number]}})
    refresh.now(actor=jane)
    assert Number.objects.get(number=number).application_key == NIGHT_DESK
    row = outside(jane)[0]
    assert row.actor_name == "numberadmin"
    assert [(line.number, line.was, line.became) for line in row.lines] == [(number, "", NIGHT_DESK)]


def test_a_number_moved_elsewhere_is_no_longer_said_to_be_assigned_by_us(jane, sinch, operation):
    from numberadmin.services import assignment

    number = in_application(jane, REMINDERS)[0]
    assignment.assign(actor=jane, operation=operation, numbers=[number], application_key=SUPPORT, move=True)
    sinch.set(assign={NIGHT_DESK: {"voice": [number], "sms": []}})
    refresh.now(actor=jane)
    assert rentals.one(jane.account, number).assigned is None


@pytest.mark.parametrize("kind", ["html", "truncate", "drop"])
def test_a_list_that_cannot_be_read_leaves_the_old_one_and_says_so(jane, sinch, kind):
    before, read_at = Number.objects.count(), reading(jane).read_at
    sinch.fault(match={"verb": "GET"}, kind=kind, times=5)
    outcome = refresh.now(actor=jane)
    assert outcome.state == "failed"
    assert "the one read before" in outcome.message
    assert (Number.objects.count(), reading(jane).read_at) == (before, read_at)
    assert reading(jane).error


def test_a_damaged_row_takes_no_number_away(jane, sinch):
    sinch.fault(match={"verb": "GET"}, kind="body", body='[{"number": true}]', times=1)
    outcome = refresh.now(actor=jane)
    assert outcome.level == "warning"
    assert Number.objects.count() == len(sinch.state()["rented"][jane.account.organisation_id])


def test_a_session_that_sinch_ended_asks_for_a_new_sign_in(jane, sinch):
    sinch.expire_instances()
    with pytest.raises(SignInAgain):
        refresh.now(actor=jane)


def test_after_a_failed_try_a_page_does_not_try_again_at_once(jane, sinch, settings):
    settings.NUMBERS_MAX_AGE = 0
    sinch.fault(match={"verb": "GET"}, kind="html", times=9)
    refresh.if_stale(jane)
    asked = len(sinch.log())
    refresh.if_stale(jane)
    assert len(sinch.log()) == asked


def test_a_list_that_takes_long_is_read_while_pages_are_answered(jane, sinch):
    number = min(sinch.state()["rented"][jane.account.organisation_id])
    sinch.set(release=[number])
    Reading.objects.update(seconds=9)
    sinch.fault(match={"verb": "GET"}, kind="delay", seconds=1.2, times=1)
    outcome = refresh.now(actor=jane)
    assert "is being read" in outcome.message
    assert refresh.being_read(reading(jane))
    assert Number.objects.filter(number=number).exists()
    for _ in range(50):
        refresh.take_over_what_came()
        if not refresh.being_read(reading(jane)):
            break
        time.sleep(0.1)
    assert not Number.objects.filter(number=number).exists()


def test_while_another_process_reads_the_list_this_one_does_not(jane, sinch, settings):
    settings.NUMBERS_MAX_AGE = 0
    Reading.objects.update(begun_at=timezone.now())
    refresh.if_stale(jane)
    assert "is being read" in refresh.now(actor=jane).message
    assert sinch.log() == []


def test_a_reading_that_gives_no_sign_stands_in_nobodys_way_for_long(jane, sinch):
    Reading.objects.update(begun_at=timezone.now() - dt.timedelta(seconds=refresh.SILENT + 1))
    assert not refresh.being_read(reading(jane))
    assert "was read again" in refresh.now(actor=jane).message


def test_a_first_list_that_was_kept_in_part_is_completed(jane, sinch):
    Number.objects.filter(pk__in=Number.objects.values("pk")[:20]).delete()
    Reading.objects.update(read_at=None, first_read_at=None)
    refresh.now(actor=jane)
    assert Number.objects.count() == 60
    assert outside(jane) == []
    assert tallies.counted(jane.account) == tallies.kept(jane.account)
