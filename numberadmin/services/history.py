"""The inventory as it was: which application each number had at a past moment, from the audit and the list of now.

Nothing is known of the time before the list was first read. A change made outside was seen by a reading, and happened
at some time since the reading before it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.audit.filters import label
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.services import applications, mirror, settle
from numberadmin.services.models import Number, Reading

PAGE = 100
# As many numbers at a time where all are read.
PART = 500


@dataclass(frozen=True)
class Step:
    """A change of a number that the audit knows of, done at some time after `since` and not after `at`.

    `was` and `became` are application keys, empty for none; None: not rented.
    """

    since: dt.datetime
    at: dt.datetime
    was: str | None
    became: str | None
    operation: UUID
    action: str
    by: str
    was_label: str = ""
    became_label: str = ""
    sure: bool = True

    @property
    def outside(self) -> bool:
        return self.action == Action.OUTSIDE

    @property
    def action_label(self) -> str:
        return str(Action(self.action).label)


@dataclass(frozen=True)
class Past:
    """Where a number was at a moment. `doubt` says why that is not certain; empty where it is.

    `before` and `after` are the changes next to the moment; one that may lie on either side of it counts as after.
    """

    number: int
    rented: bool
    application_key: str
    label: str
    before: Step | None
    after: Step | None
    doubt: str = ""


@dataclass(frozen=True)
class Page:
    """Some numbers in order, and the number after which the next page begins (None: there is none)."""

    rows: list[Past]
    next: int | None


@dataclass(frozen=True)
class Difference:
    """A number that was elsewhere at two moments. `kind`: rented, gone, moved, assigned or unassigned."""

    number: int
    kind: str
    then: Past
    later: Past


@dataclass(frozen=True)
class Differences:
    rows: list[Difference]
    next: int | None


def known_since(account: Account) -> dt.datetime | None:
    """When the list was first read."""
    return mirror.reading(account, Reading.What.NUMBERS).first_read_at


def at(account: Account, moment: dt.datetime, *, after: int = 0, digits: str = "") -> Page:
    """The numbers that were rented at a moment, a page of them. `digits`: only numbers that have these in a row."""
    first = known_since(account)
    if first is None or moment < first:
        return Page([], None)
    rows: list[Past] = []
    position: int | None = after
    while position is not None and len(rows) < PAGE:
        numbers, position = _numbers(account, position, digits)
        rows += [past for past in _pasts(account, numbers, moment) if past.rented or past.doubt]
    if len(rows) > PAGE:
        rows, position = rows[:PAGE], rows[PAGE - 1].number
    return Page(rows, position)


def one(account: Account, number: int, moment: dt.datetime) -> Past | None:
    """Where one number was; None where it was never seen here, or nothing is known of that time."""
    first = known_since(account)
    seen = Number.objects.filter(account=account, number=number) or Line.objects.filter(account=account, number=number)
    if first is None or moment < first or not seen[:1]:
        return None
    return _pasts(account, [number], moment)[0]


def between(account: Account, start: dt.datetime, end: dt.datetime, *, after: int = 0, size: int = PAGE) -> Differences:
    """The numbers that were elsewhere at `end` than at `start`, a page of them."""
    first = known_since(account)
    if first is None or end < first:
        return Differences([], None)
    start = max(start, first)
    touched = Line.objects.filter(
        account=account, entry_id__gt=_last_entry(account, start), entry_id__lte=_last_entry(account, end)
    )
    names, doubted = applications.names(account), settle.doubted(account)
    rows: list[Difference] = []
    position: int | None = after
    while position is not None and len(rows) < size:
        numbers = _distinct(touched.filter(number__gt=position), size)
        position = numbers[-1] if len(numbers) == size else None
        now, history = _now(account, numbers), _steps(account, numbers, names)
        for number in numbers:
            known = (history[number], number in now, now.get(number, ""), number in doubted, names)
            rows += _difference(_past(number, start, *known), _past(number, end, *known))
    if len(rows) > size:
        rows, position = rows[:size], rows[size - 1].number
    return Differences(rows, position)


def all_between(account: Account, start: dt.datetime, end: dt.datetime) -> Iterator[Difference]:
    """All of them, read in parts."""
    after: int | None = 0
    while after is not None:
        part = between(account, start, end, after=after, size=PART)
        yield from part.rows
        after = part.next


def gone(account: Account, number: int) -> Step | None:
    """The step by which a number left the list, of one that is not in it; None where none is known."""
    steps = _steps(account, [number], applications.names(account))[number]
    return steps[-1] if steps and steps[-1].became is None else None


def _last_entry(account: Account, moment: dt.datetime) -> int:
    """The audit's last entry at a moment: entries are numbered as time goes on."""
    entries = Entry.objects.filter(account=account, at__lte=moment)
    return entries.order_by("-id").values_list("id", flat=True).first() or 0


def _difference(then: Past, later: Past) -> list[Difference]:
    if (then.rented, then.application_key.lower()) == (later.rented, later.application_key.lower()):
        return []
    if then.rented != later.rented:
        kind = "rented" if later.rented else "gone"
    elif then.application_key and later.application_key:
        kind = "moved"
    else:
        kind = "assigned" if later.application_key else "unassigned"
    return [Difference(then.number, kind, then, later)]


def _numbers(account: Account, after: int, digits: str) -> tuple[list[int], int | None]:
    """The next numbers that were ever seen, and where to go on."""
    rented = Number.objects.filter(account=account, number__gt=after)
    lines = Line.objects.filter(account=account, number__gt=after)
    if digits:
        rented, lines = rented.filter(number__contains=digits), lines.filter(number__contains=digits)
    now = rented.order_by("number").values_list("number", flat=True)[:PAGE]
    both = sorted({*now, *_distinct(lines, PAGE)})[:PAGE]
    return both, both[-1] if len(both) == PAGE else None


def _distinct(lines: Any, size: int) -> list[int]:
    return list(lines.order_by("number").values_list("number", flat=True).distinct()[:size])


def _pasts(account: Account, numbers: Sequence[int], moment: dt.datetime) -> list[Past]:
    now, names, doubted = _now(account, numbers), applications.names(account), settle.doubted(account)
    history = _steps(account, numbers, names)
    return [_past(n, moment, history[n], n in now, now.get(n, ""), n in doubted, names) for n in numbers]


def _now(account: Account, numbers: Sequence[int]) -> dict[int, str]:
    """The application key of each number that is rented now."""
    # The mark stands in no index: SQLite would rather read a whole index that has all than look up each number.
    rows = Number.objects.filter(account=account, number__in=numbers).values_list("number", "application__key", "mark")
    return {number: key or "" for number, key, _ in rows}


def _past(
    number: int,
    moment: dt.datetime,
    steps: Sequence[Step],
    rented_now: bool,
    now: str,
    open_now: bool,
    names: dict[str, str],
) -> Past:
    """Back from now: before a change that came later a number was where that change found it."""
    before = next((step for step in reversed(steps) if step.at <= moment), None)
    after = next((step for step in steps if step.at > moment), None)
    key = after.was if after else now if rented_now else None
    named = label(names, key or "")
    return Past(number, key is not None, key or "", named, before, after, _doubt(moment, before, after, key, open_now))


def _doubt(moment: dt.datetime, before: Step | None, after: Step | None, key: str | None, open_now: bool) -> str:
    if after and after.since <= moment:
        how = "changed outside numberadmin" if after.outside else "being changed"
        return f"It was {how} at some time between {_clock(after.since)} and {_clock(after.at)}."
    if after is None and open_now:
        return "A change of it has no known outcome yet."
    if before and not before.sure:
        return f"What came of the change at {_clock(before.at)} is not known for certain."
    if before and (before.became or "").lower() != (key or "").lower():
        return f"The change at {_clock(before.at)} left it elsewhere; what moved it since is not in the audit."
    return ""


def _steps(account: Account, numbers: Sequence[int], names: dict[str, str]) -> dict[int, list[Step]]:
    """The changes of each number, the oldest first."""
    lines = Line.objects.filter(account=account, number__in=numbers).exclude(entry__phase=Phase.INTENT)
    lines = lines.exclude(entry__action=Action.LABEL).order_by("id")
    rows = list(lines.values_list("entry", "number", "was", "became"))
    entries = _entries({row[0] for row in rows})
    begun = _begun(entries.values())
    steps: dict[int, list[Step]] = defaultdict(list)
    for entry_id, number, was, became in rows:
        entry = entries[entry_id]
        if step := _step(entry, number, was, became, begun.get(entry.operation), names):
            steps[number].append(step)
    return steps


def _entries(ids: set[int]) -> dict[int, Entry]:
    found = Entry.objects.in_bulk(list(ids))
    for entry in found.values():
        for name in ("rented", "gone"):
            entry.details[name] = set(entry.details.get(name, ()))
    return found


def _begun(entries: Iterable[Entry]) -> dict[UUID, tuple[dt.datetime, str]]:
    """When each operation was begun, and by whom."""
    operations = {entry.operation for entry in entries if entry.phase != Phase.EVENT}
    intents = Entry.objects.filter(operation__in=operations, phase=Phase.INTENT)
    return {operation: (at, name) for operation, at, name in intents.values_list("operation", "at", "actor_name")}


def _step(
    entry: Entry, number: int, was: str, became: str, begun: tuple[dt.datetime, str] | None, names: dict[str, str]
) -> Step | None:
    """What an entry says of a number; None where it moved nothing, or a settlement has yet to say what it did."""
    found, left = _ends(entry, number, was, became)
    if found == left or (entry.phase == Phase.OUTCOME and entry.state == State.UNKNOWN):
        return None
    since, by = begun or (_seen_before(entry), entry.actor_name)
    names = names | entry.details.get("names", {})
    return Step(
        since,
        entry.at,
        found,
        left,
        entry.operation,
        entry.action,
        by,
        label(names, found or ""),
        label(names, left or ""),
        sure=entry.state != State.UNKNOWN,
    )


def _ends(entry: Entry, number: int, was: str, became: str) -> tuple[str | None, str | None]:
    if entry.action == Action.CHECK_OUT or number in entry.details["rented"]:
        return None, became
    if number in entry.details["gone"]:
        return was, None
    return was, became


def _seen_before(entry: Entry) -> dt.datetime:
    """For a change seen outside: the reading before. Where that was not kept, it may have been at any time before."""
    if entry.action != Action.OUTSIDE:
        return entry.at
    since = entry.details.get("since")
    return dt.datetime.fromisoformat(since) if since else dt.datetime.min.replace(tzinfo=dt.UTC)


def _clock(moment: dt.datetime) -> str:
    if moment.year == 1:
        return "the first reading of the list"
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y, %H:%M:%S %Z}"
