"""Adding to the audit, and proving it: each entry's hash is keyed and covers the one before it."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from numberadmin.audit.models import Entry, Line

FIRST = "0" * 64
# One number for the whole installation: whoever adds an entry on PostgreSQL holds this transaction lock.
ADVISORY_LOCK = 7_301_554_200
BATCH = 2000
# The fields of an entry that its hash covers.
COVERED = (
    "at", "account_id", "operation", "phase", "action", "state", "actor_id", "actor_name", "address", "session",
    "application_key", "reason", "message", "error_code", "details",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A number, the application key it was in and the one it came to; empty for none."""

    number: int
    was: str
    became: str


def append(entry: Entry, changes: Sequence[Change] = ()) -> Entry:
    """Adds the entry and its lines at the end of the chain. Belongs into the transaction of what it records."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        entry.at = timezone.now()
        previous = Entry.objects.order_by("-id").values_list("hash", flat=True).first()
        fields = {name: getattr(entry, name) for name in COVERED}
        entry.hash = digest(previous or FIRST, fields, [(c.number, c.was, c.became) for c in changes])
        entry.save(force_insert=True)
        Line.objects.bulk_create(
            Line(entry=entry, account_id=entry.account_id, number=c.number, was=c.was, became=c.became) for c in changes
        )
    return entry


def digest(previous: str, fields: Mapping[str, Any], lines: Sequence[tuple[int, str, str]]) -> str:
    """The hash of an entry: HMAC-SHA256 over the hash before it and the entry as JSON with its keys in order."""
    content = {**fields, "at": fields["at"].astimezone(dt.UTC).isoformat(), "lines": lines}
    text = previous.encode() + msgspec.json.encode(content, order="deterministic")
    return hmac.new(_key(settings.AUDIT_KEY), text, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """How many entries hold, and the first that does not (None: all hold)."""

    count: int
    first_bad: int | None


def verify() -> Verdict:
    """Walks the chain from its first entry, in one pass over the entries and one over their lines."""
    previous, count = FIRST, 0
    lines = _lines_by_entry()
    for pk, stored, *values in Entry.objects.order_by("id").values_list("id", "hash", *COVERED).iterator(BATCH):
        fields = dict(zip(COVERED, values, strict=True))
        if not hmac.compare_digest(digest(previous, fields, lines(pk)), stored):
            return Verdict(count, pk)
        previous, count = stored, count + 1
    return Verdict(count, None)


def _lines_by_entry() -> Callable[[int], list[tuple[int, str, str]]]:
    """The lines of one entry after the other, asked for in the entries' order."""
    rows = Line.objects.order_by("entry_id", "id").values_list("entry_id", "number", "was", "became").iterator(BATCH)
    groups = groupby(rows, key=itemgetter(0))
    ahead = next(groups, None)
    found = [] if ahead is None else list(ahead[1])

    def of(entry: int) -> list[tuple[int, str, str]]:
        nonlocal ahead, found
        if ahead is None or ahead[0] != entry:
            return []
        mine = [row[1:] for row in found]
        ahead = next(groups, None)
        found = [] if ahead is None else list(ahead[1])
        return mine

    return of


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"numberadmin audit" + secret.encode()).digest()
