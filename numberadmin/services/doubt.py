"""What a person may do about a write whose outcome is not known: not wait for it, and decide where no list does."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.db import transaction

from numberadmin import moments
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Phase, State
from numberadmin.services import permission, record, settle
from numberadmin.services.lock import Taken, turn
from numberadmin.services.models import Open
from numberadmin.services.record import Result
from numberadmin.services.results import NotHere, Outcome, Refusal


@dataclass(frozen=True)
class Waiting:
    """An open write that the others wait for: what it is, and until when at the longest (None: while it is at work)."""

    intent: Entry
    until: dt.datetime | None


@dataclass(frozen=True)
class Unclear:
    """A checkout that no list decides: how many numbers it asked for, and the new numbers that there are."""

    intent: Entry
    asked: int
    candidates: list[int]


def waiting(account: Account) -> Waiting | None:
    """What other writes on the account wait for now."""
    intent = settle.oldest_open(account)
    return Waiting(intent, settle.known_by(intent)) if intent else None


def unclear(account: Account) -> list[Unclear]:
    """The checkouts that wait for a person's word."""
    intents = Entry.objects.filter(open__account=account, open__unclear=True, action=Action.CHECK_OUT)
    return [
        Unclear(intent, sum(line["quantity"] for line in intent.details["lines"]), settle.candidates(intent))
        for intent in intents.order_by("id")
    ]


def ended(operations: Sequence[UUID]) -> list[Outcome]:
    """How those of the operations ended that have been settled."""
    entries = Entry.objects.filter(operation__in=operations, phase=Phase.SETTLEMENT).order_by("id")
    return [Outcome(entry.operation, entry.state, f"{_told(entry)} {entry.message}") for entry in entries]


def _told(entry: Entry) -> str:
    """What was in doubt."""
    lines = list(entry.lines.order_by("id")[:2])
    what = f" of +{lines[0].number}" if len(lines) == 1 else ""
    return f"{entry.get_action_display()}{what}, {moments.clock(entry.at)}:"


def go_on(*, actor: Actor, operation: UUID) -> Outcome:
    """A person does not want to wait for an open operation: others are written from now on. It is still settled."""
    permission.ensure(actor, May.CHANGE)
    with transaction.atomic(durable=True):
        row = Open.objects.filter(account=actor.account, intent__operation=operation).first()
        if row is None or not Open.objects.filter(pk=row.pk, passed=False).update(passed=True):
            raise Refusal("Nothing is being waited for any longer. You can go on.")
        risk = "it can undo what is changed from now on; the list from Sinch will show it"
        if row.intent.action == Action.CHECK_OUT:
            risk = "its numbers are rented and paid for: do not rent them once more"
        message = (
            f"Went on without waiting for a change whose outcome is not known ({settle.describe(row.intent)}). Should "
            f"it still take effect, {risk}. Its own numbers wait until it is known."
        )
        details = {"waited_for": str(operation)}
        done = record.event(actor.account, actor, Action.GO_ON, message, details=details)
        return replace(done, state=State.UNKNOWN)


def decide(*, actor: Actor, operation: UUID, rented: Sequence[int]) -> Outcome:
    """A person's word on a checkout that the list does not decide: which of its candidates it rented; none of them,
    where `rented` is empty.

    No call is made; the word is recorded as the person's. Raises Busy, and NotHere where there is nothing to decide.
    """
    try:
        with turn(actor.account.pk, settings.LOCK_SECONDS):
            permission.ensure(actor, May.BUY)
            return _decided(actor, operation, rented)
    except Taken:
        raise settle.busy(actor.account) from None


def _decided(actor: Actor, operation: UUID, rented: Sequence[int]) -> Outcome:
    intent = Entry.objects.filter(
        open__account=actor.account, open__unclear=True, operation=operation, action=Action.CHECK_OUT
    ).first()
    if intent is None:
        raise NotHere("There is no such checkout to decide. Its outcome may be known by now. Nothing was changed.")
    if not rented:
        message = f"Decided by {actor.person.name}: this checkout rented nothing. Its lines are in the cart again."
        result = Result(State.FAILED, message, store=lambda: settle.given_back(intent))
        return record.outcome(actor, intent, Phase.SETTLEMENT, result)
    numbers = sorted(set(rented))
    if strangers := set(numbers) - set(settle.candidates(intent)):
        raise Refusal(f"+{min(strangers)} is not one of the new numbers of this checkout. Nothing was changed.")
    references = settle.lines_for(intent, numbers)
    what = f"+{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} numbers"
    message = f"Decided by {actor.person.name}: this checkout rented {what}."
    result = Result(
        State.SUCCEEDED,
        message,
        [Change(number, "", "") for number in numbers],
        store=lambda: settle.rented_by(intent, references, numbers),
    )
    return record.outcome(actor, intent, Phase.SETTLEMENT, result)
