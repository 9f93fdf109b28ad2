"""Adding to the audit, and proving it: each entry's hash is keyed and covers the one before it."""

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Func, Subquery
from django.utils import timezone

from numberadmin.audit.anchors import Anchor
from numberadmin.audit.models import Entry, Line
from numberadmin.audit.walk import UNREADABLE, Row, steps

log = logging.getLogger("numberadmin.audit")

FIRST = "0" * 64
# One number for the whole installation: whoever adds an entry on PostgreSQL holds this transaction lock.
ADVISORY_LOCK = 7_301_554_200
# The fields of an entry that its hash covers, the details last.
COVERED = (
    "at", "account_id", "operation", "phase", "action", "state", "actor_id", "actor_name", "address", "session",
    "application_key", "reason", "message", "error_code", "part_of", "details",
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
    if content["part_of"] is None:
        # Entries from before there were steps have no such field.
        del content["part_of"]
    text = previous.encode() + msgspec.json.encode(content, order="deterministic")
    return hmac.digest(_key(settings.AUDIT_KEY), text, "sha256").hex()


def anchor() -> Anchor:
    """What the chain comes to now. In one query, without walking it, so that count and hash belong together."""
    count = Subquery(Entry.objects.annotate(all=Func("id", function="COUNT")).values("all"))
    last = Entry.objects.order_by("-id").values_list(count, "hash", "at").first()
    return Anchor(*last) if last else Anchor(0, FIRST)


def log_anchor() -> None:
    """Writes the anchor into the log, which those who keep the logs can hold against the audit later."""
    now = anchor()
    log.info("anchor count=%d hash=%s", now.count, now.hash)


@dataclass(frozen=True)
class Verdict:
    """How many entries hold, the first that does not, and the anchor that the chain denies (None: there is none)."""

    count: int
    first_bad: int | None
    denied: Anchor | None = None


def verify(anchors: Sequence[Anchor] = ()) -> Verdict:
    """Walks the chain from its first entry: each has to hold, with its lines, and each anchor to name what is there.

    What cannot be read does not hold, and neither do lines without an entry, at the place of the one that they name.
    """
    previous, count = FIRST, 0
    hashes = {0: FIRST}
    anchored = {anchor.count for anchor in anchors}
    for place, row, lines in steps(("hash", *COVERED[:-1])):
        if row is None or not _holds(previous, row, lines):
            return Verdict(count, place)
        previous, count = row[0], count + 1
        if count in anchored:
            hashes[count] = previous
    return Verdict(count, None, _denied(anchors, hashes))


def _holds(previous: str, row: Row, lines: Sequence[Row]) -> bool:
    stored, *values = row
    fields = dict(zip(COVERED, values, strict=True))
    if any(line[0] != fields["account_id"] for line in lines):
        return False
    try:
        return bool(digest(previous, fields, [line[1:] for line in lines]) == stored)
    except UNREADABLE:
        return False


def _denied(anchors: Sequence[Anchor], hashes: Mapping[int, str]) -> Anchor | None:
    """The earliest anchor that names another hash; else the furthest of those behind the end."""
    in_order = sorted(anchors, key=lambda anchor: anchor.count)
    other = (anchor for anchor in in_order if hashes.get(anchor.count, anchor.hash) != anchor.hash)
    behind = (anchor for anchor in reversed(in_order) if anchor.count not in hashes)
    return next(other, None) or next(behind, None)


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"numberadmin audit" + secret.encode()).digest()
