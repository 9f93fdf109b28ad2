"""Reading the audit from its first entry to its last, whatever somebody may have put into it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import DataError, OperationalError
from django.db.models import Exists, OuterRef, Q

from numberadmin.audit import stored
from numberadmin.audit.models import Entry, Line

BATCH = 4000
# How many rows of a batch are held at once.
CHUNK = 250
# What reading a row can raise where the database holds something that no entry of ours does.
UNREADABLE = (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, DataError, OperationalError)
Row = tuple[Any, ...]


class Step(NamedTuple):
    """A place in the chain: the values of its entry, and its lines as (id, account, number, was, became).

    `row` is None where there is no such entry, only lines that name it, and where the entry or a line cannot be read,
    or is not stored in the one form that numberadmin writes.
    """

    id: int
    row: Row | None
    lines: Sequence[Row] = ()


def steps(fields: Sequence[str]) -> Iterator[Step]:
    """Each entry's `fields` and then its details, and its lines, in the order of the chain and in little memory.

    In batches, for on SQLite one long query would keep the writers waiting. What is added meanwhile comes with its
    lines: a batch ends at an entry that is committed, and with it are its lines and all that stand before it.
    Ends at what cannot be read.
    """
    last: int | None = None
    size = BATCH
    while (end := _end(last, size)) is not None:
        try:
            for step in _joined(_entries(last, end, fields), _lines(last, end)):
                yield step
                last = step.id
        except UNREADABLE as error:
            if isinstance(error, OperationalError) and "UTF-8" not in str(error):
                raise
            if size == 1:
                yield Step(end, None)
                return
            size = 1  # Once more from there, an entry at a time, to see which one it is.
    yield from _ownerless(last)


def _end(last: int | None, size: int) -> int | None:
    """The last id of the next `size` entries."""
    following = Entry.objects.filter(_after("id", last)).order_by("id").values_list("id", flat=True)[:size]
    return max(following, default=None)


def _after(field: str, last: int | None) -> Q:
    return Q() if last is None else Q(**{f"{field}__gt": last})


def _entries(last: int | None, end: int, fields: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """The details are decoded here: it is quicker, and stricter about what is JSON."""
    entries = Entry.objects.filter(_after("id", last), id__lte=end).order_by("id")
    rows = stored.read(entries, ("id", *fields, "details"), CHUNK)
    for place, *row in rows:
        yield place, tuple(row)


def _lines(last: int | None, end: int) -> Iterator[Row]:
    lines = Line.objects.filter(_after("entry_id", last), entry_id__lte=end).order_by("entry_id", "id")
    return stored.read(lines, ("entry_id", "id", "account_id", "number", "was", "became"), CHUNK)


def old_places() -> Iterator[tuple[int, list[int]]]:
    """Each entry there is, with the ids of its lines."""
    entries = Entry.objects.order_by("id").values_list("id", flat=True).iterator(BATCH)
    lines = Line.objects.order_by("entry_id", "id").values_list("entry_id", "id").iterator(BATCH)
    grouped = groupby(lines, key=itemgetter(0))
    owner, group = next(grouped, (None, iter(())))
    for entry in entries:
        of_it: list[int] = []
        if owner == entry:
            of_it = [line for _, line in group]
            owner, group = next(grouped, (None, iter(())))
        yield entry, of_it


def _ownerless(last: int | None) -> Iterator[Step]:
    """Lines behind the last entry: in one query with the entries, which may have become more by now."""
    lines = Line.objects.filter(_after("entry_id", last), ~Exists(Entry.objects.filter(id=OuterRef("entry_id"))))
    for owner in lines.order_by("entry_id").values_list("entry_id", flat=True)[:1]:
        yield Step(owner, None)


def _joined(entries: Iterator[tuple[int, Row]], lines: Iterator[Row]) -> Iterator[Step]:
    """Both are in order: each entry with the lines that name it, and lines that name no entry by themselves."""
    ahead = next(entries, None)
    for owner, group in groupby(lines, key=itemgetter(0)):
        while ahead and ahead[0] < owner:
            yield Step(*ahead)
            ahead = next(entries, None)
        if ahead is None or ahead[0] != owner:
            yield Step(owner, None)
            continue
        yield Step(*ahead, [line[1:] for line in group])
        ahead = next(entries, None)
    while ahead:
        yield Step(*ahead)
        ahead = next(entries, None)
