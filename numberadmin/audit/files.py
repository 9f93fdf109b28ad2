"""The audit as a file: CSV that is safe in a spreadsheet, or exact JSON lines. Rows as the page has them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from numberadmin import files
from numberadmin.audit.filters import AuditLook
from numberadmin.audit.journal import oldest_first
from numberadmin.audit.rows import Row, whole_rows_of
from numberadmin.filters import Asked

BATCH = 50
CSV_COLUMNS = (
    "position", "at", "finished_at", "operation", "part_of", "action", "outcome", "actor", "actor_id", "address",
    "session", "application_key", "application", "numbers", "was", "became", "price", "error_code", "reason", "message",
)  # fmt: skip


def lines(asked: Asked[AuditLook], format: str) -> Iterator[str]:
    """The operations that match, the oldest first, as CSV (safe for spreadsheets) or as JSON lines (exact)."""
    rows = (row for batch in oldest_first(asked, BATCH) for row in whole_rows_of(batch, asked.look.labels))
    return files.lines(map(_plain, rows), format, CSV_COLUMNS)


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
        "cart": row.cart,
        "before": row.before,
        "price": row.price,
        "error_code": row.error_code,
        "reason": row.reason,
        "message": row.message,
        "hash": row.hash,
    }


def _at(moment: dt.datetime) -> str:
    """In the zone of the page's days, with its offset."""
    return timezone.localtime(moment).isoformat()
