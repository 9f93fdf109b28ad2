"""A page of rows that are many and that nobody has counted: they are looked for, application by application."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from numberadmin.accounts.models import Account
from numberadmin.services import shelves
from numberadmin.services.counts import Held
from numberadmin.services.models import Number
from numberadmin.services.shelves import BY_NUMBER, MOST, At, Part, id_of, linked, shelves_of, split, turned


@dataclass(frozen=True)
class Way:
    """Rows that may be on a page; `only` those of some applications, by their ids."""

    rows: QuerySet[Number]
    only: Collection[int] | None = None

    def with_more(self, condition: Q) -> "Way":
        return replace(self, rows=self.rows.filter(condition))

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


def found(account: Account, ways: Sequence[Way], at: At, held: Sequence[Held]) -> Part:
    """They are many, and nobody has counted them: as many as the page needs are looked for, in the page's order. A
    number may be found by any of the `ways`; several of them are for an order by number."""
    page = min(max(at.place.page, 1), 1000)
    places: list[tuple[int, int]] = []
    start, line = (page - 1) * shelves.PAGE, list(held)
    if at.place.beside is not None:
        rank, more = at.beyond()
        here, line = split(held, rank, at.back)
        start, places = 0, _places([way.with_more(more) for way in ways], at, here, shelves.PAGE + 1)
    for some in _bites(line):
        if len(places) > start + shelves.PAGE:
            break
        places += _places(ways, at, some, start + shelves.PAGE + 1 - len(places))
    wanted = places[start : start + shelves.PAGE + 1]
    mine = Number.objects.filter(account=account, number__in=[number for _, number in wanted])
    rows = {row.number: row for row in mine}
    shown = [(key, rows[number]) for key, number in wanted if number in rows]
    if at.place.beside is not None:
        part = turned(shown, at, held, None, page)
    else:
        part = Part(shelves_of(held, shown[: shelves.PAGE]), None, page, page, start)
        part = linked(part, at, len(shown) > shelves.PAGE, page > 1)
    uncounted = [replace(shelf, count=None, costs=[]) for shelf in part.shelves]
    return replace(part, shelves=uncounted, further=[], pages=part.page + bool(part.next))


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


def _places(ways: Sequence[Way], at: At, held: Sequence[Held], most: int) -> list[tuple[int, int]]:
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
                rows = rows.order_by(*at.order_in_one())[:most]
            elif at.sort not in BY_NUMBER:
                rows = rows.order_by(*at.order())
            for key, number in rows:
                found[key or 0].append(number)
    if at.sort in BY_NUMBER:
        # Not by the database: for the sake of the order SQLite would read all the account's numbers.
        down = (at.sort == "-number") != at.back
        found = {key: sorted(set(numbers), reverse=down) for key, numbers in found.items()}
    order = [id_of(row) for row in held]
    return [(key, number) for key in order for number in found.get(key, ())][:most]
