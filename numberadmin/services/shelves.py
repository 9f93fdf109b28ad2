"""The rows of a page of the inventory, application by application, and how many there are in all.

What it costs depends on what the page shows, not on how many numbers the account has.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from numberadmin import money
from numberadmin.accounts.models import Account
from numberadmin.money import Money
from numberadmin.services.counts import Counts, Held
from numberadmin.services.models import Application, Number

PAGE = 100
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
class Place:
    """Which page, in which order. `after` and `before`: the number that the page before ended with, or that the page
    after began with."""

    sort: str
    page: int
    after: int | None
    before: int | None


@dataclass(frozen=True)
class Shelf:
    """One application's numbers on a page; `count` and `costs` are of all that match, on whatever page (`count` None:
    it was not counted)."""

    application: Application | None
    numbers: list[Number]
    count: int | None
    costs: list[Money]

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
class Way:
    """Rows that may be on a page; `only` those of some applications, by their ids."""

    rows: QuerySet[Number]
    only: Collection[int] | None = None

    def within(self, keys: Sequence[int] | None) -> QuerySet[Number] | None:
        """Those in the applications, or in none (None); None where there can be no such."""
        if self.only is not None:
            keys = [key for key in keys or () if key in self.only]
        return (
            self.rows.filter(application=None)
            if keys is None
            else self.rows.filter(application__in=keys)
            if keys
            else None
        )


def by_counts(matching: QuerySet[Number], at: Place, held: Sequence[Held]) -> Part:
    """How many there are is known for each application, so the page's place in each is known before any row is."""
    total = sum(row.count for row in held)
    pages = max(1, -(-total // PAGE))
    page = min(max(at.page, 1), pages)
    start = (page - 1) * PAGE
    cuts, further = _cuts(held, start)
    rows: dict[int, list[Number]] = defaultdict(list)
    whole = [cut.held for cut in cuts if cut.whole and cut.held.application]
    for row in (
        matching.filter(application__in=[h.application for h in whole]).order_by(*SORTS[at.sort]) if whole else ()
    ):
        rows[row.application_id or 0].append(row)
    for cut in cuts:
        if cut.held not in whole:
            application = cut.held.application
            key = application.pk if application else 0
            rows[key] = _cut(matching.filter(application=application), at, cut, cut is cuts[0], cut is cuts[-1])
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


def _cut(numbers: QuerySet[Number], at: Place, cut: _Cut, first: bool, last: bool) -> list[Number]:
    """By the number that the page before ended with, or the one that the page after began with, where the person comes
    from there and it is still in the application: else by counting."""
    order = _in_one(at)
    if at.sort in BY_NUMBER and cut.after:
        up = at.sort == "number"
        if first and at.after and numbers.filter(number=at.after).exists():
            more = numbers.filter(number__gt=at.after) if up else numbers.filter(number__lt=at.after)
            return list(more.order_by(*order)[: cut.take])
        if last and at.before and numbers.filter(number=at.before).exists():
            less = numbers.filter(number__lt=at.before) if up else numbers.filter(number__gt=at.before)
            return list(less.order_by(*order).reverse()[: cut.take])[::-1]
    return list(numbers.order_by(*order)[cut.after : cut.after + cut.take])


def _in_one(at: Place) -> list[str | OrderBy]:
    """The order within one application. It is named all the same: PostgreSQL does not see that numbers in none are in
    one, and would not take the index that has them in order."""
    return ["application_id", *SORTS[at.sort]]


def _shelf(held: Held, rows: list[Number]) -> Shelf:
    for row in rows:
        row.application = held.application
    return Shelf(held.application, rows, held.count, held.costs)


def these(rows: Sequence[Number], counts: Counts) -> Part:
    """All of them on one page: they fit there, and need no order within an application."""
    mine: dict[int, list[Number]] = defaultdict(list)
    for row in rows:
        mine[row.application_id or 0].append(row)
    held = _held(((row.application_id, row.currency, row.amount) for row in rows), counts)
    return Part([_shelf(row, mine[row.application.pk if row.application else 0]) for row in held], len(rows), 1, 1, 0)


def counted(account: Account, matching: QuerySet[Number], at: Place, counts: Counts) -> Part:
    """They are few: they are counted here."""
    rows = list(matching.values_list("number", "application", "currency", "amount"))
    few = Number.objects.filter(account=account, number__in=[number for number, *_ in rows])
    return replace(by_counts(few, at, _held((row[1:] for row in rows), counts)), further=[])


def _held(rows: Iterable[tuple[int | None, str, Decimal | None]], counts: Counts) -> list[Held]:
    """What each application has of these numbers (its id, and what a number costs), in the order of applications."""
    found: dict[int, int] = defaultdict(int)
    costs: dict[int, list[Money | None]] = defaultdict(list)
    for application, currency, amount in rows:
        found[application or 0] += 1
        costs[application or 0].append(Money.of(amount, currency))
    order = [(row, row.pk if row else 0) for row in (None, *counts.applications)]
    return [Held(row, found[key], money.sums(costs[key])) for row, key in order if found[key]]


def found(account: Account, ways: Sequence[Way], at: Place, held: Sequence[Held]) -> Part:
    """They are many, and nobody has counted them: as many as the page needs are looked for, in the page's order. A
    number may be found by any of the `ways`; several of them are for an order by number."""
    page = min(max(at.page, 1), 1000)
    start = (page - 1) * PAGE
    places: list[tuple[int, int]] = []
    for some in _bites(held):
        places += _places(ways, at, some, start + PAGE + 1 - len(places))
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


def _places(ways: Sequence[Way], at: Place, held: Sequence[Held], most: int) -> list[tuple[int, int]]:
    """The application's id (0 for none) and the number of those that match in these applications, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    keys = [row.application.pk for row in held if row.application]
    for some in [None] * (len(keys) < len(held)) + [keys] * bool(keys):
        alone = some is None or len(some) == 1
        for way in ways:
            matching = way.within(some)
            if matching is None:
                continue
            rows = matching.values_list("application", "number")
            if alone:
                rows = rows.order_by(*_in_one(at))[:most]
            elif at.sort not in BY_NUMBER:
                rows = rows.order_by(*SORTS[at.sort])
            for key, number in rows:
                found[key or 0].append(number)
    if at.sort in BY_NUMBER:
        # Not by the database: for the sake of the order SQLite would read all the account's numbers.
        found = {key: sorted(set(numbers), reverse=at.sort == "-number") for key, numbers in found.items()}
    order = [row.application.pk if row.application else 0 for row in held]
    return [(key, number) for key in order for number in found.get(key, ())][:most]
