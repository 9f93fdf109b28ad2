"""The way of every write to the remote API.

Step by step: the operation's id is looked up; the account's lock is taken; whether the person still may is asked again;
what is open on the account is settled; the plan is made; the intent is committed; the calls are made; the outcome is
committed together with what it changed in the mirror. No transaction spans a call, and where the intent cannot be
written, nothing is sent.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.actor import Actor, connected
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Entry, Phase, State
from numberadmin.services import permission, record, refresh, remote, settle
from numberadmin.services.lock import Taken, turn
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import Busy, NotRecorded, Outcome, SignInAgain

P = TypeVar("P", bound=Plan)
# An outcome that the database does not take is offered to it again.
TRIES = 3

logger = logging.getLogger(__name__)


def perform(
    actor: Actor,
    operation: UUID,
    asked: Mapping[str, Any],
    plan: Callable[[], P],
    send: Callable[[P], Result],
    *,
    may: May,
) -> Outcome:
    """Does one operation once, and answers what came of it; a repeated one is answered from the audit.

    `asked` is what the person's form asked for: the same operation with other contents raises Conflict. `may` is what
    the person's role has to allow once the lock is held. `plan` runs under the lock and raises Refusal where the thing
    cannot be done. `send` makes the calls; a SinchError may leave it only while nothing has been sent that changes
    anything.
    """
    if earlier := record.earlier(actor, operation, asked):
        return earlier
    try:
        with turn(actor.account.pk, settings.LOCK_SECONDS):
            if earlier := record.earlier(actor, operation, asked):
                return earlier
            permission.ensure(actor, may)
            connected(actor)
            _settle_first(actor, operation)
            if earlier := record.earlier(actor, operation, asked):
                return earlier
            planned = plan()
            intent = _intent(actor, operation, asked, planned)
            result = _sent(send, planned)
            outcome = _outcome(actor, intent, result)
            if outcome.state == State.UNKNOWN:
                outcome = _looked_up(actor, operation, asked) or outcome
    except Taken:
        raise settle.busy(actor.account) from None
    if result.state == State.FAILED and isinstance(result.error, sinch.BadCredentials):
        raise SignInAgain(result.message)
    return outcome


def _intent(actor: Actor, operation: UUID, asked: Mapping[str, Any], planned: Plan) -> Entry:
    try:
        return record.intent(actor, operation, asked, planned)
    except DatabaseError:
        logger.exception("the intent of %s could not be written", operation)
        raise NotRecorded(
            "numberadmin's database does not take the audit's entry, so nothing was sent to Sinch and nothing was "
            "changed. Try again in a minute, or tell whoever runs this server."
        ) from None


def _outcome(actor: Actor, intent: Entry, result: Result) -> Outcome:
    """Commits the outcome. Where the database does not take it, the operation stays open, to be settled later."""
    for _ in range(TRIES):
        try:
            return record.outcome(actor, intent, Phase.OUTCOME, result)
        except DatabaseError:
            logger.exception("the outcome of %s could not be written", intent.operation)
    message = f"{result.message} numberadmin's database did not take this; it is read from Sinch again later."
    return Outcome(intent.operation, State.UNKNOWN, message)


def _settle_first(actor: Actor, operation: UUID) -> None:
    """What is open on the account may still land at the remote: until it is settled, nothing else is written."""
    if settle.oldest_open(actor.account) is None:
        return
    why = ""
    try:
        refresh.take_in(actor.account, actor.instance, actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.told(error, "Nothing of yours was changed.")) from None
    except sinch.SinchError as error:
        why = remote.explain(error)
    if intent := settle.oldest_open(actor.account):
        raise _still_open(intent, operation, why)


def _still_open(intent: Entry, operation: UUID, why: str) -> Busy:
    until = timezone.localtime(settle.lands_until(intent))
    if intent.operation == operation:
        return Busy(f"This was sent before and its outcome is being checked, until {until:%H:%M:%S %Z}. {why}".strip())
    return Busy(
        f"A change in doubt is being checked ({settle.describe(intent)}), until {until:%H:%M:%S %Z}. {why} "
        'Nothing of yours was changed. Try again after that, or press "Go on now" to wait for it no longer.'
    )


def _looked_up(actor: Actor, operation: UUID, asked: Mapping[str, Any]) -> Outcome | None:
    """An answer that was lost on its way: the list may show at once that the thing was done."""
    try:
        refresh.take_in(actor.account, actor.instance, actor)
    except sinch.SinchError:
        return None
    found = record.earlier(actor, operation, asked)
    return replace(found, repeated=False) if found else None


def _sent(send: Callable[[P], Result], planned: P) -> Result:
    try:
        return send(planned)
    except sinch.SinchError as error:
        unchanged = [Change(change.number, change.was, change.was) for change in planned.changes]
        return Result(State.FAILED, remote.told(error, "Nothing was changed."), unchanged, error=error)
