"""The account at a glance: sums over the mirror and what the audit says last. Never asks Sinch."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from numberadmin.accounts.models import Account, Connection
from numberadmin.audit import journal
from numberadmin.audit.journal import Row
from numberadmin.audit.models import Line, Phase, State
from numberadmin.services import applications, approval, doubt, mirror, settle
from numberadmin.services.models import Number, Reading, Total

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
    costs: list[Total]


@dataclass(frozen=True)
class Idle:
    """The unassigned numbers that cost money. `since`: the longest, as far as known."""

    count: int
    costs: list[Total]
    since: dt.datetime | None
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
    costs: list[Total]
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
    """All of it, in a fixed number of queries."""
    numbers = Number.objects.filter(account=account)
    held = applications.with_counts(account)
    total = numbers.count()
    costs, unpriced = _costs(numbers)
    weeks, past = _weeks(numbers)
    return Overview(
        total=total,
        unassigned=total - sum(row.count for row in held),
        countries=_shares((key, name or key or "not given", n) for key, name, n in _by_country(numbers)),
        capabilities=_shares(_by_capability(numbers)),
        applications=_shares((row.application.key, row.application.label, row.count) for row in held),
        costs=costs,
        unpriced=unpriced,
        idle=_idle(account, numbers),
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


def _by_country(numbers: "QuerySet[Number]") -> Iterable[tuple[str, str, int]]:
    return numbers.order_by("country_id").values_list("country_id", "country").annotate(Count("id"))


def _by_capability(numbers: "QuerySet[Number]") -> Iterable[tuple[str, str, int]]:
    counts = Counter[str]()
    for has, count in numbers.order_by("has").values_list("has").annotate(Count("id")):
        for capability in has.split(",") if has else []:
            counts[capability] += count
    return ((name, name, count) for name, count in counts.items())


def _costs(numbers: "QuerySet[Number]") -> tuple[list[Total], int]:
    """What the numbers cost a period, by currency, and of how many the price is not known."""
    sums = numbers.order_by("currency").values_list("currency").annotate(Sum("amount"), Count("id"), Count("amount"))
    rows = list(sums)
    costs = [Total(Decimal(amount), currency) for currency, amount, _, _ in rows if amount]
    return costs, sum(every - priced for _, _, every, priced in rows)


def _idle(account: Account, numbers: "QuerySet[Number]") -> Idle:
    """Unassigned since it was last taken out of an application, else since it was rented, as far as that is known."""
    lines = Line.objects.filter(account=account, number=OuterRef("number"), became="").exclude(was="")
    lines = lines.exclude(entry__phase=Phase.INTENT).exclude(entry__state=State.UNKNOWN)
    since = Subquery(lines.order_by("-id").values("entry__at")[:1])
    rows = numbers.filter(application__isnull=True, amount__gt=0).annotate(since=since)
    groups: dict[str, list[tuple[Decimal, str]]] = defaultdict(list)
    oldest: dt.datetime | None = None
    for left, rented, amount, currency in rows.values_list("since", "rented_at", "amount", "currency"):
        at = left or rented
        oldest = min(oldest or at, at) if at else oldest
        groups[_age(at)].append((amount or Decimal(), currency))
    names = [name for _, name in AGES] + [BEFORE]
    ages = [Age(name, len(groups[name]), _sum(groups[name])) for name in names if name in groups]
    every = [price for prices in groups.values() for price in prices]
    return Idle(len(every), _sum(every), oldest, ages)


def _age(at: dt.datetime | None) -> str:
    if at is None:
        return BEFORE
    days = (timezone.now() - at).days
    return next((name for limit, name in AGES if days < limit), AGES[-1][1])


def _sum(prices: Iterable[tuple[Decimal, str]]) -> list[Total]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for amount, currency in prices:
        sums[currency] += amount
    return [Total(amount, currency) for currency, amount in sorted(sums.items())]


def _weeks(numbers: "QuerySet[Number]") -> tuple[list[Week], int]:
    """The weeks from today on, as many as DAYS need; and how many numbers are past their date."""
    now, today = timezone.now(), timezone.localdate()
    soon = numbers.filter(expires__gte=now, expires__lt=now + dt.timedelta(days=DAYS))
    counts = Counter[int]()
    for day, count in soon.annotate(day=TruncDate("expires")).order_by("day").values_list("day").annotate(Count("id")):
        counts[(day - today).days // 7] += count
    weeks = [Week(today + dt.timedelta(weeks=n), counts[n]) for n in range(-(-DAYS // 7))]
    return weeks, numbers.filter(expires__lt=now).count()


def _last_changes(account: Account) -> list[Row]:
    firsts = journal.matching(account, journal.Filter()).order_by("-id")[:LAST]
    return journal.rows_of(list(firsts), applications.names(account))
