"""Assigning, moving and unassigning rented numbers.

Reference: "Get numbers assigned to an application", "Add numbers to an application (Overwrite)" and "Remove a number
from an application". Adding is reading the application's numbers and sending them all, the new ones among them,
once for each capability.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, State
from numberadmin.services import applications, mirror, remote, settle, write
from numberadmin.services.models import Application, Number
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import Held, Holder, NotHere, Outcome, Refusal

REASON_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class _Assigning(Plan):
    rows: tuple[Number, ...]
    application: Application


@dataclass
class _Sending:
    """What an assignment has found and done so far."""

    numbers: set[int]
    before: dict[str, list[int]] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    unconfirmed: set[str] = field(default_factory=set)


def assign(
    *,
    actor: Actor,
    operation: UUID,
    numbers: Sequence[int],
    application_key: str,
    move: bool = False,
    reason: str = "",
) -> Outcome:
    """Adds the numbers to the application, and leaves the application's others where they are.

    Numbers that sit in another application are moved only with `move`; else Held names who holds them.
    """
    reason = _reason(reason)
    asked = {
        "numbers": sorted(set(numbers)),
        "application_key": application_key,
        "move": move,
        "reason": reason,
    }
    return write.perform(
        actor,
        operation,
        asked,
        lambda: _plan_assign(actor.account, numbers, application_key, move, reason),
        lambda plan: _send_assign(actor, plan),
    )


def unassign(*, actor: Actor, operation: UUID, numbers: Sequence[int], reason: str = "") -> Outcome:
    """Takes each number out of the application it is in. The numbers stay rented, and paid for."""
    reason = _reason(reason)
    return write.perform(
        actor,
        operation,
        {"numbers": sorted(set(numbers)), "reason": reason},
        lambda: _plan_unassign(actor.account, numbers, reason),
        lambda plan: _send_unassign(actor, plan),
    )


def _plan_assign(account: Account, numbers: Sequence[int], application_key: str, move: bool, reason: str) -> _Assigning:
    application = applications.known(account, application_key)
    rows = _rows(account, numbers)
    incapable = [row for row in rows if not row.capabilities]
    if incapable:
        raise Refusal(
            f"{_count(incapable)} {_list(incapable)} has no capability, voice or sms, by which Sinch could assign it. "
            "Nothing was changed."
        )
    elsewhere = [row for row in rows if row.application and row.application_id != application.pk]
    if elsewhere and not move:
        raise _held(elsewhere)
    if all(row.application_id == application.pk for row in rows):
        raise Refusal(f"{_list(rows)} is in {application.label} already. Nothing was changed.")
    changes = [Change(row.number, row.application_key, application.key) for row in rows]
    action = Action.MOVE if elsewhere else Action.ASSIGN
    return _Assigning(action, changes, application.key, reason, rows=tuple(rows), application=application)


def _send_assign(actor: Actor, plan: _Assigning) -> Result:
    client, key = remote.client(), plan.application_key
    has = client.application_numbers(actor.instance, key)
    if not has.whole:
        return Result(
            State.FAILED,
            "The application's numbers could not be read whole, so they were not written. Nothing was changed.",
        )
    state = _Sending({row.number for row in plan.rows})
    error = _send_sets(actor, plan, has, state)
    if error is None and state.unconfirmed:
        error = _read_back(actor, plan, state)
    if error is None:
        error = _leave_others(actor, plan)
    return _assigned(actor, plan, state, error)


def _send_sets(actor: Actor, plan: _Assigning, has: mirror.Listing, state: _Sending) -> sinch.SinchError | None:
    """Sends, for each capability, what the application has and the new numbers; stops at the first error."""
    for capability in sorted({c for row in plan.rows for c in row.capabilities}):
        had = {row.number for row in has.rows if capability in row.capabilities}
        wanted = had | {row.number for row in plan.rows if capability in row.capabilities}
        state.before[capability] = sorted(had)
        if wanted == had:
            continue
        try:
            answer = remote.client().set_application_numbers(
                actor.instance, plan.application_key, capability, sorted(wanted)
            )
        except sinch.SinchError as error:
            return error
        listed = {row.number for row in answer.rows if capability in row.capabilities}
        (state.confirmed if answer.whole and listed == wanted else state.unconfirmed).add(capability)
    return None


def _read_back(actor: Actor, plan: _Assigning, state: _Sending) -> sinch.SinchError | None:
    """The answer to a write is a hint: where it does not list what was sent, the application is read again."""
    try:
        now = remote.client().application_numbers(actor.instance, plan.application_key)
    except sinch.SinchError as error:
        return sinch.Unanswered(error.call, f"What was written could not be read back. {error.message}")
    missing = state.numbers - {row.number for row in now.rows}
    if missing:
        return sinch.Unanswered("read back", f"The application does not show {len(missing)} of the numbers.")
    state.confirmed |= state.unconfirmed
    return None


def _leave_others(actor: Actor, plan: _Assigning) -> sinch.SinchError | None:
    """After a move: takes the numbers out of the applications they were in, where these still list them."""
    held = defaultdict(set)
    for change in plan.changes:
        if change.was not in ("", plan.application_key):
            held[change.was].add(change.number)
    try:
        for key, numbers in held.items():
            still = {row.number for row in remote.client().application_numbers(actor.instance, key).rows}
            for number in sorted(numbers & still):
                remote.client().remove_number(actor.instance, key, number)
    except sinch.SinchError as error:
        return sinch.Unanswered(
            error.call, f"The numbers may still be in the application they came from. {error.message}"
        )
    return None


def _assigned(actor: Actor, plan: _Assigning, state: _Sending, error: sinch.SinchError | None) -> Result:
    application, numbers = plan.application, [row.number for row in plan.rows]
    label, details = application.label, {"before": state.before}
    if error is None:
        verb = "Moved" if plan.action == Action.MOVE else "Assigned"
        return Result(
            State.SUCCEEDED,
            f"{verb} {_list(plan.rows)} to {label}.",
            plan.changes,
            details,
            store=lambda: mirror.after_assign(actor.account, numbers, application, actor.person.name),
        )
    if isinstance(error, sinch.Unanswered):
        message = (
            f"{remote.explain(error)} Whether {_list(plan.rows)} came to {label} is being checked by reading the list. "
            "Until then nothing else is written on this account."
        )
        return Result(State.UNKNOWN, message, plan.changes, details, error.code)
    if state.confirmed or state.unconfirmed:
        done = " and ".join(sorted(state.confirmed | state.unconfirmed))
        message = (
            f"{remote.explain(error)} {_list(plan.rows)} came to {label} for {done} only. Assign again to complete it."
        )
        return Result(
            State.FAILED,
            message,
            plan.changes,
            details,
            error.code,
            lambda: mirror.after_assign(actor.account, numbers, application, actor.person.name),
        )
    unchanged = [Change(change.number, change.was, change.was) for change in plan.changes]
    return Result(State.FAILED, f"{remote.explain(error)} Nothing was changed.", unchanged, details, error.code)


def _plan_unassign(account: Account, numbers: Sequence[int], reason: str) -> Plan:
    rows = _rows(account, numbers)
    if free := [row for row in rows if row.application is None]:
        raise Refusal(f"{_list(free)} is in no application. Nothing was changed.")
    keys = {row.application_key for row in rows}
    return Plan(
        Action.UNASSIGN,
        [Change(row.number, row.application_key, "") for row in rows],
        keys.pop() if len(keys) == 1 else "",
        reason,
    )


def _send_unassign(actor: Actor, plan: Plan) -> Result:
    done: list[Change] = []
    error: sinch.SinchError | None = None
    for change in plan.changes:
        try:
            remote.client().remove_number(actor.instance, change.was, change.number)
        except sinch.SinchError as stopped:
            error = stopped
            break
        done.append(change)
    names = applications.names(actor.account)
    taken_out = [change.number for change in done]
    kept = "It stays rented and paid for." if len(plan.changes) == 1 else "They stay rented and paid for."

    def store() -> None:
        mirror.after_assign(actor.account, taken_out, None, actor.person.name)

    if error is None:
        origin = names.get(plan.application_key) or plan.application_key[:8] or "their applications"
        message = f"Unassigned {_list(done)} from {origin}. {kept}"
        return Result(State.SUCCEEDED, message, done, store=store)
    if isinstance(error, sinch.Unanswered):
        message = (
            f"{remote.explain(error)} {len(done)} of {len(plan.changes)} were unassigned; whether the next one was is "
            "being checked by reading the list. The others were not sent."
        )
        return Result(State.UNKNOWN, message, plan.changes, error_code=error.code, store=store)
    rest = [Change(change.number, change.was, change.was) for change in plan.changes[len(done) :]]
    message = f"{remote.explain(error)} "
    message += (
        f"{len(done)} of {len(plan.changes)} were unassigned, the others not." if done else "Nothing was changed."
    )
    return Result(State.FAILED, message, [*done, *rest], error_code=error.code, store=store)


def _rows(account: Account, numbers: Sequence[int]) -> list[Number]:
    wanted = sorted(set(numbers))
    if not wanted:
        raise Refusal("No number was selected. Nothing was changed.")
    rows = list(
        Number.objects.filter(account=account, number__in=wanted).select_related("application").order_by("number")
    )
    if len(rows) < len(wanted):
        missing = sorted(set(wanted) - {row.number for row in rows})
        raise NotHere(
            f"{', '.join(f'+{number}' for number in missing[:3])} is not among the rented numbers of this account. "
            "Nothing was changed. Refresh the list if it was rented just now."
        )
    if doubted := settle.doubted(account) & set(wanted):
        raise Refusal(
            f"+{min(doubted)} is in a change that is being checked. Nothing was changed. Try again after that."
        )
    return rows


def _held(rows: Sequence[Number]) -> Held:
    holders = [
        Holder(row.number, row.application_key, str(row.application), row.assigned_by, row.assigned_at) for row in rows
    ]
    where = Counter(holder.application_label for holder in holders)
    said = ", ".join(f"{count} in {label}" for label, count in where.most_common(3))
    first = holders[0]
    since = ""
    if first.assigned_by and first.assigned_at:
        since = (
            f" (+{first.number}: by {first.assigned_by}, since {timezone.localtime(first.assigned_at):%d %b %Y %H:%M})"
        )
    return Held(
        f"Already in another application: {said}{since}. Nothing was changed. Move them if that is meant.",
        holders,
    )


def _reason(text: str) -> str:
    return " ".join(text.split())[:REASON_LENGTH]


def _count(rows: Sequence[Any]) -> str:
    return f"{len(rows)} number{'' if len(rows) == 1 else 's'}:"


def _list(rows: Iterable[Number] | Iterable[Change]) -> str:
    """The number where it is one, else how many."""
    numbers = [row.number for row in rows]
    return f"+{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} numbers"
