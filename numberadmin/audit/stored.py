"""Reading rows as they are stored, and only where they stand in the one form that numberadmin writes.

SQLite keeps whatever it is given in any column, and lets the same value be written in many ways: a UUID in capitals, a
moment with a "T", JSON with a key twice, a text of bytes. Pages, filters and Python read some of these differently, so
a row that holds one shows something other than what was proven. PostgreSQL's types have one form for each value.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import Func, QuerySet, TextField
from django.db.models.functions import Cast
from msgspec.json import decode

Row = tuple[Any, ...]


class Otherwise(ValueError):
    """A value is stored in another form than numberadmin writes it."""


def read(rows: QuerySet[Any], columns: Sequence[str], chunk: int) -> Iterator[Row]:
    """The values of the columns, JSON decoded. Raises Otherwise, and what reading a value of another type raises."""
    meta = rows.model._meta
    fields = [meta.pk if name == "pk" else meta.get_field(name) for name in columns]
    json_at = {place for place, field in enumerate(fields) if isinstance(field, models.JSONField)}
    values = [Cast(name, TextField()) if place in json_at else name for place, name in enumerate(columns)]
    extra, checks = _checks(fields)
    for row in rows.values_list(*values, *extra).iterator(chunk):
        given, raw = list(row[: len(columns)]), row[len(columns) :]
        for place in json_at:
            given[place] = given[place] if given[place] is None else _decoded(given[place])
        if any(not holds(given, raw) for holds in checks):
            raise Otherwise
        yield tuple(given)


def _decoded(text: str) -> Any:
    """Stricter than Python's own about what is JSON, and quicker."""
    value = decode(text)
    if connection.vendor == "sqlite" and json.dumps(value) != text:
        raise Otherwise
    return value


Check = Callable[[Sequence[Any], Sequence[Any]], bool]


def _checks(fields: Sequence[Any]) -> tuple[list[Any], list[Check]]:
    """What is asked of SQLite beside the values, and the checks of a row's values and of that."""
    if connection.vendor != "sqlite":
        return [], []
    types = [Func(field.attname, function="typeof", output_field=TextField()) for field in fields]
    one_text = Func(*types, template="%(expressions)s", arg_joiner=" || ' ' || ", output_field=TextField())
    extra: list[Any] = [one_text]
    allowed: set[str] = set()
    kinds = [_types(field) for field in fields]

    def typed(given: Sequence[Any], raw: Sequence[Any]) -> bool:
        if raw[0] in allowed:
            return True
        found = raw[0].split(" ")
        if all(one in kind for one, kind in zip(found, kinds, strict=True)):
            allowed.add(raw[0])
            return True
        return False

    checks: list[Check] = [typed]
    for place, field in enumerate(fields):
        if write := _written(field):
            extra.append(Cast(field.attname, TextField()))
            checks.append(_same(place, len(extra) - 1, write))
    return extra, checks


def _same(place: int, at: int, write: Callable[[Any], str]) -> Check:
    # A text that is no moment is read as none, and is not null for a filter.
    return lambda given, raw: (None if given[place] is None else write(given[place])) == raw[at]


def _types(field: Any) -> set[str]:
    """The types that SQLite may say of the column."""
    target = field.target_field if field.is_relation else field
    match target:
        case models.BooleanField() | models.IntegerField():
            some = {"integer"}
        case models.DecimalField():
            some = {"integer", "real"}
        case models.FloatField():
            some = {"real"}
        case _:
            some = {"text"}
    return some | ({"null"} if field.null else set())


def _written(field: Any) -> Callable[[Any], str] | None:
    """How numberadmin writes the values of a column that Python reads into something else than SQLite has."""
    target = field.target_field if field.is_relation else field
    match target:
        case models.DateTimeField():
            return _moment
        case models.DateField():
            return str
        case models.UUIDField():
            return _hex
        case models.BooleanField():
            return _bit
    return None


def _moment(value: dt.datetime) -> str:
    return str(value.astimezone(dt.UTC).replace(tzinfo=None))


def _hex(value: uuid.UUID) -> str:
    return value.hex


def _bit(value: object) -> str:
    """Django gives what is neither 0 nor 1 as it is."""
    return str(int(value is True))
