"""The audit as a file: CSV that is safe in a spreadsheet, or exact JSON lines. Rows as the page has them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from numberadmin import files
from numberadmin.audit.filters import AuditLook
from numberadmin.audit.journal import oldest_first
from numberadmin.audit.models import PLACINGS, Action
from numberadmin.audit.rows import Row, RowLine, whole_rows_of
from numberadmin.filters import Asked

BATCH = 50
# An operation with more numbers has more rows: so many, with their applications, fit into the cells of a spreadsheet.
MOST_IN_A_ROW = 500
CSV_COLUMNS = (
    "position", "at", "finished_at", "operation", "part_of", "action", "outcome", "actor", "actor_id", "address",
    "session", "application_key", "application", "numbers", "was", "became", "price", "error_code",
    "reference", "reason", "message", "actor_login",
)  # fmt: skip


NUMBER_COLUMNS = (
    "position", "at", "finished_at", "operation", "part_of", "action", "outcome", "actor", "actor_id", "address",
    "session", "number", "was", "was_name", "became", "became_name", "application_key", "application", "price",
    "error_code", "reason", "message",
)  # fmt: skip


def lines(asked: Asked[AuditLook], format: str, *, by_number: bool = False) -> Iterator[str]:
    """The operations that match, the oldest first, as CSV (safe for spreadsheets) or as JSON lines (exact).

    `by_number`: the CSV has a row for each number, and one for each operation that has none."""
    rows = (row for batch in oldest_first(asked, BATCH) for row in whole_rows_of(batch, asked.look.labels))
    if format == "jsonl":
        return files.lines(map(_plain, rows), format, ())
    cells, columns = (_by_number, NUMBER_COLUMNS) if by_number else (_by_operation, CSV_COLUMNS)
    return files.lines((cell for row in rows for cell in cells(row)), format, columns)


def _plain(row: Row) -> dict[str, Any]:
    return {
        "position": row.position,
        "at": _at(row.at),
        "finished_at": _at(row.finished_at) if row.finished_at else None,
        "operation": str(row.operation),
        "part_of": str(row.part_of) if row.part_of else None,
        "action": row.action,
        "outcome": row.outcome,
        "actor": row.actor_name,
        "actor_id": row.actor_id,
        "address": row.address,
        "session": row.session,
        "application_key": row.application_key,
        "application": row.application_label,
        "numbers": row.numbers,
        "was": [line.was for line in row.lines],
        "became": [line.became for line in row.lines],
        "capabilities": {line.number: line.capabilities for line in row.lines if line.capabilities},
        "cart": row.cart,
        "before": row.before,
        "price": row.price,
        "error_code": row.error_code,
        "reference": row.reference,
        "reason": row.reason,
        "message": row.message,
        "actor_login": row.actor_login,
        "hash": row.hash,
    }


def _at(moment: dt.datetime) -> str:
    """In the zone of the page's days, with its offset."""
    return timezone.localtime(moment).isoformat()


def _by_operation(row: Row) -> Iterator[dict[str, Any]]:
    plain = _plain(row)
    for first in range(0, len(row.lines) or 1, MOST_IN_A_ROW):
        some = row.lines[first : first + MOST_IN_A_ROW]
        was, became = zip(*(_sides(row, line) for line in some), strict=True) if some else ((), ())
        yield plain | {"numbers": [line.number for line in some], "was": list(was), "became": list(became)}


def _by_number(row: Row) -> Iterator[dict[str, Any]]:
    plain = _plain(row)
    for line in row.lines:
        was, became = _sides(row, line)
        names = {"was_name": line.was_label, "became_name": line.became_label}
        yield plain | names | {"number": line.number, "was": was, "became": became}
    if not row.lines:
        yield plain | dict.fromkeys(("number", "was", "was_name", "became", "became_name"))


def _sides(row: Row, line: RowLine) -> tuple[str, str]:
    """The applications that the number was in and came to; where it was in none, a word that a list cannot lose."""
    if row.action in (*PLACINGS, Action.OUTSIDE) or line.was or line.became:
        return line.was or "none", line.became or "none"
    return "", ""
