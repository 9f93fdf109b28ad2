"""Reading the audit: a row an operation, from its intent (or event) and what came of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from numberadmin.accounts.models import Account, Person
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.pages import slice_of

PAGE = 50
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

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filter":
        """Reads the fields of the page's form; what makes no sense is as if it were not there."""
        digits = "".join(c for c in query.get("number", "")[:40] if c in "0123456789")
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
    """One operation. `outcome` is a State; `before` what each capability of the application held before the write."""

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
    cart: list[dict[str, Any]]
    before: dict[str, list[int]]
    hash: str

    @property
    def numbers(self) -> list[int]:
        return [line.number for line in self.lines]

    @property
    def price(self) -> str:
        """What a reservation or a checkout was to cost, as text, by currency: 'USD 4.00'."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.cart:
            if line["price"] != "None":
                sums[line["currency"]] += Decimal(line["price"]) * line["quantity"]
        return ", ".join(f"{currency} {amount:.2f}" for currency, amount in sorted(sums.items()))


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    total: int
    page: int
    pages: int
    actors: list[tuple[str, str]]
    actions: list[tuple[str, str]]
    outcomes: list[tuple[str, str]]


def browse(account: Account, filter: Filter, labels: dict[str, str]) -> Page:
    """A page of operations, the newest first. `labels` names the applications by key."""
    part = slice_of(matching(account, filter).order_by("-id"), filter.page, PAGE)
    people = Person.objects.filter(membership__account=account).order_by("name")
    return Page(
        rows=rows_of(part.rows, labels),
        total=part.total,
        page=part.page,
        pages=part.pages,
        actors=[(str(person.pk), person.name) for person in people],
        actions=list(Action.choices),
        outcomes=list(State.choices),
    )


def history(account: Account, number: int, labels: dict[str, str]) -> list[Row]:
    """Everything that was done with a number, the newest first."""
    return rows_of(list(matching(account, Filter(number=number)).order_by("-id")[:200]), labels)


def matching(account: Account, filter: Filter) -> QuerySet[Entry]:
    """The first entries of the operations that match."""
    firsts = Entry.objects.filter(account=account, phase__in=FIRSTS)
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
        touched = Q(_with_line(was=filter.application)) | Q(_with_line(became=filter.application))
        firsts = firsts.filter(Q(application_key__iexact=filter.application) | touched)
    if filter.since:
        firsts = firsts.filter(at__gte=filter.since)
    if filter.until:
        firsts = firsts.filter(at__lte=filter.until)
    if filter.number is not None:
        firsts = firsts.filter(_with_line(number=filter.number))
    for word in filter.q.split():
        firsts = firsts.filter(_has_word(word))
    return firsts.filter(_ended(filter.outcome)) if filter.outcome else firsts


def rows_of(firsts: Sequence[Entry], labels: dict[str, str]) -> list[Row]:
    """Joins each first entry with what came of it: two queries, however many rows."""
    operations = [entry.operation for entry in firsts]
    lasts = {e.operation: e for e in Entry.objects.filter(operation__in=operations, phase__in=LASTS).order_by("id")}
    wanted = [lasts.get(entry.operation, entry).pk for entry in firsts]
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in Line.objects.filter(entry__in=wanted).order_by("id"):
        lines[line.entry_id].append(line)
    return [_row(e, lasts.get(e.operation, e), lines[lasts.get(e.operation, e).pk], labels) for e in firsts]


def _row(first: Entry, last: Entry, lines: Sequence[Line], labels: dict[str, str]) -> Row:
    labels = labels | last.details.get("names", {})
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
        cart=first.details.get("lines", []),
        before=last.details.get("before", {}) if isinstance(last.details.get("before"), dict) else {},
        hash=last.hash,
    )


def label(labels: dict[str, str], key: str) -> str:
    """The application's name; the beginning of its key where it has none."""
    return labels.get(key) or (f"{key[:8]}…" if key else "")


def _with_line(**like: object) -> Exists:
    """Operations with such a line, in the intent or in what came of it."""
    return Exists(Line.objects.filter(entry__operation=OuterRef("operation"), **like))


def _ended(state: str) -> Q:
    """Operations whose last entry says `state`."""
    later = Entry.objects.filter(operation=OuterRef("operation"))
    settled = later.filter(phase=Phase.SETTLEMENT)
    outcome = later.filter(phase=Phase.OUTCOME)
    return (
        Q(Exists(settled.filter(state=state)))
        | Q(~Exists(settled), Exists(outcome.filter(state=state)))
        | Q(~Exists(settled), ~Exists(outcome), state=state)
    )


def _has_word(word: str) -> Q:
    found = Q(actor_name__icontains=word) | Q(reason__icontains=word) | Q(application_key__istartswith=word)
    found |= Q(Exists(Entry.objects.filter(operation=OuterRef("operation"), message__icontains=word)))
    digits = word.lstrip("+")
    if digits.isascii() and digits.isdigit() and len(digits) <= 15:
        found |= Q(_with_line(number__contains=digits))
    return found


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
