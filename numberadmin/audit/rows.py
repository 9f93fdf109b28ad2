"""What pages and exports say of an operation: its intent (or event), joined with what came of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from numberadmin import money
from numberadmin.audit.filters import LASTS, label
from numberadmin.audit.models import PLACINGS, Entry, Line, Phase, State

# As many numbers of one operation on a page.
MOST = 20


@dataclass(frozen=True)
class RowLine:
    """A number of an operation: the application it was in and the one it came to, by key and by name. `capabilities`:
    those that it had and those that it has since, each in one text, where these changed."""

    number: int
    was: str
    became: str
    was_label: str
    became_label: str
    capabilities: tuple[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """One operation. `outcome` is a State.

    `lines` may be the first of them only, `count` says how many there are. `before` is what each capability of the
    application held before the write, where it was asked for. An operation with steps has `many` lines of a plan, and
    its numbers stand in the steps, each of which is `part_of` it. `reference` is what Sinch's support wants to hear.
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
    actor_login: str
    address: str
    session: str
    application_key: str
    application_label: str
    reason: str
    message: str
    error_code: int | None
    reference: str
    lines: list[RowLine]
    count: int
    cart: list[dict[str, Any]]
    before: dict[str, list[int]]
    hash: str
    many: int | None
    part_of: UUID | None

    @property
    def by_program(self) -> bool:
        """Whether no person did it: the program, or somebody who had not signed in."""
        return self.actor_id is None

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


def rows_of(firsts: Iterable[Entry], labels: Mapping[str, str], number: int | None = None) -> list[Row]:
    """Rows for a page: with the first MOST lines of each, or with those of one number."""
    return _joined(list(firsts), labels, partial(_some_lines, number=number))


def whole_rows_of(firsts: Iterable[Entry], labels: Mapping[str, str]) -> list[Row]:
    """Rows with all there is to them, of any size."""
    return _joined(list(firsts), labels, _all_lines, before="before")


Lines = dict[int, tuple[list[Line], int]]


def _joined(
    firsts: Sequence[Entry], labels: Mapping[str, str], lines_of: Callable[[list[int]], Lines], **further: str
) -> list[Row]:
    """Joins each first entry with what came of it: as many queries for many rows as for one."""
    ends = Entry.objects.filter(operation__in=[entry.operation for entry in firsts], phase__in=(*LASTS, Phase.EVENT))
    lasts: dict[UUID, Entry] = {}
    references: dict[UUID, str] = {}
    for entry in parts(ends, names_then="names", answer="answer", had="capabilities", **further).order_by("id"):
        lasts[entry.operation] = entry
        # What Sinch said stands in the outcome, also where reading has settled it since.
        references[entry.operation] = _reference(entry) or references.get(entry.operation, "")
    lines = lines_of([lasts.get(entry.operation, entry).pk for entry in firsts])
    rows = []
    for first in firsts:
        last = lasts.get(first.operation, first)
        row = _row(first, last, *lines.get(last.pk, ([], 0)), labels, references.get(first.operation, ""))
        rows.append(row)
    return rows


def _reference(entry: Entry) -> str:
    answer = getattr(entry, "answer", None)
    return str(answer.get("reference", "")) if isinstance(answer, dict) else ""


def parts(entries: QuerySet[Entry], **parts: str) -> QuerySet[Entry]:
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


def _row(
    first: Entry, last: Entry, lines: Sequence[Line], count: int, labels: Mapping[str, str], reference: str
) -> Row:
    before = getattr(last, "before", None)
    labels = {**labels, **(getattr(last, "names_then", None) or {})}
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
        actor_login=first.login,
        address=first.address,
        session=first.session,
        application_key=first.application_key,
        application_label=label(labels, first.application_key),
        reason=first.reason,
        message=last.message,
        error_code=last.error_code,
        reference=reference,
        lines=[
            RowLine(
                line.number,
                line.was,
                line.became,
                label(labels, line.was),
                label(labels, line.became),
                _sets((getattr(last, "had", None) or {}).get(str(line.number))),
            )
            for line in lines
        ],
        count=count,
        cart=[_cart_line(line) for line in getattr(first, "asked_lines", None) or []],
        before=before if isinstance(before, dict) else {},
        hash=last.hash,
        many=getattr(first, "asked_many", None),
        part_of=first.part_of,
    )


def _sets(pair: Any) -> tuple[str, str] | None:
    return (pair[0].replace(",", ", ") or "none", pair[1].replace(",", ", ") or "none") if pair else None


def _cart_line(line: dict[str, Any]) -> dict[str, Any]:
    return line | money.as_recorded(money.recorded(line))
