"""Who put a number where it is, and who rented it: read from the audit, so that pages show what is proven."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet

from numberadmin.accounts.models import Account
from numberadmin.audit.models import PLACINGS, Action, Entry, Line, Phase, State
from numberadmin.services.bulk import in_parts
from numberadmin.services.models import Number

PART = 1000


@dataclass(frozen=True)
class Deed:
    """What somebody did to a number: their name and sign-in of then, and since when it is known that it was done."""

    by: str
    login: str
    at: dt.datetime
    operation: UUID


# What came of an operation, where that is known.
ENDED = Q(entry__phase=Phase.SETTLEMENT) | Q(entry__phase=Phase.OUTCOME) & ~Q(entry__state=State.UNKNOWN)
# A number that was to be put somewhere and stayed where it was, was put nowhere.
PLACED = ENDED & Q(entry__action__in=PLACINGS) & (Q(entry__state=State.SUCCEEDED) | ~Q(was=F("became")))
OUTSIDE = Q(entry__action=Action.OUTSIDE)
RENTED = ENDED & Q(entry__action=Action.CHECK_OUT, entry__state=State.SUCCEEDED)


def tell(account: Account, rows: Collection[Number]) -> None:
    """Says on each row who put it where it is, and who rented it, as far as it was done here."""
    for part in in_parts(rows, PART):
        numbers = [row.number for row in part]
        placed = {line.number: line for line in _last(account, numbers, PLACED)}
        moved = _moved_outside(account, placed)
        rented = {line.number: line for line in _last(account, numbers, RENTED)}
        begun = _begun([*placed.values(), *rented.values()])
        for row in part:
            put, bought = placed.get(row.number), rented.get(row.number)
            stays = put is not None and put.became.lower() == row.application_key.lower() and row.number not in moved
            row.assigned = _deed(put, begun) if stays else None
            row.rented = _deed(bought, begun)


def _last(account: Account, numbers: Collection[int], which: Q) -> QuerySet[Line]:
    """The last such line of each number."""
    lines = Line.objects.filter(which, account=account, number__in=numbers)
    last = lines.order_by().values("number").annotate(last=Max("id")).values_list("last", flat=True)
    return Line.objects.filter(pk__in=list(last)).select_related("entry")


def _moved_outside(account: Account, placed: Mapping[int, Line]) -> set[int]:
    """The numbers that changed hands outside since they were put somewhere here. One that left the list and came back
    to where it was did not."""
    first = min((line.pk for line in placed.values()), default=0)
    later = Line.objects.filter(OUTSIDE, ~Q(was=F("became")), account=account, number__in=placed, pk__gt=first)
    since = [line for line in later.only("id", "number", "entry_id") if line.pk > placed[line.number].pk]
    entries = Entry.objects.filter(pk__in={line.entry_id for line in since}).values_list("pk", "details")
    listed = {pk: {*details.get("rented", ()), *details.get("gone", ())} for pk, details in entries}
    return {line.number for line in since if line.number not in listed[line.entry_id]}


def _begun(lines: Iterable[Line]) -> dict[UUID, Entry]:
    """Who began it did it, whoever found out what came of it."""
    operations = {line.entry.operation for line in lines}
    intents = Entry.objects.filter(operation__in=operations, phase=Phase.INTENT)
    return {entry.operation: entry for entry in intents.defer("details").select_related("actor")}


def _deed(line: Line | None, begun: dict[UUID, Entry]) -> Deed | None:
    intent = begun.get(line.entry.operation) if line else None
    if line is None or intent is None:
        return None
    return Deed(intent.actor_name, intent.login, line.entry.at, intent.operation)
