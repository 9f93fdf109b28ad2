"""The rented numbers, as pages read them: from the mirror alone, never from the remote.

What a page costs depends on what it shows, not on how many numbers the account has: totals come from the counts that
are kept, and rows from indexes. Where filters leave more than MOST numbers and no count is kept of them, the total is
not told, and the rows are found application by application.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.services import counts as counting
from numberadmin.services import labels, mirror, search, settle, shelves
from numberadmin.services.counts import UNASSIGNED, Counts, Held
from numberadmin.services.models import Label, Number, Reading
from numberadmin.services.shelves import BY_NUMBER, MOST, SORTS, Part, Place, Shelf, Way

SOON = 30
# What more than one of so many numbers has is met soon enough in whatever order they are gone through.
OFTEN = 50


@dataclass(frozen=True)
class Filter:
    """What the person looks for. `expiring`: within that many days. `rented`: by that checkout's operation. `after` and
    `before`: the number that the page before ended with, or that the page after began with."""

    q: str = ""
    application: str = ""
    capability: str = ""
    country: str = ""
    expiring: int | None = None
    sort: str = "number"
    page: int = 1
    rented: UUID | None = None
    doubt: bool = False
    after: int | None = None
    before: int | None = None

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
            after=_whole(query.get("after", ""), 10**15),
            before=_whole(query.get("before", ""), 10**15),
        )

    @property
    def place(self) -> Place:
        return Place(self.sort, self.page, self.after, self.before)

    @property
    def only_rented(self) -> bool:
        """Whether nothing but the checkout narrows the list."""
        bare = Filter(sort=self.sort, page=self.page, rented=self.rented, after=self.after, before=self.before)
        return self.rented is not None and self == bare


@dataclass(frozen=True)
class Tabs:
    """How many numbers stand behind each quick tab."""

    all: int
    unassigned: int
    expiring: int
    doubt: int


@dataclass(frozen=True)
class NumberPage:
    """A page of numbers, by application: `total` match the filter (None: more than `most`), `of` are rented in all."""

    shelves: list[Shelf]
    further: list[Held]
    total: int | None
    of: int
    page: int
    pages: int
    shown_from: int
    shown_to: int
    tabs: Tabs
    counts: Counts
    reading: Reading
    is_open: bool
    doubted: set[int] = field(default_factory=set)
    labels: dict[int, str] = field(default_factory=dict)
    most: int = MOST

    @property
    def first(self) -> int | None:
        return self.shelves[0].numbers[0].number if self.shelves else None

    @property
    def last(self) -> int | None:
        return self.shelves[-1].numbers[-1].number if self.shelves else None


def browse(account: Account, filter: Filter, last: Reading | None = None) -> NumberPage:
    """`last` is the reading of the list, where that is at hand."""
    reading = last or mirror.reading(account, Reading.What.NUMBERS)
    is_open = reading.while_open
    counts, doubted = counting.of(account, reading.version), settle.doubted(account) if is_open else set()
    part = _part(account, filter, counts, doubted)
    return NumberPage(
        shelves=part.shelves,
        further=part.further,
        total=part.total,
        of=counts.total,
        page=part.page,
        pages=part.pages,
        shown_from=part.start + 1 if part.shelves else 0,
        shown_to=part.start + len(part.rows),
        tabs=Tabs(counts.total, counts.unassigned, counts.expiring(SOON), len(doubted)),
        counts=counts,
        reading=reading,
        is_open=is_open,
        doubted=doubted,
        labels=labels.texts(account, [row.number for row in part.rows]),
    )


def _part(account: Account, filter: Filter, counts: Counts, doubted: set[int]) -> Part:
    held = counts.held(filter.application, filter.country, filter.capability)
    wide = _matching(account, replace(filter, q=""), counts, doubted)
    if not (filter.q or filter.rented or filter.doubt or filter.expiring is not None):
        return shelves.by_counts(wide, filter.place, held)
    # A whole number is that number, and no part of another one.
    if (whole := search.whole(filter.q)) and (rows := list(wide.filter(number__in=whole))):
        return shelves.these(rows, counts)
    matching = _matching(account, filter, counts, doubted)
    few = _few(account, filter, counts, held)
    if few is not None:
        return shelves.counted(account, matching.filter(few), filter.place, counts)
    words = search.words(filter.q)
    if len(words) != 1 or filter.sort not in BY_NUMBER:
        return shelves.found(account, [Way(matching)], filter.place, held)
    ways = [Way(wide.filter(meaning)) for meaning in search.meanings(account, words[0], counts)]
    called = Way(wide, {row.pk for row in counts.called(words[0])})
    return shelves.found(account, [*ways, called], filter.place, held)


def _few(account: Account, filter: Filter, counts: Counts, held: Sequence[Held]) -> Q | None:
    """What narrows the numbers down to no more than MOST, if anything does."""
    if sum(row.count for row in held) <= MOST or filter.rented or filter.doubt:
        return Q()
    if filter.expiring is not None and counts.expiring(filter.expiring) <= MOST:
        return Q()
    for word in search.words(filter.q):
        found = search.few(account, word, counts, MOST)
        if found is not None:
            return Q(number__in=found)
    return None


COLUMNS = (
    "number", "application_key", "application", "country_id", "country", "city", "area_code", "capabilities", "price",
    "currency", "expires", "assigned_by", "assigned_at", "rented_by", "rented_at", "group_id", "label", "note",
)  # fmt: skip
BATCH = 1000


def exported(account: Account, filter: Filter) -> Iterator[dict[str, Any]]:
    """The numbers that match, by number, with COLUMNS; in batches, so that many need no more memory than few."""
    matching = _matching(account, filter, counting.of(account), settle.doubted(account))
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
        "price": row.price and row.price.plain,
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


def _matching(account: Account, filter: Filter, counts: Counts, doubted: set[int]) -> QuerySet[Number]:
    numbers = Number.objects.filter(account=account)
    whole = search.whole(filter.q)
    if whole and numbers.filter(number__in=whole).exists():
        return _filtered(numbers.filter(number__in=whole), filter, counts, doubted)
    for word in search.words(filter.q):
        called = Q(application__in=counts.called(word))
        numbers = numbers.filter(reduce(or_, search.meanings(account, word, counts), called))
    return _filtered(numbers, filter, counts, doubted)


def _filtered(numbers: QuerySet[Number], filter: Filter, counts: Counts, doubted: set[int]) -> QuerySet[Number]:
    """By all but the search."""
    if filter.application == UNASSIGNED:
        numbers = numbers.filter(application__isnull=True)
    elif filter.application:
        numbers = numbers.filter(
            application__in=[h.application.pk for h in counts.held(filter.application) if h.application]
        )
    if filter.capability:
        numbers = numbers.filter(has__in=counts.sets(filter.capability))
    if filter.country:
        numbers = numbers.filter(country_id=filter.country)
    if filter.expiring is not None:
        end = _end_of(timezone.localdate() + dt.timedelta(days=filter.expiring))
        often = counts.expiring(filter.expiring) * OFTEN > counts.total
        numbers = numbers.alias(until=_unindexed("expires") if often else F("expires")).filter(until__lt=end)
    if filter.rented:
        numbers = numbers.filter(rented_in=filter.rented)
    if filter.doubt:
        numbers = numbers.filter(number__in=doubted)
    return numbers


def _unindexed(name: str) -> Combinable:
    """A moment by which SQLite chooses no index: it cannot know when it comes sooner to a page of rows without."""
    return Func(F(name), template="+%(expressions)s") if connection.vendor == "sqlite" else F(name)


def _end_of(day: dt.date) -> dt.datetime:
    """By the installation's clock."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def _whole(text: str, most: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        return None
    return min(int(text), most)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
