"""The audit as a file: CSV that is safe in a spreadsheet, or exact JSON lines. Rows as the page has them."""

from collections.abc import Iterator
from typing import Any

from numberadmin import files
from numberadmin.accounts.models import Account
from numberadmin.audit.journal import Filter, Row, matching, whole_rows_of

BATCH = 50
CSV_COLUMNS = (
    "position", "at", "finished_at", "operation", "part_of", "action", "outcome", "actor", "actor_id", "address",
    "session", "application_key", "application", "numbers", "was", "became", "price", "error_code", "reason", "message",
)  # fmt: skip


def lines(account: Account, filter: Filter, format: str, labels: dict[str, str]) -> Iterator[str]:
    """The operations that match, the oldest first, as CSV (safe for spreadsheets) or as JSON lines (exact)."""
    return files.lines((_plain(row) for row in _stream(account, filter, labels)), format, CSV_COLUMNS)


def _stream(account: Account, filter: Filter, labels: dict[str, str]) -> Iterator[Row]:
    last = 0
    while batch := list(matching(account, filter).filter(id__gt=last).order_by("id")[:BATCH]):
        last = batch[-1].pk
        yield from whole_rows_of(batch, labels)


def _plain(row: Row) -> dict[str, Any]:
    return {
        "position": row.position,
        "at": row.at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
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
