"""The rented numbers, as pages read them: from the mirror alone, never from the remote."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.pages import slice_of
from numberadmin.services import applications, labels, mirror, settle
from numberadmin.services.models import Application, Label, Number, Reading, Total, folded

PAGE = 100
SOON = 30
SORTS: dict[str, list[str | OrderBy]] = {
    "number": ["number"],
    "-number": ["-number"],
    "city": ["country", "city", "number"],
    "-city": ["-country", "-city", "number"],
    "price": ["currency", "amount", "number"],
    "-price": ["currency", F("amount").desc(nulls_last=True), "number"],
    "expires": [F("expires").asc(nulls_last=True), "number"],
    "-expires": [F("expires").desc(nulls_last=True), "number"],
}
UNASSIGNED = "none"


@dataclass(frozen=True)
class Filter:
    """What the person looks for. `expiring`: within that many days. `rented`: by that checkout's operation."""

    q: str = ""
    application: str = ""
    capability: str = ""
    country: str = ""
    expiring: int | None = None
    sort: str = "number"
    page: int = 1
    rented: UUID | None = None
    doubt: bool = False

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filter":
        """Reads the fields of the page's form; what makes no sense is as if it were not there."""
        return cls(
            q=" ".join(query.get("q", "")[:100].replace("\0", "").split()),
            application=query.get("application", "")[:64].strip().replace("\0", ""),
            capability=query.get("capability", "")[:32].strip().lower().replace("\0", ""),
            country=query.get("country", "")[:8].strip().upper().replace("\0", ""),
            expiring=_whole(query.get("expiring", ""), 3650),
            sort=sort if (sort := query.get("sort", "")) in SORTS else "number",
            page=_whole(query.get("page", ""), 1_000_000) or 1,
            rented=_uuid(query.get("rented", "")),
            doubt=query.get("doubt") == "1",
        )

    @property
    def only_rented(self) -> bool:
        """Whether nothing but the checkout narrows the list."""
        return self.rented is not None and self == Filter(rented=self.rented, sort=self.sort, page=self.page)


@dataclass(frozen=True)
class Tabs:
    """How many numbers stand behind each quick tab."""

    all: int
    unassigned: int
    expiring: int
    doubt: int


@dataclass(frozen=True)
class Shelf:
    """One application's numbers on a page; `count` and `costs` are of all that match, on whatever page."""

    application: Application | None
    numbers: list[Number]
    count: int
    costs: list[Total]

    @property
    def key(self) -> str:
        return self.application.key if self.application else ""


@dataclass(frozen=True)
class NumberPage:
    """A page of numbers, by application: `total` match the filter, `of` are rented in all."""

    shelves: list[Shelf]
    total: int
    of: int
    page: int
    pages: int
    shown_from: int
    shown_to: int
    tabs: Tabs
    countries: list[tuple[str, str]]
    capabilities: list[str]
    applications: list[Application]
    reading: Reading
    doubted: set[int] = field(default_factory=set)
    labels: dict[int, Label] = field(default_factory=dict)


def browse(account: Account, filter: Filter) -> NumberPage:
    every = Number.objects.filter(account=account)
    doubted = settle.doubted(account)
    matching = _matching(every, filter, doubted)
    part = slice_of(_in_order(matching, filter.sort), filter.page, PAGE)
    tabs = _tabs(every, len(doubted))
    return NumberPage(
        shelves=_shelves(matching, part.rows),
        total=part.total,
        of=tabs.all,
        page=part.page,
        pages=part.pages,
        shown_from=part.start,
        shown_to=max(part.start + len(part.rows) - 1, 0),
        tabs=tabs,
        countries=list(every.order_by("country").values_list("country_id", "country").distinct()),
        capabilities=_capabilities(every),
        applications=applications.every(account),
        reading=mirror.reading(account, Reading.What.NUMBERS),
        doubted=doubted,
        labels=labels.of(account, [row.number for row in part.rows]),
    )


COLUMNS = (
    "number", "application_key", "application", "country_id", "country", "city", "area_code", "capabilities", "price",
    "currency", "expires", "assigned_by", "assigned_at", "rented_by", "rented_at", "group_id", "label", "note",
)  # fmt: skip
BATCH = 1000


def exported(account: Account, filter: Filter) -> Iterator[dict[str, Any]]:
    """The numbers that match, by number, with COLUMNS; in batches, so that many need no more memory than few."""
    matching = _matching(Number.objects.filter(account=account), filter, settle.doubted(account))
    rows, last = matching.select_related("application").order_by("number"), -1
    while batch := list(rows.filter(number__gt=last)[:BATCH]):
        last = batch[-1].number
        named = labels.of(account, [row.number for row in batch])
        yield from (_plain(row, named.get(row.number) or Label()) for row in batch)


def _plain(row: Number, named: Label) -> dict[str, Any]:
    return {
        "number": row.number,
        "application_key": row.application_key,
        "application": row.application.name if row.application else "",
        "country_id": row.country_id,
        "country": row.country,
        "city": row.city,
        "area_code": row.area_code,
        "capabilities": list(row.capabilities),
        "price": None if row.amount is None else format(row.amount.normalize(), "f"),
        "currency": row.currency,
        "expires": _iso(row.expires),
        "assigned_by": row.assigned_by,
        "assigned_at": _iso(row.assigned_at),
        "rented_by": row.rented_by,
        "rented_at": _iso(row.rented_at),
        "group_id": row.group_id,
        "label": named.label,
        "note": named.note,
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def one(account: Account, number: int) -> Number:
    """Raises Number.DoesNotExist."""
    return Number.objects.select_related("application").get(account=account, number=number)


def in_doubt(account: Account, number: int) -> bool:
    """Whether a write on the number has no known outcome yet."""
    return number in settle.doubted(account)


def _matching(numbers: QuerySet[Number], filter: Filter, doubted: set[int]) -> QuerySet[Number]:
    for word in _words(filter.q):
        numbers = numbers.filter(_has_word(word))
    if filter.application == UNASSIGNED:
        numbers = numbers.filter(application__isnull=True)
    elif filter.application:
        numbers = numbers.filter(application__key__iexact=filter.application)
    if filter.capability:
        numbers = numbers.filter(has__in=[has for has in _sets(numbers) if filter.capability in has.split(",")])
    if filter.country:
        numbers = numbers.filter(country_id=filter.country)
    if filter.expiring is not None:
        numbers = numbers.filter(expires__lte=timezone.now() + dt.timedelta(days=filter.expiring))
    if filter.rented:
        numbers = numbers.filter(rented_in=filter.rented)
    if filter.doubt:
        numbers = numbers.filter(number__in=doubted)
    return numbers


def _words(q: str) -> list[str]:
    """The words of a search; a text that is a number in any common spelling is one word of digits."""
    spelled = q.lower().removeprefix("tel:").replace("(0)", "").removeprefix("00")
    digits = "".join(c for c in spelled if c.isdigit())
    return [digits] if digits and not any(c.isalpha() for c in spelled) else q.split()


def _has_word(word: str) -> Q:
    found = Q(searched__contains=folded(word)) | Q(country_id__iexact=word)
    found |= Q(application__name__icontains=word) | Q(application__key__istartswith=word) | labels.has(word)
    if word.isascii() and word.isdigit():
        found |= Q(number__contains=word.lstrip("0") or word)
    return found


def _in_order(numbers: QuerySet[Number], sort: str) -> QuerySet[Number]:
    """Unassigned first, then the applications by name, the nameless last; within each as asked for."""
    place = Case(When(application__isnull=True, then=0), When(application__name="", then=2), default=1)
    by_application = (place, Lower("application__name"), "application__key")
    return numbers.select_related("application").order_by(*by_application, *SORTS[sort])


def _shelves(matching: QuerySet[Number], rows: list[Number]) -> list[Shelf]:
    counts: dict[int | None, int] = defaultdict(int)
    costs: dict[int | None, list[Total]] = defaultdict(list)
    sums = matching.order_by("currency").values_list("application", "currency")
    for key, currency, count, amount in sums.annotate(Count("id"), Sum("amount")):
        counts[key] += count
        if amount is not None:
            costs[key].append(Total(Decimal(amount), currency))
    return [
        Shelf((on := list(numbers))[0].application, on, counts[key], costs[key])
        for key, numbers in groupby(rows, key=lambda row: row.application_id)
    ]


def _tabs(numbers: QuerySet[Number], doubted: int) -> Tabs:
    soon = timezone.now() + dt.timedelta(days=SOON)
    counts = numbers.aggregate(
        all=Count("id"),
        unassigned=Count("id", filter=Q(application__isnull=True)),
        expiring=Count("id", filter=Q(expires__lte=soon)),
    )
    return Tabs(**counts, doubt=doubted)


def _sets(numbers: QuerySet[Number]) -> list[str]:
    return list(numbers.order_by("has").values_list("has", flat=True).distinct())


def _capabilities(numbers: QuerySet[Number]) -> list[str]:
    return sorted({capability for has in _sets(numbers) for capability in has.split(",") if capability})


def _whole(text: str, most: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return None
    return min(int(text), most)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
