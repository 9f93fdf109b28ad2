"""Pages of a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page: its rows, how many there are on all pages, and the place of the first row, from 1."""

    rows: list[M]
    total: int
    page: int
    pages: int
    start: int


def slice_of(rows: QuerySet[M], page: int, size: int) -> Slice[M]:
    """The page, or the nearest there is. `rows` are in a full order."""
    total = rows.count()
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    start = (page - 1) * size
    return Slice(list(rows[start : start + size]), total, page, pages, start + 1 if total else 0)
