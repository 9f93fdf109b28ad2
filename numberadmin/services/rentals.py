"""The rented numbers, as pages read them: from the mirror alone, never from the remote.

What a page costs depends on what it shows, not on how many numbers the account has: totals come from the counts that
are kept, and rows from indexes. Where filters leave more than MOST numbers and no count is kept of them, the total is
not told, and the rows are found application by application.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from numberadmin import pages
from numberadmin.accounts.models import Account
from numberadmin.filters import Asked
from numberadmin.services import counts as counting
from numberadmin.services import deeds, labels, mirror, search, settle, shelves, uncounted
from numberadmin.services.counts import Counts, Held
from numberadmin.services.models import Label, Number, Reading
from numberadmin.services.number_filters import FILTERS, Look, NumberFilter
from numberadmin.services.shelves import BY_NUMBER, MOST, At, Part, Shelf
from numberadmin.services.uncounted import Way


@dataclass(frozen=True)
class TabCount:
    """A quick tab: what it is called, the query that it stands for, and how many numbers are behind it."""

    name: str
    label: str
    short: str
    query: str
    count: int
    current: bool
    presses: bool


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
    next: str
    previous: str
    tabs: list[TabCount]
    counts: Counts
    reading: Reading
    is_open: bool
    doubted: set[int] = field(default_factory=set)
    labels: dict[int, str] = field(default_factory=dict)
    former: dict[int, dt.datetime] = field(default_factory=dict)
    most: int = MOST


def read(account: Account, query: QueryDict, last: Reading | None = None) -> Asked[Look]:
    """What a query asks for. `last` is the reading of the list, where that is at hand."""
    reading = last or mirror.reading(account, Reading.What.NUMBERS)
    doubted = frozenset(settle.doubted(account) if reading.while_open else ())
    asked = FILTERS.read(query, Look(account, counting.of(account, reading.version), reading, doubted))
    try:
        if asked.readable and _at(asked).place.beside is not None:
            _at(asked).beyond()
    except ValueError:
        return asked.with_problem("page", pages.BROKEN)
    return asked


def browse(asked: Asked[Look]) -> NumberPage:
    """A page of what is asked for: nothing, if that cannot be read."""
    account, counts, reading = asked.look.account, asked.look.counts, asked.look.reading
    part = _part(asked) if asked.readable else Part([], 0, 1, 1, 0)
    deeds.tell(account, part.rows)
    labelled = labels.of(account, [row.number for row in part.rows])
    return NumberPage(
        shelves=part.shelves,
        further=part.further,
        total=part.total,
        of=counts.total,
        page=part.page,
        pages=part.pages,
        shown_from=part.start + 1 if part.shelves else 0,
        shown_to=part.start + len(part.rows),
        next=part.next,
        previous=part.previous,
        tabs=_tabs(asked),
        counts=counts,
        reading=reading,
        is_open=reading.while_open,
        doubted=set(asked.look.doubted),
        labels={number: row.label for number, row in labelled.items() if row.label},
        former=labels.former(account, labelled.values()),
    )


def _tabs(asked: Asked[Look]) -> list[TabCount]:
    """One for all numbers, and one for each filter that has one."""
    tabs = [TabCount("all", "All", "", "", asked.look.counts.total, asked.readable and not asked.given, False)]
    for one in asked.filters:
        if tab := one.tab:
            current = asked.typed.get(one.name, "").lower() == tab.value
            count = tab.count(asked.look)
            query = f"{one.name}={tab.value}"
            tabs.append(TabCount(tab.name, tab.label, tab.short, query, count, current, tab.presses and count > 0))
    return tabs


def _at(asked: Asked[Look]) -> At:
    return At(asked["sort"] or "number", pages.place(asked))


def _counted(one: Any) -> bool:
    return isinstance(one, NumberFilter) and one.counted


def _part(asked: Asked[Look]) -> Part:
    account, counts, q, at = asked.look.account, asked.look.counts, asked["q"] or "", _at(asked)
    counted = {one.name for one in asked.filters if _counted(one)}
    held = counts.held(**{name: asked[name] or "" for name in counted})
    numbers = Number.objects.filter(account=account)
    wide = numbers.filter(asked.where(without={"q"}))
    if asked.given <= counted:
        return shelves.by_counts(wide, at, held)
    # A whole number is that number, and no part of another one.
    if (whole := search.whole(q)) and (rows := list(wide.filter(number__in=whole))):
        return shelves.these(rows, counts)
    few = _few(asked, held)
    if few is not None:
        return shelves.counted(account, numbers.filter(asked.where()).filter(few), at, counts)
    words = search.words(q)
    if len(words) != 1 or at.sort not in BY_NUMBER:
        return uncounted.found(account, [Way(numbers.filter(asked.where()))], at, held)
    ways = [Way(wide.filter(meaning)) for meaning in search.meanings(account, words[0], counts)]
    called = Way(wide, {row.pk for row in counts.called(words[0])})
    return uncounted.found(account, [*ways, called], at, held)


def _few(asked: Asked[Look], held: Sequence[Held]) -> Q | None:
    """What narrows the numbers down to no more than MOST, if anything does."""
    if sum(row.count for row in held) <= MOST:
        return Q()
    given = [one for one in asked.filters if isinstance(one, NumberFilter) and one.name in asked.given]
    if any(one.at_most(asked.look, asked[one.name]) <= MOST for one in given if one.at_most):
        return Q()
    for word in search.words(asked["q"] or ""):
        found = search.few(asked.look.account, word, asked.look.counts, MOST)
        if found is not None:
            return Q(number__in=found)
    return None


COLUMNS = (
    "number", "application_key", "application", "country_id", "country", "city", "area_code", "capabilities", "price",
    "currency", "expires", "assigned_by", "assigned_at", "rented_by", "rented_at", "group_id", "label", "note",
    "label_of_before", "assigned_login", "rented_login",
)  # fmt: skip
BATCH = 1000


def exported(asked: Asked[Look]) -> Iterator[dict[str, Any]]:
    """The numbers that match, by number, with COLUMNS; in batches, so that many need no more memory than few. None, if
    what is asked for cannot be read."""
    account = asked.look.account
    matching = Number.objects.filter(account=account).filter(asked.where())
    rows, last = matching.select_related("application").order_by("number"), -1
    while batch := list(rows.filter(number__gt=last)[:BATCH]):
        last = batch[-1].number
        named = labels.of(account, [row.number for row in batch])
        deeds.tell(account, batch)
        former = labels.former(account, named.values())
        yield from (_plain(row, named.get(row.number) or Label(), former.get(row.number)) for row in batch)


def _plain(row: Number, named: Label, former: dt.datetime | None) -> dict[str, Any]:
    """`former`: when the number was gone since it was labelled."""
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
        "assigned_by": row.assigned.by if row.assigned else "",
        "assigned_at": _iso(row.assigned.at if row.assigned else None),
        "rented_by": row.rented.by if row.rented else "",
        "rented_at": _iso(row.rented.at if row.rented else None),
        "group_id": row.group_id,
        "label": named.label,
        "note": named.note,
        "label_of_before": _iso(former),
        "assigned_login": row.assigned.login if row.assigned else "",
        "rented_login": row.rented.login if row.rented else "",
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def one(account: Account, number: int) -> Number:
    """Raises Number.DoesNotExist."""
    row = Number.objects.select_related("application").get(account=account, number=number)
    deeds.tell(account, [row])
    return row


def in_doubt(account: Account, number: int) -> bool:
    """Whether a write on the number has no known outcome yet."""
    return number in settle.doubted(account)
