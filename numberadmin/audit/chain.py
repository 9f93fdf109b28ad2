"""Adding to the audit, and proving it: each entry's hash is keyed and covers the one before it."""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from numberadmin.audit.models import Entry, Line

FIRST = "0" * 64
# One number for the whole installation: whoever adds an entry on PostgreSQL holds this transaction lock.
ADVISORY_LOCK = 7_301_554_200


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
        entry.hash = digest(previous or FIRST, entry, changes)
        entry.save(force_insert=True)
        Line.objects.bulk_create(
            Line(entry=entry, account_id=entry.account_id, number=c.number, was=c.was, became=c.became) for c in changes
        )
    return entry


def digest(previous: str, entry: Entry, changes: Iterable[Change]) -> str:
    """The hash of an entry: HMAC-SHA256 over the previous hash and the entry as canonical JSON."""
    content = {
        "at": entry.at.astimezone(dt.UTC).isoformat(),
        "account": entry.account_id,
        "operation": str(entry.operation),
        "phase": entry.phase,
        "action": entry.action,
        "state": entry.state,
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "session": entry.session,
        "application_key": entry.application_key,
        "reason": entry.reason,
        "message": entry.message,
        "error_code": entry.error_code,
        "details": entry.details,
        "lines": [[c.number, c.was, c.became] for c in changes],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(_key(), (previous + text).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """How many entries hold, and the first that does not (None: all hold)."""

    count: int
    first_bad: int | None


def verify() -> Verdict:
    """Walks the chain from its first entry."""
    previous, count = FIRST, 0
    for entry in Entry.objects.order_by("id").prefetch_related("lines").iterator(chunk_size=500):
        lines = sorted(entry.lines.all(), key=lambda line: line.pk)
        changes = [Change(line.number, line.was, line.became) for line in lines]
        if not hmac.compare_digest(digest(previous, entry, changes), entry.hash):
            return Verdict(count, entry.pk)
        previous, count = entry.hash, count + 1
    return Verdict(count, None)


def _key() -> bytes:
    secret: Any = settings.AUDIT_KEY
    return hashlib.sha256(b"numberadmin audit" + secret.encode()).digest()
