"""The one place that writes the audit: the intent of a write, its outcome, and what is over when it is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from numberadmin.accounts import names
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.audit import chain
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.services import notices
from numberadmin.services.models import Application, Open
from numberadmin.services.results import Conflict, Outcome
from numberadmin.sinch import SinchError

# Stands where no person acted: what is found when the remote's list is read, and settling by command.
NOBODY = names.PROGRAM
# Stands where somebody acted who had not signed in.
STRANGER = "not signed in"


@dataclass(frozen=True)
class Plan:
    """What is about to be sent, as the intent records it. `changes`: what each number was and is to become.

    `store` writes what pages are to show while the outcome is not known, in the transaction that commits the intent.
    """

    action: Action
    changes: Sequence[Change] = ()
    application_key: str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    store: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Result:
    """What came of the calls. `error` is what stopped them, if anything did. `store` writes the mirror, in the
    transaction that commits the outcome."""

    state: State
    message: str
    changes: Sequence[Change] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    error: SinchError | None = None
    store: Callable[[], object] = lambda: None


def earlier(actor: Actor, operation: UUID, asked: Mapping[str, Any]) -> Outcome | None:
    """What came of the operation where it was posted before; None where it is new or has no outcome yet.

    Raises Conflict where it was posted with other contents, or on another account.
    """
    entries = {entry.phase: entry for entry in Entry.objects.filter(operation=operation)}
    first = entries.get(Phase.INTENT) or entries.get(Phase.EVENT)
    if first is None:
        return None
    if first.account_id != actor.account.pk or first.details.get("asked") != asked:
        raise sent_before()
    last = entries.get(Phase.SETTLEMENT) or entries.get(Phase.OUTCOME) or entries.get(Phase.EVENT)
    if last is None:
        return None
    numbers = Line.objects.filter(entry=last).order_by("id").values_list("number", flat=True)
    return Outcome(operation, last.state, last.message, tuple(numbers), repeated=True)


def sent_before() -> Conflict:
    return Conflict(
        "This form was sent before with other contents. Nothing was changed now. Reload the page and try again."
    )


def intent(actor: Actor, operation: UUID, asked: Mapping[str, Any], plan: Plan) -> Entry:
    """Commits what is about to be sent; from here on the operation is open."""
    with transaction.atomic(durable=True):
        plan.store()
        entry = begun(actor, operation, plan, {"asked": dict(asked)})
        Open.objects.create(account=actor.account, intent=entry)
    return entry


def begun(actor: Actor, operation: UUID, plan: Plan, details: Mapping[str, Any]) -> Entry:
    """The intent alone. By itself it is for what sends nothing, but is done in steps that have intents of their own:
    nobody waits for its end."""
    return _add(
        actor.account,
        actor,
        operation,
        Phase.INTENT,
        plan.action,
        State.PENDING,
        plan.changes,
        application_key=plan.application_key,
        reason=plan.reason,
        details={**details, **plan.details},
        part_of=actor.plan,
    )


def outcome(actor: Actor | None, intent: Entry, phase: Phase, result: Result) -> Outcome:
    """Commits what came of an intent, and the mirror with it. Unless it is a settlement, an unknown one stays open."""
    with transaction.atomic(durable=True):
        result.store()
        if phase == Phase.SETTLEMENT or result.state != State.UNKNOWN:
            Open.objects.filter(intent=intent).delete()
        ended(actor, intent, result, phase)
    return Outcome(intent.operation, result.state, result.message, tuple(c.number for c in result.changes))


def ended(actor: Actor | None, intent: Entry, result: Result, phase: Phase = Phase.OUTCOME) -> Entry:
    """The outcome alone: the other end of `begun`."""
    return _add(
        intent.account,
        actor,
        intent.operation,
        phase,
        Action(intent.action),
        result.state,
        result.changes,
        application_key=intent.application_key,
        reason=intent.reason,
        message=result.message,
        error_code=result.error.code if result.error else None,
        details={**result.details, **_answered(result.error)},
        part_of=intent.part_of,
    )


def _answered(error: SinchError | None) -> dict[str, Any]:
    """What the remote said about a call that it did not do, for its support."""
    if error is None or error.status is None:
        return {}
    said = {"status": error.status, "message": error.remote_message, "reference": error.reference}
    return {"answer": {name: value for name, value in said.items() if value}}


def event(
    account: Account,
    actor: Actor | None,
    action: Action,
    message: str,
    *,
    operation: UUID | None = None,
    changes: Sequence[Change] = (),
    application_key: str = "",
    details: Mapping[str, Any] | None = None,
    state: State = State.SUCCEEDED,
    part_of: UUID | None = None,
    address: str = "",
) -> Outcome:
    """Records something that changes nothing at the remote, and is over when it is written. Without an actor it was
    done by nobody, or with an `address` from there by somebody who had not signed in."""
    operation = operation or uuid4()
    _add(
        account,
        actor,
        operation,
        Phase.EVENT,
        action,
        state,
        changes,
        application_key=application_key,
        message=message,
        details=details or {},
        part_of=part_of or (actor.plan if actor else None),
        address=address,
    )
    if state == State.SUCCEEDED:
        notices.of_event(account, actor, action, message, (details or {}).get("asked", {}))
    return Outcome(operation, state, message)


def _add(
    account: Account,
    actor: Actor | None,
    operation: UUID,
    phase: Phase,
    action: Action,
    state: State,
    changes: Sequence[Change],
    *,
    details: Mapping[str, Any],
    application_key: str = "",
    reason: str = "",
    message: str = "",
    error_code: int | None = None,
    part_of: UUID | None = None,
    address: str = "",
) -> Entry:
    entry = Entry(
        account=account,
        actor=actor.person if actor else None,
        actor_name=actor.person.name if actor else STRANGER if address else NOBODY,
        actor_login=actor.person.sign_in if actor else "",
        address=actor.address if actor else address,
        session=actor.session if actor else "",
        operation=operation,
        part_of=part_of,
        phase=phase,
        action=action,
        state=state,
        application_key=application_key,
        reason=reason,
        message=message,
        error_code=error_code,
        details={
            **details,
            "names": _names(account, {application_key, *(key for c in changes for key in (c.was, c.became))}),
        },
    )
    return chain.append(entry, changes)


def _names(account: Account, keys: set[str]) -> dict[str, str]:
    """What the applications are called now: the audit goes on calling them so when they have got other names."""
    named = Application.objects.filter(account=account, key__in=keys - {""}).exclude(name="")
    return dict(named.values_list("key", "name"))
