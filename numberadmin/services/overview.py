"""The account at a glance: sums over the mirror and what the audit says last. Never asks Sinch."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from numberadmin import money
from numberadmin.accounts.models import Account, Connection
from numberadmin.audit import journal
from numberadmin.audit.rows import Row, rows_of
from numberadmin.money import Money
from numberadmin.services import applications, approval, doubt, mirror, settle
from numberadmin.services import counts as counting
from numberadmin.services.counts import Free
from numberadmin.services.models import Reading

TOP = 8
LAST = 8
DAYS = 90
AGES = ((7, "for less than a week"), (30, "for a week to a month"), (0, "for more than a month"))
BEFORE = "since before numberadmin"


@dataclass(frozen=True)
class Share:
    """How many numbers have something in common; `key` is what the inventory's filter calls it."""

    key: str
    name: str
    count: int


@dataclass(frozen=True)
class Shares:
    """The largest shares, and how many others there are."""

    top: list[Share]
    others: int


@dataclass(frozen=True)
class Age:
    """Unassigned numbers that cost money, by how long they have been so."""

    name: str
    count: int
    costs: list[Money]


@dataclass(frozen=True)
class Idle:
    """The unassigned numbers that cost money. `since`: the longest, as far as known."""

    count: int
    costs: list[Money]
    since: dt.date | None
    ages: list[Age]


@dataclass(frozen=True)
class Week:
    """How many numbers expire or renew in seven days, of which `start` is the first."""

    start: dt.date
    count: int

    @property
    def end(self) -> dt.date:
        return self.start + dt.timedelta(days=6)


@dataclass(frozen=True)
class Overview:
    total: int
    unassigned: int
    countries: Shares
    capabilities: Shares
    applications: Shares
    costs: list[Money]
    unpriced: int
    idle: Idle
    weeks: list[Week]
    past: int
    changes: list[Row]
    connection: Connection | None
    reading: Reading
    requests: int
    doubted: int
    undecided: int

    @property
    def expiring(self) -> int:
        return sum(week.count for week in self.weeks)


def of(account: Account) -> Overview:
    """All of it, from the counts that are kept: it costs the same however many numbers there are."""
    counts = counting.of(account)
    weeks, past = _weeks(counts.expires)
    held = [row for row in counts.held() if row.application]
    return Overview(
        total=counts.total,
        unassigned=counts.unassigned,
        countries=_shares((key, name or key or "not given", n) for (key, name), n in counts.by_country.items()),
        capabilities=_shares((name, name, n) for name, n in counts.by_capability.items()),
        applications=_shares((row.key, str(row.application), row.count) for row in held),
        costs=[total for total in counts.costs if total.amount],
        unpriced=counts.unpriced,
        idle=_idle(counts.free),
        weeks=weeks,
        past=past,
        changes=_last_changes(account),
        connection=Connection.objects.filter(account=account).first(),
        reading=mirror.reading(account, Reading.What.NUMBERS),
        requests=approval.count(account),
        doubted=len(settle.doubted(account)),
        undecided=len(doubt.unclear(account)),
    )


def _shares(rows: Iterable[tuple[str, str, int]]) -> Shares:
    found = sorted((Share(*row) for row in rows if row[2]), key=lambda share: (-share.count, share.name))
    return Shares(found[:TOP], max(len(found) - TOP, 0))


def _idle(free: list[Free]) -> Idle:
    names = [name for _, name in AGES] + [BEFORE]
    groups = {name: [row for row in free if _age(row.since) == name] for name in names}
    ages = [Age(name, sum(row.count for row in rows), _sum(rows)) for name, rows in groups.items() if rows]
    since = min((row.since for row in free if row.since), default=None)
    return Idle(sum(row.count for row in free), _sum(free), since, ages)


def _age(since: dt.date | None) -> str:
    if since is None:
        return BEFORE
    days = (timezone.localdate() - since).days
    return next((name for limit, name in AGES if days < limit), AGES[-1][1])


def _sum(free: Iterable[Free]) -> list[Money]:
    return money.sums(row.cost for row in free)


def _weeks(expires: Mapping[dt.date, int]) -> tuple[list[Week], int]:
    """The weeks from today on, as many as DAYS need; and how many numbers are past their date."""
    today, counts, past = timezone.localdate(), Counter[int](), 0
    for day, count in expires.items():
        if day < today:
            past += count
        elif (day - today).days <= DAYS:
            counts[(day - today).days // 7] += count
    return [Week(today + dt.timedelta(weeks=n), counts[n]) for n in range(-(-DAYS // 7))], past


def _last_changes(account: Account) -> list[Row]:
    return rows_of(
        journal.every(account).filter(part_of=None).order_by("-id")[:LAST],
        applications.names(account),
    )
