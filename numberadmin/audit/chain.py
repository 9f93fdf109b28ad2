"""Adding to the audit, and proving it: each entry's hash is keyed and covers the one before it."""

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from numberadmin.audit.walk import UNREADABLE, Row, old_places, steps

log = logging.getLogger("numberadmin.audit")

FIRST = "0" * 64
# One number for the whole installation: whoever adds an entry on PostgreSQL holds this transaction lock.
ADVISORY_LOCK = 7_301_554_200
# The fields of an entry that its hash covers, the details last. Those of LATER are covered from form 2 on.
COVERED = (
    "at", "account_id", "operation", "phase", "action", "state", "actor_id", "actor_name", "address", "session",
    "application_key", "reason", "message", "error_code", "part_of", "id", "form", "actor_login", "details",
)  # fmt: skip
LATER = ("id", "form", "actor_login")
FORM = 2


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
        entry.at, entry.form = timezone.now(), FORM
        entry.pk = entry.pk or next(_places(Entry, 1))
        last = Entry.objects.order_by("-id").values_list("hash", "form").first()
        lines = list(zip(_places(Line, len(changes)), changes, strict=True))
        fields = {name: getattr(entry, name) for name in COVERED}
        rows = [(place, c.number, c.was, c.became) for place, c in lines]
        old = None if last and last[1] == FORM else _old_places()
        entry.hash = digest(last[0] if last else FIRST, fields, rows, old)
        entry.save(force_insert=True)
        Line.objects.bulk_create(
            Line(id=place, entry=entry, account_id=entry.account_id, number=c.number, was=c.was, became=c.became)
            for place, c in lines
        )
    return entry


def _places(model: type[Entry | Line], count: int) -> Iterator[int]:
    """The next ids, which are known before the rows are there: the hash covers them."""
    if not count:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            yield from (place for (place,) in cursor.fetchall())
        return
    last = model._default_manager.order_by("-id").values_list("id", flat=True).first() or 0
    yield from range(last + 1, last + 1 + count)


def digest(previous: str, fields: Mapping[str, Any], lines: Sequence[Row], old: str | None = None) -> str:
    """The hash of an entry: HMAC-SHA256 over the hash before it and the entry as JSON with its keys in order.

    `lines` are (id, number, was, became). From form 2 on the places of the entry and of its lines are covered, and the
    first entry of that form covers those of all entries before it: `old`, as `Places` has them.
    """
    content = {**fields, "at": fields["at"].astimezone(dt.UTC).isoformat()}
    if content["part_of"] is None:
        # Entries from before there were steps have no such field.
        del content["part_of"]
    if fields["form"] == FORM:
        content |= {"lines": lines} | ({} if old is None else {"old": old})
    else:
        content = {name: value for name, value in content.items() if name not in LATER}
        content["lines"] = [line[1:] for line in lines]
    text = previous.encode() + msgspec.json.encode(content, order="deterministic")
    return hmac.digest(key(), text, "sha256").hex()


class Places:
    """The places of the entries of form 1, and of their lines: with another place anywhere, another text."""

    def __init__(self) -> None:
        self._entries, self._lines = hashlib.sha256(), hashlib.sha256()

    def add(self, entry: int, lines: Iterable[int]) -> None:
        self._entries.update(b"%d;" % entry)
        self._lines.update(b"".join(b"%d:%d;" % (entry, line) for line in lines))

    def text(self) -> str:
        return f"{self._entries.hexdigest()}{self._lines.hexdigest()}"


def _old_places() -> str:
    """Read once, by the first entry of form 2."""
    places = Places()
    for entry, lines in old_places():
        places.add(entry, lines)
    return places.text()


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
    walk, count = _Walk(), 0
    hashes: dict[int | None, str] = {0: FIRST}
    anchored = {anchor.count for anchor in anchors}
    by_hash = {anchor.hash for anchor in anchors if anchor.count is None} - {FIRST}
    for place, row, lines in steps(("hash", *COVERED[:-1])):
        if row is None or not walk.holds(row, lines):
            return Verdict(count, place)
        count += 1
        if count in anchored:
            hashes[count] = walk.previous
        by_hash.discard(walk.previous)
    counted = [anchor for anchor in anchors if anchor.count is not None]
    gone = (anchor for anchor in anchors if anchor.count is None and anchor.hash in by_hash)
    return Verdict(count, None, _denied(counted, hashes) or next(gone, None))


class _Walk:
    """From entry to entry: what the next one has to follow."""

    def __init__(self) -> None:
        self.previous, self.form, self.old = FIRST, 1, Places()

    def holds(self, row: Row, lines: Sequence[Row]) -> bool:
        stored, *values = row
        fields = dict(zip(COVERED, values, strict=True))
        try:
            return self._follows(stored, fields, lines)
        except UNREADABLE:
            return False

    def _follows(self, stored: str, fields: Mapping[str, Any], lines: Sequence[Row]) -> bool:
        form, first = fields["form"], self.form == 1
        if form not in (self.form, FORM) or any(line[1] != fields["account_id"] for line in lines):
            return False
        if form == 1 and fields["actor_login"]:
            return False
        rows = [(line[0], *line[2:]) for line in lines]
        old = self.old.text() if first and form == FORM else None
        if digest(self.previous, fields, rows, old) != stored:
            return False
        if form == 1:
            self.old.add(fields["id"], [line[0] for line in lines])
        self.previous, self.form = stored, form
        return True


def _denied(anchors: Sequence[Anchor], hashes: Mapping[int | None, str]) -> Anchor | None:
    """Of those with a count, the earliest anchor that names another hash; else the furthest of those behind the end."""
    in_order = sorted(anchors, key=lambda anchor: anchor.count or 0)
    other = (anchor for anchor in in_order if hashes.get(anchor.count, anchor.hash) != anchor.hash)
    behind = (anchor for anchor in reversed(in_order) if anchor.count not in hashes)
    return next(other, None) or next(behind, None)


def key_fits() -> bool:
    """Whether the last entry holds with the key of now: that is known without walking the chain."""
    entries = list(Entry.objects.order_by("-id")[:2])
    if not entries or any(entry.form != FORM for entry in entries):
        return True
    last, previous = entries[0], entries[1].hash if entries[1:] else FIRST
    lines = list(last.lines.order_by("id").values_list("id", "number", "was", "became"))
    # The very first entry of this form says that none came before it.
    old = None if entries[1:] else Places().text()
    return digest(previous, {name: getattr(last, name) for name in COVERED}, lines, old) == last.hash


def key() -> bytes:
    """With which hashes are made."""
    return _key(settings.AUDIT_KEY)


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"numberadmin audit" + secret.encode()).digest()
