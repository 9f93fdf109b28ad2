"""Many rows into a table at once, by the way that each database is quickest at."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

T = TypeVar("T")
# SQLite takes no more values in one statement.
MOST_VALUES = 32_000


def in_parts(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Parts that fit into memory, and into one statement."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds the rows, whose values stand in the order of the columns. Moments are as `moment` gives them. The rows are
    asked for as they are needed, and may not use the database."""
    if connection.vendor != "postgresql":
        _insert(model, columns, rows)
        return
    into = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def add(model: type[Model], key: Sequence[str], summed: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds each row, or what it has in `summed` to the row that has the same in `key`. No two rows have the same."""
    more = ", ".join(f"{name} = {model._meta.db_table}.{name} + excluded.{name}" for name in summed)
    _insert(model, (*key, *summed), rows, f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {more}")


def _insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], more: str = "") -> None:
    """One statement for many rows: each costs SQLite's index of the digits a write of its own."""
    marks, size = f"({', '.join(['%s'] * len(columns))})", MOST_VALUES // len(columns)
    into = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES "  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        for some in in_parts(rows, size):
            cursor.execute(into + ", ".join([marks] * len(some)) + more, list(chain.from_iterable(some)))


def know(model: type[Model], *columns: str) -> None:
    """After many rows came: PostgreSQL is to know what there is in these columns, before somebody asks for a page."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table} ({', '.join(columns)})")


@lru_cache(4096)
def moment(value: datetime | None) -> Any:
    """An aware moment as the database takes it."""
    return value and connection.ops.adapt_datetimefield_value(value)
