"""Counts that are kept of the rented numbers, so that no page has to count them.

Whatever changes numbers says what it took away and what it added, in the same transaction.
"""

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.services.models import DayTally, Number, Reading, Tally

# An amount is kept in whole parts of a unit of money, as exact as the remote's prices are.
PARTS = 10_000
UNKNOWN = dt.date.min
FACTS = ("application_id", "country_id", "country", "has", "currency", "amount", "expires", "free_since")

Cell = tuple[int, str, str, str, str]
Day = tuple[str, dt.date, str]


@dataclass
class Delta:
    """What numbers take from the counts and add to them."""

    cells: defaultdict[Cell, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    days: defaultdict[Day, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def count(self, facts: Iterable[Any], sign: int = 1) -> None:
        """One number more, or less. `facts` are its FACTS."""
        application, country_id, country, has, currency, amount, expires, since = facts
        parts = _parts(amount)
        cell = self.cells[application or 0, country_id, country, has, currency]
        cell[0] += sign
        cell[1] += 0 if parts is None else sign
        cell[2] += sign * (parts or 0)
        if expires:
            self.days[DayTally.What.EXPIRES.value, _day(expires), ""][0] += sign
        if not application and parts:
            day = self.days[DayTally.What.FREE.value, _day(since) if since else UNKNOWN, currency]
            day[0] += sign
            day[1] += sign * parts

    def save(self, account: Account) -> None:
        """Within the transaction that changes the numbers."""
        cells = [(account.pk, *key, *values) for key, values in self.cells.items() if any(values)]
        days = [(account.pk, *key, *values) for key, values in self.days.items() if any(values)]
        if not Reading.objects.filter(account=account, what=Reading.What.NUMBERS).exclude(version=0).exists():
            rebuild(account)
        elif cells or days:
            _add(Tally, CELL, ("count", "priced", "amount"), cells)
            _add(DayTally, DAY, ("count", "amount"), days)
            touch(account)


CELL = ("account_id", "application", "country_id", "country", "has", "currency")
DAY = ("account_id", "what", "day", "currency")


def touch(account: Account) -> None:
    """What pages remember of the account's counts and applications holds no longer."""
    Reading.objects.update_or_create(
        account=account, what=Reading.What.NUMBERS, defaults={"version": secrets.randbits(62) + 1}
    )


def rebuild(account: Account) -> None:
    """Counts all numbers anew."""
    Tally.objects.filter(account=account).delete()
    DayTally.objects.filter(account=account).delete()
    delta = counted(account)
    _add(Tally, CELL, ("count", "priced", "amount"), [(account.pk, *key, *v) for key, v in delta.cells.items()])
    _add(DayTally, DAY, ("count", "amount"), [(account.pk, *key, *v) for key, v in delta.days.items()])
    touch(account)


def counted(account: Account) -> Delta:
    """The counts, from the numbers themselves."""
    delta = Delta()
    for facts in Number.objects.filter(account=account).values_list(*FACTS).iterator(5000):
        delta.count(facts)
    return delta


def kept(account: Account) -> Delta:
    """The counts as they are kept."""
    delta = Delta()
    for *cell, count, priced, amount in Tally.objects.filter(account=account).values_list(
        *CELL[1:], "count", "priced", "amount"
    ):
        if count:
            delta.cells[tuple(cell)] = [count, priced, amount]
    for *day, count, amount in DayTally.objects.filter(account=account).values_list(*DAY[1:], "count", "amount"):
        if count:
            delta.days[tuple(day)] = [count, amount]
    return delta


def _add(model: type[Any], key: tuple[str, ...], sums: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table, columns = model._meta.db_table, ", ".join((*key, *sums))
    more = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    sql = (
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * (len(key) + len(sums)))}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {more}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _parts(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * PARTS)


@lru_cache(4096)
def _day(moment: dt.datetime) -> dt.date:
    return timezone.localtime(moment).date()
