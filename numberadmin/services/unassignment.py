"""Taking numbers out of their applications: one call a number. Reference: "Remove a number from an application"."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, State
from numberadmin.services import applications, mirror, refresh, remote, selection, write
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import Outcome, Refusal

# More than so many are not taken out while a page waits: each is a call.
MOST = 100


def unassign(
    *,
    actor: Actor,
    operation: UUID,
    numbers: Sequence[int],
    reason: str = "",
    seen: Mapping[int, str] | None = None,
) -> Outcome:
    """Takes each number out of the application it is in; those that are in none are left, unless all are. The numbers
    stay rented, and paid for.

    `seen` is the application in which the person saw each number: Changed where it is in another one by now.
    """
    reason = selection.reason(reason)
    return write.perform(
        actor,
        operation,
        {"numbers": sorted(set(numbers)), "reason": reason},
        lambda: _plan_unassign(actor, numbers, reason, seen or {}),
        lambda plan: _send_unassign(actor, plan),
        may=May.CHANGE,
    )


def _plan_unassign(actor: Actor, numbers: Sequence[int], reason: str, seen: Mapping[int, str]) -> Plan:
    refresh.before_a_change(actor)
    named = selection.rows(actor.account, numbers, seen)
    rows = [row for row in named if row.application]
    if not rows:
        raise Refusal(f"{selection.in_words(named)}: in no application already. Nothing was changed.")
    keys = {row.application_key for row in rows}
    return Plan(
        Action.UNASSIGN,
        [Change(row.number, row.application_key, "") for row in rows],
        keys.pop() if len(keys) == 1 else "",
        reason,
        {"free": len(named) - len(rows)},
    )


def _send_unassign(actor: Actor, plan: Plan) -> Result:
    done: list[Change] = []
    error: sinch.SinchError | None = None
    for change in plan.changes:
        try:
            remote.writing().remove_number(actor.instance, change.was, change.number)
        except sinch.SinchError as stopped:
            error = stopped
            break
        done.append(change)
    names = applications.names(actor.account)
    taken_out = [change.number for change in done]
    kept = "It stays rented and paid for." if len(plan.changes) == 1 else "They stay rented and paid for."

    def store() -> None:
        mirror.after_assign(actor.account, taken_out, None)

    if error is None:
        origin = names.get(plan.application_key) or plan.application_key[:8] or "their applications"
        message = f"Unassigned {selection.in_words(done)} from {origin}. {kept}"
        if free := plan.details["free"]:
            message += f" {free:,} of those selected had none."
        return Result(State.SUCCEEDED, message, done, store=store)
    if isinstance(error, sinch.Unanswered):
        asked = "Whether it was unassigned is being checked by reading the list."
        if len(plan.changes) > 1:
            asked = (
                f"{len(done)} of {len(plan.changes)} were unassigned. Whether +{plan.changes[len(done)].number} was is "
            )
            asked += "being checked by reading the list. What came after it was not sent."
        message = f"{remote.explain(error)} {asked}"
        return Result(State.UNKNOWN, message, plan.changes, error=error, store=store)
    rest = [Change(change.number, change.was, change.was) for change in plan.changes[len(done) :]]
    effect = f"{len(done)} of {len(plan.changes)} were unassigned, the others not." if done else "Nothing was changed."
    return Result(State.FAILED, remote.told(error, effect), [*done, *rest], error=error, store=store)
