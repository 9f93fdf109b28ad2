"""Reading the audit: a row an operation, from its intent (or event) and what came of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from numberadmin import money, spelling
from numberadmin.accounts.models import Account, Person
from numberadmin.audit.models import PLACINGS, Action, Entry, Line, Phase, State

PAGE = 50
# So many operations can be turned over page by page; older ones are found by the filters.
MOST_COUNTED = 10_000
# As many numbers of one operation on a page.
MOST = 20
FIRSTS = (Phase.INTENT, Phase.EVENT)
LASTS = (Phase.OUTCOME, Phase.SETTLEMENT)


@dataclass(frozen=True)
class Filter:
    """What the reader looks for. `since` and `until` are inclusive."""

    q: str = ""
    actor: str = ""
    action: str = ""
    outcome: str = ""
    number: int | None = None
    application: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    page: int = 1

    @property
    def folds(self) -> bool:
        """Whether steps are left out, for the operation that they are a part of stands for them."""
        return not (self.q or self.action or self.outcome or self.application or self.number is not None)

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filter":
        """Reads the fields of the page's form; what makes no sense is as if it were not there."""
        digits = spelling.bare(query.get("number", "")[:40])
        page = query.get("page", "")
        return cls(
            q=" ".join(query.get("q", "")[:100].replace("\0", "").split()),
            actor=query.get("actor", "")[:200].strip().replace("\0", ""),
            action=query.get("action", "") if query.get("action") in Action.values else "",
            outcome=query.get("outcome", "") if query.get("outcome") in State.values else "",
            number=int(digits) if 0 < len(digits) <= 15 else None,
            application=query.get("application", "")[:64].strip().replace("\0", ""),
            since=_moment(query.get("from", ""), dt.time.min),
            until=_moment(query.get("to", ""), dt.time.max),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
        )


@dataclass(frozen=True)
class RowLine:
    """A number of an operation: the application it was in and the one it came to, by key and by name."""

    number: int
    was: str
    became: str
    was_label: str
    became_label: str


@dataclass(frozen=True)
class Row:
    """One operation. `outcome` is a State.

    `lines` may be the first of them only, `count` says how many there are. `before` is what each capability of the
    application held before the write, where it was asked for. An operation with steps has `many` lines of a plan, and
    its numbers stand in the steps, each of which is `part_of` it.
    """

    position: int
    at: dt.datetime
    finished_at: dt.datetime | None
    operation: UUID
    action: str
    action_label: str
    outcome: str
    outcome_label: str
    actor_id: int | None
    actor_name: str
    address: str
    session: str
    application_key: str
    application_label: str
    reason: str
    message: str
    error_code: int | None
    lines: list[RowLine]
    count: int
    cart: list[dict[str, Any]]
    before: dict[str, list[int]]
    hash: str
    many: int | None
    part_of: UUID | None

    @property
    def numbers(self) -> list[int]:
        return [line.number for line in self.lines]

    @property
    def placed(self) -> bool:
        """Whether it put numbers into another application, or out of one; with steps, whether some may have."""
        if self.many is not None:
            return self.finished_at is not None
        came = self.outcome == State.SUCCEEDED or any(line.was != line.became for line in self.lines)
        return self.action in PLACINGS and self.finished_at is not None and self.outcome != State.UNKNOWN and came

    @property
    def unsaid(self) -> int:
        """How many numbers are not among the lines."""
        return self.count - len(self.lines)

    @property
    def price(self) -> str:
        """What a reservation or a checkout was to cost, as text, by currency: 'USD 4.00'."""
        prices = ((money.recorded(line), line["quantity"]) for line in self.cart)
        return ", ".join(map(str, money.sums(price and price * count for price, count in prices)))


@dataclass(frozen=True)
class Page:
    """A page of operations: `total` match (None: more than `most`, and the pages end with these)."""

    rows: list[Row]
    total: int | None
    page: int
    pages: int
    actors: list[tuple[str, str]]
    actions: list[tuple[str, str]]
    outcomes: list[tuple[str, str]]
    most: int = MOST_COUNTED


def browse(account: Account, filter: Filter, labels: dict[str, str]) -> Page:
    """A page of operations, the newest first. `labels` names the applications by key."""
    firsts = matching(account, filter).order_by("-id")
    if filter.folds:
        firsts = firsts.filter(part_of=None)
    total = firsts.values("pk")[: MOST_COUNTED + 1].count()
    pages = max(1, -(-min(total, MOST_COUNTED) // PAGE))
    page = min(max(filter.page, 1), pages)
    people = Person.objects.filter(membership__account=account).order_by("name")
    return Page(
        rows=rows_of(firsts[(page - 1) * PAGE : page * PAGE], labels, filter.number),
        total=None if total > MOST_COUNTED else total,
        page=page,
        pages=pages,
        actors=[(str(person.pk), person.name) for person in people],
        actions=list(Action.choices),
        outcomes=list(State.choices),
    )


def history(account: Account, number: int, labels: dict[str, str]) -> list[Row]:
    """Everything that was done with a number, the newest first."""
    return rows_of(matching(account, Filter(number=number)).order_by("-id")[:200], labels, number)


def matching(account: Account, filter: Filter) -> QuerySet[Entry]:
    """The first entries of the operations that match, for `rows_of` and `whole_rows_of`."""
    firsts = _parts(Entry.objects.filter(account=account, phase__in=FIRSTS), asked_lines="lines", asked_many="many")
    if filter.actor:
        by_id = (
            Q(actor_id=int(filter.actor))
            if filter.actor.isascii() and filter.actor.isdigit() and len(filter.actor) < 19
            else Q(pk=None)
        )
        firsts = firsts.filter(by_id | Q(actor_name__iexact=filter.actor))
    if filter.action:
        firsts = firsts.filter(action=filter.action)
    if filter.application:
        touched = Q(was=filter.application) | Q(became=filter.application)
        firsts = firsts.filter(Q(application_key__iexact=filter.application) | _with_line(account, touched))
    if filter.since:
        firsts = firsts.filter(at__gte=filter.since)
    if filter.until:
        firsts = firsts.filter(at__lte=filter.until)
    if filter.number is not None:
        firsts = firsts.filter(_with_line(account, Q(number=filter.number)))
    for word in [filter.q] if spelling.digits(filter.q) else filter.q.split():
        firsts = firsts.filter(_has_word(account, word))
    return firsts.filter(_ended(account, filter.outcome)) if filter.outcome else firsts


def rows_of(firsts: Iterable[Entry], labels: dict[str, str], number: int | None = None) -> list[Row]:
    """Rows for a page: with the first MOST lines of each, or with those of one number."""
    return _joined(list(firsts), labels, partial(_some_lines, number=number))


def whole_rows_of(firsts: Iterable[Entry], labels: dict[str, str]) -> list[Row]:
    """Rows with all there is to them, of any size."""
    return _joined(list(firsts), labels, _all_lines, before="before")


Lines = dict[int, tuple[list[Line], int]]


def _joined(
    firsts: Sequence[Entry], labels: dict[str, str], lines_of: Callable[[list[int]], Lines], **further: str
) -> list[Row]:
    """Joins each first entry with what came of it: as many queries for many rows as for one."""
    ends = Entry.objects.filter(operation__in=[entry.operation for entry in firsts], phase__in=(*LASTS, Phase.EVENT))
    lasts = {entry.operation: entry for entry in _parts(ends, names_then="names", **further).order_by("id")}
    lines = lines_of([lasts.get(entry.operation, entry).pk for entry in firsts])
    rows = []
    for first in firsts:
        last = lasts.get(first.operation, first)
        rows.append(_row(first, last, *lines.get(last.pk, ([], 0)), labels))
    return rows


def _parts(entries: QuerySet[Entry], **parts: str) -> QuerySet[Entry]:
    """Entries with these parts of their details, by name: the whole may list each number of an application."""
    return entries.defer("details").annotate(**{name: KeyTransform(part, "details") for name, part in parts.items()})


def _all_lines(entries: list[int]) -> Lines:
    return {entry: (rows, len(rows)) for entry, rows in _grouped(Line.objects.filter(entry__in=entries)).items()}


def _grouped(lines: QuerySet[Line]) -> dict[int, list[Line]]:
    """By entry."""
    groups: dict[int, list[Line]] = defaultdict(list)
    for line in lines.order_by("id"):
        groups[line.entry_id].append(line)
    return groups


def _some_lines(entries: list[int], number: int | None) -> Lines:
    """The lines of an entry follow each other."""
    if not entries:
        return {}
    lines = Line.objects.filter(entry__in=entries)
    counts = list(lines.order_by().values_list("entry").annotate(Count("pk"), Min("pk")))
    if number is not None:
        lines = lines.filter(number=number)
    else:
        beginnings = [Q(entry=entry, pk__lt=first + MOST) for entry, _, first in counts]
        lines = lines.filter(reduce(or_, beginnings, Q(pk=None)))
    shown = _grouped(lines)
    return {entry: (shown[entry], count) for entry, count, _ in counts}


def _row(first: Entry, last: Entry, lines: Sequence[Line], count: int, labels: dict[str, str]) -> Row:
    before = getattr(last, "before", None)
    labels = labels | (getattr(last, "names_then", None) or {})
    return Row(
        position=first.pk,
        at=first.at,
        finished_at=last.at if last is not first or first.phase == Phase.EVENT else None,
        operation=first.operation,
        action=first.action,
        action_label=first.get_action_display(),
        outcome=last.state,
        outcome_label=last.get_state_display(),
        actor_id=first.actor_id,
        actor_name=first.actor_name,
        address=first.address,
        session=first.session,
        application_key=first.application_key,
        application_label=label(labels, first.application_key),
        reason=first.reason,
        message=last.message,
        error_code=last.error_code,
        lines=[
            RowLine(line.number, line.was, line.became, label(labels, line.was), label(labels, line.became))
            for line in lines
        ],
        count=count,
        cart=[_cart_line(line) for line in getattr(first, "asked_lines", None) or []],
        before=before if isinstance(before, dict) else {},
        hash=last.hash,
        many=getattr(first, "asked_many", None),
        part_of=first.part_of,
    )


def label(labels: dict[str, str], key: str) -> str:
    """The application's name; the beginning of its key where it has none."""
    return labels.get(key) or (f"{key[:8]}…" if key else "")


def _with_line(account: Account, like: Q) -> Q:
    """Operations with such a line, in the intent or in what came of it."""
    return Q(operation__in=Line.objects.filter(like, account=account).values("entry__operation"))


def _ended(account: Account, state: str) -> Q:
    """Operations whose last entry says `state`."""
    later = Entry.objects.filter(operation=OuterRef("operation"))
    settled = later.filter(phase=Phase.SETTLEMENT)
    outcome = later.filter(phase=Phase.OUTCOME)
    last = (
        Q(Exists(settled.filter(state=state)))
        | Q(~Exists(settled), Exists(outcome.filter(state=state)))
        | Q(~Exists(settled), ~Exists(outcome), state=state)
    )
    if state in (State.PENDING, State.SUCCEEDED):
        return last
    # They are few among many: an index knows them.
    some = Entry.objects.filter(account=account, state=state, phase__in=(*LASTS, Phase.EVENT))
    return last & Q(operation__in=some.values("operation"))


def _has_word(account: Account, word: str) -> Q:
    found = Q(actor_name__icontains=word) | Q(reason__icontains=word) | Q(application_key__istartswith=word)
    found |= Q(Exists(Entry.objects.filter(operation=OuterRef("operation"), message__icontains=word)))
    if len(word) == 36 and word.count("-") == 4:
        with suppress(ValueError):
            found |= Q(operation=UUID(word)) | Q(part_of=UUID(word))
    if digits := spelling.bare(word):
        found |= _with_line(account, Q(number__contains=digits))
    return found


def _cart_line(line: dict[str, Any]) -> dict[str, Any]:
    return line | money.as_recorded(money.recorded(line))


def _moment(text: str, at: dt.time) -> dt.datetime | None:
    """A date or a moment in ISO form; a date stands for its first or last instant, in the server's time zone."""
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)):
            moment = dt.datetime.combine(day, at)
        if moment is None:
            return None
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
