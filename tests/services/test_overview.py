import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from numberadmin.accounts.models import Connection
from numberadmin.services import overview, tallies, unassignment
from numberadmin.services.models import Number
from tests.services.conftest import SUPPORT


@pytest.fixture
def seen(jane):
    """The overview, after numbers were changed by the test itself, too."""

    def look():
        tallies.rebuild(jane.account)
        return overview.of(jane.account)

    return look


def test_the_shares_count_every_number_once(seen):
    found = seen()
    assert found.total == 60
    assert sum(share.count for share in found.countries.top) == 60
    assert found.unassigned + sum(share.count for share in found.applications.top) == 60
    sms = next(share for share in found.capabilities.top if share.key == "sms")
    assert sms.count == Number.objects.filter(has__contains="sms").count()


def test_the_prices_are_summed_by_currency(seen):
    sums = {total.currency: total.amount for total in seen().costs}
    for currency, amount in sums.items():
        rows = Number.objects.filter(currency=currency)
        assert amount == sum(row.amount or Decimal() for row in rows)


def test_a_number_of_no_clear_price_is_counted_and_not_summed(seen):
    unpriced = seen().unpriced
    Number.objects.filter(pk=Number.objects.exclude(amount=None)[0].pk).update(amount=None, currency="")
    assert seen().unpriced == unpriced + 1


def test_unassigned_numbers_that_cost_money_are_told_with_their_age(jane, seen):
    before = seen().idle
    row = Number.objects.filter(application__key=SUPPORT, amount__gt=0)[0]
    unassignment.unassign(actor=jane, operation=uuid4(), numbers=[row.number])
    idle = seen().idle
    assert idle.count == before.count + 1
    assert {age.name: age.count for age in idle.ages}["for less than a week"] == 1
    assert {age.name: age.count for age in before.ages} == {overview.BEFORE: before.count}
    assert idle.since == timezone.localdate()


def test_the_age_is_counted_in_days(seen):
    row = Number.objects.filter(application=None, amount__gt=0)[0]
    since = timezone.now() - dt.timedelta(days=12)
    Number.objects.filter(pk=row.pk).update(free_since=since)
    assert seen().idle.since == timezone.localtime(since).date()
    assert "for a week to a month" in [age.name for age in seen().idle.ages]


def test_each_week_counts_what_expires_in_it(seen):
    Number.objects.update(expires=None)
    now = timezone.now()
    for row, days in zip(Number.objects.all()[:4], (-1, 0, 8, 91), strict=True):
        Number.objects.filter(pk=row.pk).update(expires=now + dt.timedelta(days=days))
    found = seen()
    assert [week.count for week in found.weeks[:3]] == [1, 1, 0]
    assert (found.past, found.expiring) == (1, 2)


def test_what_was_done_last_comes_first(jane, seen):
    unassignment.unassign(
        actor=jane, operation=uuid4(), numbers=[Number.objects.filter(application__key=SUPPORT)[0].number]
    )
    assert seen().changes[0].action == "unassign"
    assert seen().connection.opened_by == "the tests"


def test_it_asks_sinch_for_nothing_and_the_database_for_the_same(jane, seen, calls, django_assert_max_num_queries):
    seen()
    with django_assert_max_num_queries(16):
        overview.of(jane.account)
    assert calls() == []


def test_an_empty_account_that_is_not_connected_has_an_overview(jane, seen):
    Number.objects.all().delete()
    Connection.objects.all().delete()
    found = seen()
    assert (found.total, found.unassigned, found.idle.count, found.expiring) == (0, 0, 0, 0)
    assert found.connection is None
