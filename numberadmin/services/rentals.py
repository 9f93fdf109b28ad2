"""The rented numbers, as pages read them: from the mirror alone, never from the remote.

What a page costs depends on what it shows, not on how many numbers the account has: totals come from the counts that
are kept, and rows from indexes. Where filters leave more than MOST numbers and no count is kept of them, the total is
not told, and the rows are found application by application.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.services import counts as counting
from numberadmin.services import labels, mirror, search, settle
from numberadmin.services.counts import UNASSIGNED, Counts, Held
from numberadmin.services.models import Application, Label, Number, Reading, Total

PAGE = 100
SOON = 30
# So many numbers are sorted and counted for a page.
MOST = 2000
# So many more applications are shown below a page, folded.
FURTHER = 10
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


BY_NUMBER = ("number", "-number")


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
class Shelf:
    """One application's numbers on a page; `count` and `costs` are of all that match, on whatever page (`count` None:
    it was not counted)."""

    application: Application | None
    numbers: list[Number]
    count: int | None
    costs: list[Total]

    @property
    def key(self) -> str:
        return self.application.key if self.application else ""

    @property
    def in_part(self) -> bool:
        return self.count is not None and len(self.numbers) < self.count


@dataclass(frozen=True)
class Part:
    """The rows of a page, by application. `total` match on all pages (None: more than MOST); `start` is the place of
    the first one, from 0. `further` are the applications that come after the page."""

    shelves: list[Shelf]
    total: int | None
    page: int
    pages: int
    start: int
    further: list[Held] = field(default_factory=list)

    @property
    def rows(self) -> list[Number]:
        return [row for shelf in self.shelves for row in shelf.numbers]


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
    labels: dict[int, Label] = field(default_factory=dict)
    most: int = MOST

    @property
    def first(self) -> int | None:
        return self.shelves[0].numbers[0].number if self.shelves else None

    @property
    def last(self) -> int | None:
        return self.shelves[-1].numbers[-1].number if self.shelves else None


def browse(account: Account, filter: Filter, last: Reading | None = None) -> NumberPage:
    """`last` is the reading of the list, where that is at hand."""
    reading, is_open = last or mirror.reading(account, Reading.What.NUMBERS), settle.any_open(account)
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
        labels=labels.of(account, [row.number for row in part.rows]),
    )


def _part(account: Account, filter: Filter, counts: Counts, doubted: set[int]) -> Part:
    held = counts.held(filter.application, filter.country, filter.capability)
    matching = _matching(account, filter, counts, doubted)
    if not (filter.q or filter.rented or filter.doubt or filter.expiring is not None):
        return _by_counts(matching, filter, held)
    few = _few(account, filter, counts, held)
    if few is not None:
        return _counted(account, matching.filter(few), filter, counts)
    words = search.words(filter.q)
    if len(words) != 1 or filter.sort not in BY_NUMBER:
        return _found(account, [matching], filter, held)
    wide = _matching(account, replace(filter, q=""), counts, doubted)
    return _found(
        account, [wide.filter(meaning) for meaning in search.meanings(account, words[0], counts)], filter, held
    )


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


def _by_counts(matching: QuerySet[Number], filter: Filter, held: Sequence[Held]) -> Part:
    """How many there are is known for each application, so the page's place in each is known before any row is."""
    total = sum(row.count for row in held)
    pages = max(1, -(-total // PAGE))
    page = min(max(filter.page, 1), pages)
    start = (page - 1) * PAGE
    cuts, further = _cuts(held, start)
    rows: dict[int, list[Number]] = defaultdict(list)
    whole = [cut.held for cut in cuts if cut.whole and cut.held.application]
    for row in (
        matching.filter(application__in=[h.application for h in whole]).order_by(*SORTS[filter.sort]) if whole else ()
    ):
        rows[row.application_id or 0].append(row)
    for cut in cuts:
        if cut.held not in whole:
            application = cut.held.application
            key = application.pk if application else 0
            rows[key] = _cut(matching.filter(application=application), filter, cut, cut is cuts[0], cut is cuts[-1])
    shelves = [_shelf(h, rows[h.application.pk if h.application else 0]) for h in (cut.held for cut in cuts)]
    return Part([shelf for shelf in shelves if shelf.numbers], total, page, pages, start, further)


@dataclass(frozen=True)
class _Cut:
    """What a page has of an application: so many of its numbers, after so many others."""

    held: Held
    after: int
    take: int

    @property
    def whole(self) -> bool:
        return self.take == self.held.count


def _cuts(held: Sequence[Held], start: int) -> tuple[list[_Cut], list[Held]]:
    cuts: list[_Cut] = []
    further: list[Held] = []
    left = PAGE
    for row in held:
        if start >= row.count:
            start -= row.count
        elif left:
            take = min(row.count - start, left)
            cuts.append(_Cut(row, start, take))
            start, left = 0, left - take
        elif len(further) < FURTHER:
            further.append(row)
        else:
            break
    return cuts, further


def _cut(numbers: QuerySet[Number], filter: Filter, cut: _Cut, first: bool, last: bool) -> list[Number]:
    """By the number that the page before ended with, or the one that the page after began with, where the person comes
    from there and it is still in the application: else by counting."""
    if filter.sort in BY_NUMBER and cut.after:
        up = filter.sort == "number"
        if first and filter.after and numbers.filter(number=filter.after).exists():
            more = numbers.filter(number__gt=filter.after) if up else numbers.filter(number__lt=filter.after)
            return list(more.order_by(*SORTS[filter.sort])[: cut.take])
        if last and filter.before and numbers.filter(number=filter.before).exists():
            less = numbers.filter(number__lt=filter.before) if up else numbers.filter(number__gt=filter.before)
            return list(less.order_by(*SORTS[filter.sort]).reverse()[: cut.take])[::-1]
    return list(numbers.order_by(*SORTS[filter.sort])[cut.after : cut.after + cut.take])


def _shelf(held: Held, rows: list[Number]) -> Shelf:
    for row in rows:
        row.application = held.application
    return Shelf(held.application, rows, held.count, held.costs)


def _counted(account: Account, matching: QuerySet[Number], filter: Filter, counts: Counts) -> Part:
    """They are few: they are counted here."""
    numbers: list[int] = []
    found: dict[int, int] = defaultdict(int)
    costs: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for number, application, currency, amount in matching.values_list("number", "application", "currency", "amount"):
        numbers.append(number)
        found[application or 0] += 1
        if amount is not None:
            costs[application or 0][currency] += amount
    order = [(row, row.pk if row else 0) for row in (None, *counts.applications)]
    held = [
        Held(row, found[key], [Total(amount, currency) for currency, amount in sorted(costs[key].items())])
        for row, key in order
        if found[key]
    ]
    part = _by_counts(Number.objects.filter(account=account, number__in=numbers), filter, held)
    return replace(part, further=[])


def _found(account: Account, ways: Sequence[QuerySet[Number]], filter: Filter, held: Sequence[Held]) -> Part:
    """They are many, and nobody has counted them: as many as the page needs are looked for, in the page's order. A
    number may be found by any of the `ways`; several of them are for an order by number."""
    page = min(max(filter.page, 1), 1000)
    start = (page - 1) * PAGE
    places: list[tuple[int, int]] = []
    for some in _bites(held):
        places += _places(ways, filter, some, start + PAGE + 1 - len(places))
        if len(places) > start + PAGE:
            break
    shown = places[start : start + PAGE]
    mine = Number.objects.filter(account=account, number__in=[number for _, number in shown])
    rows = {row.number: row for row in mine}
    by_key = {row.application.pk if row.application else 0: row for row in held}
    shelves = []
    for key, numbers in groupby(shown, key=lambda place: place[0]):
        shelf = _shelf(by_key[key], [rows[number] for _, number in numbers if number in rows])
        shelves.append(replace(shelf, count=None, costs=[]))
    return Part(shelves, None, page, page + (len(places) > start + PAGE), start)


def _bites(held: Sequence[Held]) -> Iterator[list[Held]]:
    """Some applications after the other, ever more numbers at a time."""
    some: list[Held] = []
    size = MOST
    for row in held:
        some.append(row)
        if sum(row.count for row in some) >= size:
            yield some
            some, size = [], min(size * 4, 50_000)
    if some:
        yield some


def _places(ways: Sequence[QuerySet[Number]], filter: Filter, held: Sequence[Held], most: int) -> list[tuple[int, int]]:
    """The application's id (0 for none) and the number of those that match in these applications, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    keys = [row.application.pk for row in held if row.application]
    wheres = [Q(application=None)] if len(keys) < len(held) else []
    wheres += [Q(application__in=keys)] if keys else []
    for where in wheres:
        alone = len(held) == 1 or where == Q(application=None)
        for way in ways:
            rows = way.filter(where).order_by(*SORTS[filter.sort]).values_list("application", "number")
            for key, number in rows[:most] if alone else rows:
                found[key or 0].append(number)
    if len(ways) > 1:
        found = {key: sorted(set(numbers), reverse=filter.sort == "-number") for key, numbers in found.items()}
    order = [row.application.pk if row.application else 0 for row in held]
    return [(key, number) for key in order for number in found.get(key, ())][:most]


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


def _matching(account: Account, filter: Filter, counts: Counts, doubted: set[int]) -> QuerySet[Number]:
    numbers = Number.objects.filter(account=account)
    for word in search.words(filter.q):
        numbers = numbers.filter(reduce(or_, search.meanings(account, word, counts)))
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
        numbers = numbers.filter(expires__lt=_end_of(timezone.localdate() + dt.timedelta(days=filter.expiring)))
    if filter.rented:
        numbers = numbers.filter(rented_in=filter.rented)
    if filter.doubt:
        numbers = numbers.filter(number__in=doubted)
    return numbers


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
