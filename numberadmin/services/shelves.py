"""The rows of a page of the inventory, application by application, and how many there are in all.

What it costs depends on what the page shows, not on how many numbers the account has.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy

from numberadmin import money, pages
from numberadmin.accounts.models import Account
from numberadmin.money import Money
from numberadmin.pages import Key, Order, Place, beyond, ordered
from numberadmin.services.counts import Counts, Held
from numberadmin.services.models import Application, Number

PAGE = 100
# So many numbers are sorted and counted for a page.
MOST = 2000
# So many more applications are shown below a page, folded.
FURTHER = 10
NUMBER, NUMBER_DOWN = Key("number"), Key("number", down=True)
ORDERS: dict[str, Order] = {
    "number": [NUMBER],
    "-number": [NUMBER_DOWN],
    "city": [Key("country"), Key("city"), NUMBER],
    "-city": [Key("country", down=True), Key("city", down=True), NUMBER],
    "price": [Key("currency"), Key("amount", may_be_empty=True), NUMBER],
    "-price": [Key("currency"), Key("amount", down=True, may_be_empty=True), NUMBER],
    "expires": [Key("expires", may_be_empty=True), NUMBER],
    "-expires": [Key("expires", down=True, may_be_empty=True), NUMBER],
}


BY_NUMBER = ("number", "-number")
Rank = tuple[bool, bool, str, str]


@dataclass(frozen=True)
class At:
    """Which page, in which order."""

    sort: str
    place: Place

    @property
    def back(self) -> bool:
        return self.place.back

    def order(self) -> list[str | OrderBy]:
        return [*ordered(ORDERS[self.sort], self.back)]

    def order_in_one(self) -> list[str | OrderBy]:
        """The order within one application. It is named all the same: PostgreSQL does not see that numbers in none
        are in one, and would not take the index that has them in order."""
        return ["application_id", *self.order()]

    def token(self, row: Number) -> str:
        """The place of a row: its application's name and key, and what it is ordered by."""
        application = row.application
        name, key = (application.name, application.key) if application else ("", "")
        return pages.token([name, key, *(getattr(row, key.column) for key in ORDERS[self.sort])])

    def beyond(self) -> tuple[Rank, Q]:
        """Where the application of the place's row stands among all, and what is beyond the row within it. Raises
        ValueError."""
        match self.place.beside:
            case (str(name), str(key), *values):
                return _rank(name, key), beyond(Number, ORDERS[self.sort], values, self.back)
        raise ValueError


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
    the first one, from 0. `further` are the applications that come after the page; `next` and `previous` the places
    of the pages beside it."""

    shelves: list[Shelf]
    total: int | None
    page: int
    pages: int
    start: int
    further: list[Held] = field(default_factory=list)
    next: str = ""
    previous: str = ""

    @property
    def rows(self) -> list[Number]:
        return [row for shelf in self.shelves for row in shelf.numbers]


def by_counts(matching: QuerySet[Number], at: At, held: Sequence[Held]) -> Part:
    """How many there are is known for each application, so the page's place in each is known before any row is."""
    total = sum(row.count for row in held)
    pages = max(1, -(-total // PAGE))
    if at.place.beside is not None:
        return _beside(matching, at, held, total, pages)
    page = min(max(at.place.page, 1), pages)
    start = (page - 1) * PAGE
    cuts, further = _cuts(held, start, PAGE)
    shelves = shelves_of(held, _rows(matching, at, cuts))
    return linked(Part(shelves, total, page, pages, start, further), at, page < pages, page > 1)


def _beside(matching: QuerySet[Number], at: At, held: Sequence[Held], total: int, pages: int) -> Part:
    """The page after a row, or before it, by what the row was when it was shown."""
    rank, more = at.beyond()
    here, rest = split(held, rank, at.back)
    rows: list[tuple[int, Number]] = []
    for row in here:
        mine = matching.filter(application=row.application).filter(more)
        rows += [(id_of(row), number) for number in mine.order_by(*at.order_in_one())[: PAGE + 1]]
    cuts, _ = _cuts(rest, 0, PAGE + 1 - len(rows))
    rows += _rows(matching, at, cuts)
    return turned(rows, at, held, total, pages)


def turned(rows: list[tuple[int, Number]], at: At, held: Sequence[Held], total: int | None, pages: int) -> Part:
    """A page of rows that were read from another page's row on, one more than it shows if there are more."""
    more, shown = len(rows) > PAGE, rows[:PAGE]
    page = at.place.page
    if at.back:
        shown.reverse()
        page = max(page, 2) if more else 1
    shelves = shelves_of(held, shown)
    last = next((place for place, row in enumerate(held) if shelves and row.application == shelves[-1].application), 0)
    further = list(held[last + 1 : last + 1 + FURTHER]) if shelves else []
    part = Part(shelves, total, page, max(pages, page), (page - 1) * PAGE, further)
    return linked(part, at, at.back or more, more if at.back else page > 1)


def linked(part: Part, at: At, after: bool, before: bool) -> Part:
    rows = part.rows
    return replace(
        part,
        next=at.token(rows[-1]) if rows and after else "",
        previous=at.token(rows[0]) if rows and before else "",
    )


def _rank(name: str, key: str) -> Rank:
    """Where an application stands among all: those without one first, then by name, the nameless ones last."""
    return bool(key), not name, name.casefold(), key


def split(held: Sequence[Held], rank: Rank, back: bool) -> tuple[list[Held], list[Held]]:
    """The application of that rank, if it has numbers, and those beyond it in the direction of the page."""
    ranks = [(_rank(row.application.name, row.key) if row.application else _rank("", ""), row) for row in held]
    rest = [row for mine, row in ranks if (mine < rank if back else mine > rank)]
    return [row for mine, row in ranks if mine == rank], rest[::-1] if back else rest


def id_of(held: Held) -> int:
    return held.application.pk if held.application else 0


def _rows(matching: QuerySet[Number], at: At, cuts: Sequence["_Cut"]) -> list[tuple[int, Number]]:
    """The rows of some applications, in the order of these; with `at.back` from the last to the first."""
    mine: dict[int, list[Number]] = defaultdict(list)
    whole = [cut.held.application for cut in cuts if cut.whole and cut.held.application]
    if whole:
        for row in matching.filter(application__in=whole).order_by(*at.order()):
            mine[row.application_id or 0].append(row)
    for cut in cuts:
        if cut.held.application not in whole:
            rows = matching.filter(application=cut.held.application).order_by(*at.order_in_one())
            mine[id_of(cut.held)] = list(rows[cut.after : cut.after + cut.take])
    return [(id_of(cut.held), row) for cut in cuts for row in mine[id_of(cut.held)]]


def shelves_of(held: Sequence[Held], rows: Sequence[tuple[int, Number]]) -> list[Shelf]:
    by_id = {id_of(row): row for row in held}
    return [_shelf(by_id[key], [row for _, row in some]) for key, some in groupby(rows, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class _Cut:
    """What a page has of an application: so many of its numbers, after so many others."""

    held: Held
    after: int
    take: int

    @property
    def whole(self) -> bool:
        return self.take == self.held.count


def _cuts(held: Sequence[Held], start: int, left: int) -> tuple[list[_Cut], list[Held]]:
    cuts: list[_Cut] = []
    further: list[Held] = []
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


def counted(account: Account, matching: QuerySet[Number], at: At, counts: Counts) -> Part:
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
