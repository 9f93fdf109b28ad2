"""What pages say of all rented numbers: from the counts that are kept, and remembered until these change."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.utils import timezone

from numberadmin import money
from numberadmin.accounts.models import Account
from numberadmin.money import Money
from numberadmin.services import tallies
from numberadmin.services.models import Application, DayTally, PlaceTally, Tally
from numberadmin.text import folded

# How an application's key is written where numbers in none are meant.
UNASSIGNED = "none"


@dataclass(frozen=True)
class Held:
    """How many numbers are in an application (None: in none), and what these cost a period in each currency."""

    application: Application | None
    count: int
    costs: list[Money]

    @property
    def key(self) -> str:
        return self.application.key if self.application else ""


@dataclass(frozen=True)
class Free:
    """Numbers that cost money and are in no application since a day (None: it is not known since when)."""

    since: dt.date | None
    count: int
    cost: Money


@dataclass
class Counts:
    """Of one account, as they were when they were read: they are shared, and never changed."""

    applications: list[Application]
    _cells: Mapping[tuple[Any, ...], list[int]]
    _days: Mapping[tuple[Any, ...], list[int]]
    _places: Mapping[tuple[Any, ...], list[int]]
    _held: dict[tuple[str, str, str], list[Held]] = field(default_factory=dict)
    # What pages have made of the applications.
    drawn: dict[Any, str] = field(default_factory=dict)

    def held(self, application: str = "", country: str = "", capability: str = "") -> list[Held]:
        """The applications that have numbers like that, in the order of the inventory: the unassigned first, then by
        name. `application` is a key, or UNASSIGNED."""
        asked = application.lower(), country, capability
        if asked not in self._held:
            if len(self._held) > 50:
                self._held.clear()
            self._held[asked] = self._summed(*asked)
        return self._held[asked]

    @cached_property
    def total(self) -> int:
        return sum(held.count for held in self.held())

    @cached_property
    def unassigned(self) -> int:
        return sum(held.count for held in self.held(UNASSIGNED))

    @cached_property
    def countries(self) -> list[tuple[str, str]]:
        """Id and name of each country there are numbers of, by name; of several names the first one."""
        return sorted(self._countries.items(), key=lambda pair: (pair[1], pair[0]))

    @cached_property
    def _countries(self) -> dict[str, str]:
        return {key: name or key for key, name in sorted({cell[1:3] for cell in self._cells}, reverse=True) if key}

    @cached_property
    def by_country(self) -> Counter[tuple[str, str]]:
        return self._by(lambda cell: [(cell[1], self._countries.get(cell[1], cell[2]))])

    @cached_property
    def by_capability(self) -> Counter[str]:
        return self._by(lambda cell: cell[3].split(",") if cell[3] else [])

    @cached_property
    def capabilities(self) -> list[str]:
        return sorted(self.by_capability)

    @cached_property
    def unpriced(self) -> int:
        return sum(count - priced for count, priced, _ in self._cells.values())

    @cached_property
    def costs(self) -> list[Money]:
        return _totals((cell[4], values[2]) for cell, values in self._cells.items() if values[1])

    @cached_property
    def free(self) -> list[Free]:
        """By day, those of which nothing is known last."""
        rows = [
            Free(None if day == tallies.UNKNOWN else day, values[0], _money(values[1], currency))
            for (what, day, currency), values in self._days.items()
            if what == DayTally.What.FREE
        ]
        return sorted(rows, key=lambda row: (row.since is None, row.since or tallies.UNKNOWN))

    @cached_property
    def expires(self) -> dict[dt.date, int]:
        """How many numbers expire, or renew, on a day."""
        return {day: v[0] for (what, day, _), v in self._days.items() if what == DayTally.What.EXPIRES}

    def expiring(self, days: int) -> int:
        """How many do within so many days, or have done so."""
        last = timezone.localdate() + dt.timedelta(days=days)
        return sum(count for day, count in self.expires.items() if day <= last)

    def sets(self, capability: str) -> list[str]:
        """The sets of capabilities that have this one, as the numbers have them."""
        return sorted({cell[3] for cell in self._cells if capability in cell[3].split(",")})

    def places(self, word: str) -> dict[str, int]:
        """The places with the word in them, and how many numbers each has."""
        return {place: v[0] for (place,), v in self._places.items() if folded(word) in place}

    def called(self, word: str) -> list[Application]:
        """The applications that have the word in their name, or at the beginning of their key."""
        low = folded(word)
        return [a for a in self.applications if low in folded(a.name) or a.key.lower().startswith(low)]

    def _by(self, groups: Any) -> Counter[Any]:
        found: Counter[Any] = Counter()
        for cell, (count, _, _) in self._cells.items():
            for group in groups(cell):
                found[group] += count
        return found

    def _summed(self, application: str, country: str, capability: str) -> list[Held]:
        counts: dict[int, int] = defaultdict(int)
        costs: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (place, country_id, _, has, currency), (count, priced, amount) in self._cells.items():
            if (country and country_id != country) or (capability and capability not in has.split(",")):
                continue
            counts[place] += count
            if priced:
                costs[place][currency] += amount
        rows: list[Application | None] = [None, *self.applications]
        if application:
            rows = [row for row in rows if (row.key.lower() if row else UNASSIGNED) == application]
        return [
            Held(row, counts[key], _totals(costs[key].items())) for row in rows if counts[key := row.pk if row else 0]
        ]


def of(account: Account, version: int | None = None) -> Counts:
    """As they are now; `version` is the one that the account's reading has, where that is known."""
    version = tallies.version(account) if version is None else version
    return _remembered(account.pk, version) if version else _read(account)


@lru_cache(16)
def _remembered(account_id: int, version: int) -> Counts:
    """Each version is another number, so what is remembered of it is never wrong."""
    return _read(Account(pk=account_id))


def _read(account: Account) -> Counts:
    applications = sorted(Application.objects.filter(account=account), key=_by_name)
    sums = tallies.kept(account).sums
    return Counts(applications, sums[Tally], sums[DayTally], sums[PlaceTally])


def _by_name(application: Application) -> tuple[bool, str, str]:
    return not application.name, application.name.casefold(), application.key


def _totals(amounts: Any) -> list[Money]:
    sums: dict[str, int] = defaultdict(int)
    for currency, parts in amounts:
        sums[currency] += parts
    return money.sums(_money(parts, currency) for currency, parts in sums.items())


def _money(parts: int, currency: str) -> Money:
    return Money(Decimal(parts) / tallies.PARTS, currency)
