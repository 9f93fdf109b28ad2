"""What the dashboard's own database says, read past it: the audit's bare entries, the mirror, what is open."""

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.databases import connected


@dataclass(frozen=True)
class Entry:
    id: int
    at: dt.datetime
    operation: UUID
    phase: str
    action: str
    state: str
    details: dict[str, Any]
    lines: tuple[tuple[int, str, str], ...]


class Ledger:
    def __init__(self, url: str) -> None:
        self.url = url

    def entries(self, after: int = 0) -> list[Entry]:
        """The entries after a place in the chain."""
        lines: dict[int, list[tuple[int, str, str]]] = {}
        for entry, number, was, became in self._ask(
            f"SELECT entry_id, number, was, became FROM audit_line WHERE entry_id > {after:d} ORDER BY id"
        ):
            lines.setdefault(entry, []).append((number, was, became))
        rows = self._ask(
            f"SELECT id, at, operation, phase, action, state, details FROM audit_entry WHERE id > {after:d} ORDER BY id"
        )
        return [_entry(row, lines.get(row[0], [])) for row in rows]

    def last(self) -> int:
        return int(self._ask("SELECT coalesce(max(id), 0) FROM audit_entry")[0][0])

    def open(self) -> int:
        return int(self._ask("SELECT count(*) FROM services_open")[0][0])

    def unclear(self) -> int:
        return int(self._ask("SELECT count(*) FROM services_open WHERE unclear")[0][0])

    def mirror(self) -> dict[int, str]:
        """The application key of each number that the inventory shows."""
        return dict(
            self._ask(
                "SELECT n.number, coalesce(a.key, '') FROM services_number n"
                " LEFT JOIN services_application a ON a.id = n.application_id"
            )
        )

    def prices(self) -> dict[int, str]:
        return {
            n: f"{float(a):.2f} {c}" for n, a, c in self._ask("SELECT number, amount, currency FROM services_number")
        }

    def _ask(self, statement: str) -> Sequence[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            database = sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)
            try:
                return database.execute(statement).fetchall()
            finally:
                database.close()
        with connected(self.url) as server:
            return server.execute(statement.encode()).fetchall()


def _entry(row: tuple[Any, ...], lines: list[tuple[int, str, str]]) -> Entry:
    key, at, operation, phase, action, state, details = row
    if isinstance(at, str):
        at = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    details = json.loads(details) if isinstance(details, str) else details
    return Entry(key, at, UUID(str(operation)), phase, action, state, details, tuple(lines))
