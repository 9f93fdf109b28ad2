"""The filters of the inventory. One that is declared here is on the page, in the export, in "all that
match", in saved views, and if it has a tab, among the tabs."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db import connection
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.expressions import Combinable
from django.db.models.lookups import LessThan
from django.utils import timezone

from numberadmin import fields, moments, pages
from numberadmin.accounts.models import Account
from numberadmin.filters import Filter, Filters, Tab
from numberadmin.services import search
from numberadmin.services.counts import UNASSIGNED, Counts
from numberadmin.services.models import Number, Reading

SOON = 30
WITHIN = (7, SOON, 90)
# Further ahead nobody looks.
MOST_DAYS = 3650
# What more than one of so many numbers has is met soon enough in whatever order they are gone through.
OFTEN = 50
SORTS = [
    ("number", "Number"),
    ("-number", "Number, descending"),
    ("city", "City"),
    ("-city", "City, descending"),
    ("price", "Price, lowest first"),
    ("-price", "Price, highest first"),
    ("expires", "Date, soonest first"),
    ("-expires", "Date, latest first"),
]


@dataclass(frozen=True)
class Look:
    """What a query is read against: the account's counts, the reading of its list, and the numbers whose last write is
    in doubt."""

    account: Account
    counts: Counts
    reading: Reading
    doubted: frozenset[int]


@dataclass(frozen=True)
class NumberFilter(Filter[Look]):
    """A filter of numbers. `counted`: the kept counts tell how many match, whatever else of these is given.
    `at_most` tells how many match at most, if that is known without looking."""

    counted: bool = False
    at_most: Callable[[Look, Any], int] | None = None


def _searched(look: Look, q: str) -> Q:
    """A whole number is that number, and no part of another one."""
    whole = search.whole(q)
    if whole and Number.objects.filter(account=look.account, number__in=whole).exists():
        return Q(number__in=whole)
    found = Q()
    for word in search.words(q):
        called = Q(application__in=look.counts.called(word))
        found &= reduce(or_, search.meanings(look.account, word, look.counts), called)
    return found


class ApplicationKey(fields.Key):
    """The key of a known application as it is kept, or UNASSIGNED."""

    def __init__(self, counts: Counts, **settings: Any) -> None:
        options = [("", "All"), (UNASSIGNED, "Unassigned"), *((row.key, row.label) for row in counts.applications)]
        super().__init__(widget=fields.Options(options, counts.drawn), max_length=100, **settings)
        self._keys = {row.key.lower(): row.key for row in counts.applications}

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        if not given or given.lower() == UNASSIGNED:
            return given.lower()
        if given.lower() not in self._keys:
            raise forms.ValidationError(f"No application with the key “{given[:40]}” is known here.")
        return self._keys[given.lower()]

    def prepare_value(self, value: Any) -> Any:
        return self._keys.get(str(value or "").lower(), value)


class Days(fields.Whole):
    """So many days from today on."""

    def __init__(self, **settings: Any) -> None:
        within = [(str(days), f"within {days} days") for days in WITHIN]
        super().__init__(widget=fields.Options([("", "Any time"), *within]), **settings)

    def clean(self, value: Any) -> Any:
        days = super().clean(value)
        if days is not None and days > MOST_DAYS:
            raise forms.ValidationError(f"At most {MOST_DAYS:,} days ahead.")
        return days


def _in_application(look: Look, key: str) -> Q:
    if key == UNASSIGNED:
        return Q(application__isnull=True)
    return Q(application__in=[row.pk for row in look.counts.applications if row.key.lower() == key.lower()])


def _expires(look: Look, days: int) -> Q:
    """By the day, of this zone."""
    end = moments.begins(timezone.localdate() + dt.timedelta(days=days + 1))
    often = look.counts.expiring(days) * OFTEN > look.counts.total
    return Q(LessThan(_unindexed("expires") if often else F("expires"), end))


def _unindexed(name: str) -> Combinable:
    """A moment by which SQLite chooses no index: it cannot know when it comes sooner to a page of rows without."""
    plain = F(name)
    if connection.vendor != "sqlite":
        return plain
    return Func(plain, template="+%(expressions)s", output_field=DateTimeField())


FILTERS: Filters[Look] = Filters(
    NumberFilter(
        "q",
        lambda look: fields.Text(label="Search", max_length=100),
        _searched,
    ),
    NumberFilter(
        "application",
        lambda look: ApplicationKey(look.counts),
        _in_application,
        counted=True,
        tab=Tab("unassigned", "Unassigned", UNASSIGNED, lambda look: look.counts.unassigned),
    ),
    NumberFilter(
        "capability",
        lambda look: fields.Choice(
            choices=[(name, name) for name in look.counts.capabilities],
            nothing="All",
            spelled=str.lower,
            other="[a-z][a-z0-9_-]{0,31}",
        ),
        lambda look, name: Q(has__in=look.counts.sets(name)),
        counted=True,
    ),
    NumberFilter(
        "country",
        lambda look: fields.Choice(choices=look.counts.countries, nothing="All", spelled=str.upper, other="[A-Z]{2}"),
        lambda look, country: Q(country_id=country),
        counted=True,
    ),
    NumberFilter(
        "expiring",
        lambda look: Days(
            label="Expires or renews", error_messages={"invalid": "Give it in days, as a whole number like 30."}
        ),
        _expires,
        at_most=lambda look, days: look.counts.expiring(days),
        tab=Tab(
            "expiring",
            f"Expiring within {SOON} days",
            str(SOON),
            lambda look: look.counts.expiring(SOON),
            short=f"Expire in {SOON} days",
            presses=True,
        ),
    ),
    NumberFilter("sort", lambda look: fields.Choice(choices=SORTS, nothing=None)),
    NumberFilter(
        "doubt",
        lambda look: fields.Choice(choices=[("1", "yes")], label="In doubt", widget=forms.HiddenInput),
        lambda look, _: Q(number__in=look.doubted),
        at_most=lambda look, _: len(look.doubted),
        tab=Tab("doubt", "In doubt", "1", lambda look: len(look.doubted), presses=True),
    ),
    NumberFilter(
        "rented",
        lambda look: fields.Id(label="Checkout", widget=forms.HiddenInput),
        lambda look, operation: Q(rented_in=operation),
        kept=False,
        at_most=lambda look, _: 0,
    ),
    *pages.places(),
    pages.formats(),
    besides=("select",),
)
