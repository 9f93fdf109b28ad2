"""Pages of a list, one after the other by value: a page begins after the row that the one before ended
with, whatever others have added or taken away meanwhile, so that no row is skipped or shown twice."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from numberadmin import fields
from numberadmin.filters import Asked, Filter

M = TypeVar("M", bound=Model)
# As the remote's and our own ids, and numbers, at most are.
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Key:
    """A column that rows are ordered by. Where it may be empty, the rows without it come last."""

    column: str
    down: bool = False
    may_be_empty: bool = False


# The keys of an order; the last one tells all rows apart.
Order = Sequence[Key]


@dataclass(frozen=True)
class Place:
    """Where a page is: the `page` that it calls itself, and the row that the page before ended with, or
    with `back` the one that the page after begins with (None: it is found by counting)."""

    page: int = 1
    beside: tuple[Any, ...] | None = None
    back: bool = False


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page: its rows, and how many there are on all pages (None: more than were to be counted).

    `next` and `previous` are the places of the pages beside it, as the address has them.
    """

    rows: list[M]
    total: int | None
    page: int
    pages: int
    next: str
    previous: str


class Beside(fields.Text):
    """The place of a row, as `token` has written it: its values, or None."""

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        try:
            return values_of(given) if given else None
        except ValueError:
            raise forms.ValidationError(BROKEN) from None


def places() -> list[Filter[Any]]:
    """What the address of a list says of its pages; no filters, and nothing that is kept of them."""
    hidden: dict[str, Any] = {"widget": forms.HiddenInput, "label": "Page"}
    return [
        Filter("page", lambda look: fields.Whole(least=1, **hidden), carried=False, kept=False),
        Filter("after", lambda look: Beside(**hidden), carried=False, kept=False),
        Filter("before", lambda look: Beside(**hidden), carried=False, kept=False),
    ]


def formats() -> Filter[Any]:
    """What the address of an export says of the file; CSV, if it says nothing."""
    choices = [("csv", "CSV"), ("jsonl", "JSON lines")]
    return Filter("format", lambda look: fields.Choice(choices=choices), carried=False, kept=False)


def place(asked: Asked[Any]) -> Place:
    """The first page, if the address cannot be read: its place may be one of another order."""
    if not asked.readable:
        return Place()
    back = asked["before"] is not None
    return Place(asked["page"] or 1, asked["before"] if back else asked["after"], back)


BROKEN = "The address of this page is not whole. Begin with the first page."


def token(values: Sequence[Any]) -> str:
    """The values of a row, as an address carries them."""
    packed = json.dumps([_plain(value) for value in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def values_of(token: str) -> tuple[Any, ...]:
    """Texts, whole numbers and None. Raises ValueError."""
    try:
        values = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, RecursionError) as error:
        raise ValueError from error
    if not isinstance(values, list) or not all(_sound(value) for value in values):
        raise ValueError
    return tuple(values)


def ordered(order: Order, back: bool = False) -> list[OrderBy]:
    return [_ordered(key, back) for key in order]


def beyond(model: type[Model], order: Order, values: Sequence[Any], back: bool = False) -> Q:
    """The rows that come after the one with these values; with `back`, before it. Raises ValueError."""
    if len(values) != len(order):
        raise ValueError
    found, same = Q(pk=None), Q()
    for key, value in zip(order, [_as_in(model, *pair) for pair in zip(order, values, strict=True)], strict=True):
        found |= same & _after(key, value, back)
        same &= Q(**{f"{key.column}__isnull": True}) if value is None else Q(**{key.column: value})
    return found


def slice_of(rows: QuerySet[M], order: Order, at: Place, size: int, most: int | None = None) -> Slice[M]:
    """The page, or the nearest there is; `most` are counted. Raises ValueError for a place of another order."""
    total = rows.values("pk")[: most + 1].count() if most else rows.count()
    pages = max(1, -(-min(total, most or total) // size))
    page, start = min(max(at.page, 1), pages), 0
    if at.beside is not None:
        rows = rows.filter(beyond(rows.model, order, at.beside, at.back))
    else:
        start = (page - 1) * size
    found = list(rows.order_by(*ordered(order, at.back))[start : start + size + 1])
    more, shown = len(found) > size, found[:size]
    if at.back:
        shown.reverse()
        page = max(page, 2) if more else 1
    after, before = (True, more) if at.back else (more, page > 1)
    last, first = [token([getattr(row, key.column) for key in order]) for row in shown[-1:] + shown[:1]] or ["", ""]
    known = None if most and total > most else total
    return Slice(shown, known, page, max(pages, page), last if after else "", first if before else "")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _sound(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and value.encode(errors="ignore").decode() == value
    return value is None or (type(value) is int and abs(value) <= LARGEST)


def _as_in(model: type[Model], key: Key, value: Any) -> Any:
    if value is None and key.may_be_empty:
        return None
    column: Any = model._meta.get_field(key.column)
    try:
        read = column.to_python(value)
        column.run_validators(read)
        if read is None or (isinstance(read, dt.datetime) and read.astimezone(dt.UTC) and read.tzinfo is None):
            raise ValueError
    except (ValidationError, TypeError, OverflowError) as error:
        raise ValueError from error
    return read


def _ordered(key: Key, back: bool) -> OrderBy:
    last = {} if not key.may_be_empty else {"nulls_first": True} if back else {"nulls_last": True}
    return OrderBy(F(key.column), descending=key.down != back, **last)


def _after(key: Key, value: Any, back: bool) -> Q:
    if value is None:
        return Q(**{f"{key.column}__isnull": False}) if back else Q(pk=None)
    later = Q(**{f"{key.column}__{'lt' if key.down != back else 'gt'}": value})
    return later | Q(**{f"{key.column}__isnull": True}) if key.may_be_empty and not back else later
