"""Reading the audit: a row an operation, the newest first on pages, the oldest first in exports."""

import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from numberadmin import pages
from numberadmin.accounts.models import Account, Person
from numberadmin.audit.filters import FILTERS, AuditFilter, AuditLook, Walked
from numberadmin.audit.models import Entry, Phase
from numberadmin.audit.rows import Row, parts, rows_of
from numberadmin.filters import Asked
from numberadmin.pages import Key, Place

PAGE = 50
# So many operations are counted.
MOST_COUNTED = 10_000
# So many operations a page looks through for the words of a search, and so many of them at a time.
MOST_LOOKED = 20_000
BATCH = 1000
FIRSTS = (Phase.INTENT, Phase.EVENT)
ORDER = [Key("id", down=True)]
# A search takes the processor for itself: so many at a time in a process, and others are told.
_searches = threading.BoundedSemaphore(2)
PATIENCE = 1.0


@dataclass(frozen=True)
class Page:
    """A page of operations. `total` match (None: more than `most`, or it was not counted); `next` and `previous` are
    the places of the pages beside it.

    A search looks through `looked` operations at most, back to `back_to` (None: through all that there are); the next
    page goes on from there. `busy`: others are searching, and nothing was looked for.
    """

    rows: list[Row]
    total: int | None
    page: int
    pages: int
    next: str = ""
    previous: str = ""
    most: int = MOST_COUNTED
    looked: int = MOST_LOOKED
    back_to: dt.datetime | None = None
    busy: bool = False
    folds: bool = False


def read(account: Account, query: QueryDict, labels: Mapping[str, str]) -> Asked[AuditLook]:
    """What a query asks for. `labels` names the applications by key."""
    people = Person.objects.filter(membership__account=account).order_by("name", "pk")
    asked = FILTERS.read(query, AuditLook(account, labels, list(people)))
    if asked.readable and asked["from"] and asked["to"] and asked["from"] >= asked["to"]:
        return asked.with_problem("from", "From is after To: change one of them.")
    try:
        if asked.readable and (beside := pages.place(asked).beside) is not None:
            pages.beyond(Entry, ORDER, beside)
    except ValueError:
        return asked.with_problem("page", pages.BROKEN)
    return asked


def browse(asked: Asked[AuditLook]) -> Page:
    """A page of operations, the newest first."""
    firsts, place = matching(asked), pages.place(asked)
    folds = _folds(asked)
    if folds:
        firsts = firsts.filter(part_of=None)
    if asked.sifts:
        return _searched(asked, firsts, place)
    part = pages.slice_of(firsts, ORDER, place, PAGE, MOST_COUNTED)
    rows = rows_of(part.rows, asked.look.labels, asked["number"])
    return Page(rows, part.total, part.page, part.pages, part.next, part.previous, folds=folds)


def history(account: Account, number: int, labels: Mapping[str, str]) -> list[Row]:
    """Everything that was done with a number, the newest first."""
    asked = FILTERS.of(AuditLook(account, labels), number=number)
    return rows_of(matching(asked).order_by("-id")[:200], labels, number)


def every(account: Account) -> QuerySet[Entry]:
    """The first entries of the account's operations, for `rows_of` and `whole_rows_of`."""
    firsts = Entry.objects.filter(account=account, phase__in=FIRSTS).select_related("actor")
    return parts(firsts, asked_lines="lines", asked_many="many")


def matching(asked: Asked[AuditLook]) -> QuerySet[Entry]:
    """Those that match, but for the words of a search: see `oldest_first`."""
    return every(asked.look.account).filter(asked.where())


def oldest_first(asked: Asked[AuditLook], size: int) -> Iterator[list[Entry]]:
    """The first entries of all operations that match, so many at a time."""
    last, many = 0, BATCH if asked.sifts else size
    while walked := _walked(matching(asked).filter(id__gt=last).order_by("id")[:many]):
        last = walked[-1].pk
        passed = [row.pk for row in asked.sift(walked)]
        for start in range(0, len(passed), size):
            yield list(every(asked.look.account).filter(pk__in=passed[start : start + size]).order_by("id"))


def _folds(asked: Asked[AuditLook]) -> bool:
    """Whether steps are left out, for the operation that they are a part of stands for them."""
    return all(isinstance(one, AuditFilter) and one.folds for one in asked.filters if one.name in asked.given)


def _walked(firsts: QuerySet[Entry]) -> list[Walked]:
    return [Walked(*row) for row in firsts.values_list(*Walked._fields)]


def _searched(asked: Asked[AuditLook], firsts: QuerySet[Entry], place: Place) -> Page:
    if not _searches.acquire(timeout=PATIENCE):
        return Page([], None, 1, 1, busy=True)
    try:
        return _found(asked, firsts, place)
    finally:
        _searches.release()


def _found(asked: Asked[AuditLook], firsts: QuerySet[Entry], place: Place) -> Page:
    """A page of what a search finds among MOST_LOOKED operations from the place on."""
    skip = 0 if place.beside else (place.page - 1) * PAGE
    ordered = firsts.order_by(*pages.ordered(ORDER, place.back))
    beside, looked, found = place.beside, 0, list[Walked]()
    while looked < MOST_LOOKED and len(found) <= skip + PAGE:
        rows = ordered.filter(pages.beyond(Entry, ORDER, beside, place.back)) if beside else ordered
        walked = _walked(rows[:BATCH])
        looked += len(walked)
        found += asked.sift(walked)
        if len(walked) < BATCH:
            beside = None
            break
        beside = (walked[-1].pk,)
    more = len(found) > skip + PAGE
    stopped = beside if not more else None
    return _page(asked, place, [row.pk for row in found[skip : skip + PAGE]], more, stopped)


def _page(
    asked: Asked[AuditLook], place: Place, shown: Sequence[int], more: bool, stopped: tuple[int, ...] | None
) -> Page:
    """`stopped`: the operation after which a search has looked no further."""
    entries = list(every(asked.look.account).filter(pk__in=shown).order_by("-id"))
    rows = rows_of(entries, asked.look.labels, asked["number"])
    goes_on, page = more or bool(stopped), place.page
    onward = pages.token(stopped or shown[-1:]) if goes_on else ""
    if place.back:
        page = max(page, 2) if goes_on else 1
        return Page(rows, None, page, page, pages.token([entries[-1].pk]) if entries else "", onward)
    newest = shown[0] if shown else int(place.beside[0]) - 1 if place.beside else 0
    at = Entry.objects.get(pk=stopped[0]).at if stopped else None
    total = None if goes_on or page > 1 else len(rows)
    return Page(rows, total, page, page, onward, pages.token([newest]) if page > 1 else "", back_to=at)
