"""The way of every write to the remote API.

Step by step: the operation's id is looked up; the account's lock is taken; what is open on the account is settled;
the plan is made from the mirror; the intent is committed; the calls are made; the outcome is committed together
with what it changed in the mirror. No transaction spans a call, and where the intent cannot be written,
nothing is sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.audit.models import Entry, Phase, State
from numberadmin.services import record, refresh, remote, settle
from numberadmin.services.lock import Taken, account_lock
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import Busy, Outcome, SignInAgain

P = TypeVar("P", bound=Plan)


def perform(
    actor: Actor,
    operation: UUID,
    asked: Mapping[str, Any],
    plan: Callable[[], P],
    send: Callable[[P], Result],
) -> Outcome:
    """Does one operation once, and answers what came of it; a repeated one is answered from the audit.

    `asked` is what the person's form asked for: the same operation with other contents raises Conflict. `plan` runs
    under the lock and raises Refusal where the thing cannot be done. `send` makes the calls; a SinchError may leave it
    only while nothing has been sent that changes anything.
    """
    if earlier := record.earlier(actor, operation, asked):
        return earlier
    try:
        with account_lock(actor.account.pk, settings.LOCK_SECONDS):
            if earlier := record.earlier(actor, operation, asked):
                return earlier
            _settle_first(actor, operation)
            if earlier := record.earlier(actor, operation, asked):
                return earlier
            planned = plan()
            intent = record.intent(actor, operation, asked, planned)
            result = _sent(send, planned)
            outcome = record.outcome(actor, intent, Phase.OUTCOME, result)
            if outcome.state == State.UNKNOWN:
                outcome = _looked_up(actor, operation, asked) or outcome
    except Taken:
        raise settle.busy(actor.account) from None
    if result.state == State.FAILED and result.error_code in remote.SESSION_CODES:
        raise SignInAgain(f"{result.message} Sign in again and repeat it.")
    return outcome


def _settle_first(actor: Actor, operation: UUID) -> None:
    """What is open on the account may still land at the remote: until it is settled, nothing else is written."""
    if settle.oldest_open(actor.account) is None:
        return
    why = ""
    try:
        refresh.take_in(actor.account, actor.instance, actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.explain(error)) from None
    except sinch.SinchError as error:
        why = remote.explain(error)
    if intent := settle.oldest_open(actor.account):
        raise _still_open(intent, operation, why)


def _still_open(intent: Entry, operation: UUID, why: str) -> Busy:
    until = timezone.localtime(settle.lands_until(intent))
    if intent.operation == operation:
        return Busy(f"This was sent before and its outcome is being checked, until {until:%H:%M:%S}. {why}".strip())
    return Busy(
        f"A change without an answer is being checked ({settle.describe(intent)}), until {until:%H:%M:%S}. {why} "
        "Nothing of yours was changed. Try again after that."
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
        return Result(State.FAILED, f"{remote.explain(error)} Nothing was changed.", error_code=error.code)
