"""Counts that are kept of the rented numbers, so that no page has to count them.

Whatever changes numbers says what it takes from the counts and what it adds, in the same transaction.
"""

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Model
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.services import bulk
from numberadmin.services.models import DayTally, Number, PlaceTally, Reading, Tally

# An amount is kept in whole parts of a unit of money, as exact as the remote's prices are.
PARTS = 10_000
UNKNOWN = dt.date.min
FACTS = ("application_id", "country_id", "country", "has", "currency", "amount", "expires", "searched", "free_since")
# The columns of each table: what its rows have in common, and what is summed.
COLUMNS: dict[type[Model], tuple[tuple[str, ...], tuple[str, ...]]] = {
    Tally: (("application", "country_id", "country", "has", "currency"), ("count", "priced", "amount")),
    DayTally: (("what", "day", "currency"), ("count", "amount")),
    PlaceTally: (("searched",), ("count",)),
}

Sums = defaultdict[tuple[Any, ...], list[int]]


def _sums(count: int) -> Sums:
    return defaultdict(lambda: [0] * count)


@dataclass
class Delta:
    """What numbers add to the counts, and take from them: by the table and by what the numbers have in common."""

    sums: dict[type[Model], Sums] = field(default_factory=lambda: {m: _sums(len(c[1])) for m, c in COLUMNS.items()})

    def count(self, facts: Iterable[Any], sign: int = 1) -> None:
        """One number more, or less. `facts` are its FACTS."""
        application, country_id, country, has, currency, amount, expires, searched, since = facts
        parts = _parts(amount)
        cell = self.sums[Tally][application or 0, country_id, country, has, currency]
        cell[0] += sign
        cell[1] += 0 if parts is None else sign
        cell[2] += sign * (parts or 0)
        self.sums[PlaceTally][searched,][0] += sign
        if expires:
            self.sums[DayTally]["expires", day(expires), ""][0] += sign
        if not application and parts:
            free = self.sums[DayTally]["free", day(since) if since else UNKNOWN, currency]
            free[0] += sign
            free[1] += sign * parts

    def save(self, account: Account) -> None:
        """Within the transaction that changes the numbers, after that."""
        if version(account) == 0:
            rebuild(account)
        elif any(any(values) for sums in self.sums.values() for values in sums.values()):
            self.add(account)

    def add(self, account: Account) -> None:
        for model, (key, summed) in COLUMNS.items():
            bulk.add(model, ("account_id", *key), summed, self._rows(account, model))
        touch(account)

    def replace(self, account: Account) -> None:
        """In place of all that was counted before."""
        for model, (key, summed) in COLUMNS.items():
            model._default_manager.filter(account=account).delete()
            bulk.insert(model, ("account_id", *key, *summed), self._rows(account, model))
        touch(account)

    def _rows(self, account: Account, model: type[Model]) -> list[tuple[Any, ...]]:
        return [(account.pk, *key, *values) for key, values in self.sums[model].items() if any(values)]


def version(account: Account) -> int:
    """Stands for the counts as they are; 0 where none are kept yet."""
    rows = Reading.objects.filter(account=account, what=Reading.What.NUMBERS)
    return rows.values_list("version", flat=True).first() or 0


def touch(account: Account) -> None:
    """What is remembered of the account's counts, and of its applications, holds no longer."""
    Reading.objects.update_or_create(
        account=account, what=Reading.What.NUMBERS, defaults={"version": secrets.randbits(62) + 1}
    )


def rebuild(account: Account) -> None:
    """Counts all numbers anew."""
    counted(account).replace(account)


def counted(account: Account) -> Delta:
    """The counts, from the numbers themselves."""
    delta = Delta()
    for facts in Number.objects.filter(account=account).values_list(*FACTS).iterator(5000):
        delta.count(facts)
    return delta


def kept(account: Account) -> Delta:
    """The counts as they are kept; from the numbers themselves where none are."""
    if version(account) == 0:
        return counted(account)
    delta = Delta()
    for model, (key, summed) in COLUMNS.items():
        for row in model._default_manager.filter(account=account).values_list(*key, *summed):
            if row[len(key)]:
                delta.sums[model][row[: len(key)]] = list(row[len(key) :])
    return delta


def _parts(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * PARTS)


@lru_cache(4096)
def day(moment: dt.datetime) -> dt.date:
    """The day by the installation's clock."""
    return timezone.localtime(moment).date()
