"""Taking numbers out of their applications: one call a number. Reference: "Remove a number from an application"."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, State
from numberadmin.services import applications, gone, mirror, refresh, remote, selection, write
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
    vanished = _Vanished(actor)
    for change in plan.changes:
        try:
            remote.writing().remove_number(actor.instance, change.was, change.number)
        except sinch.NotFound as stopped:
            if not vanished.has_let_go(change):
                error = stopped
                break
        except sinch.SinchError as stopped:
            error = stopped
            break
        done.append(change)
    names = applications.names(actor.account)
    taken_out = [change.number for change in done]
    kept = "It stays rented and paid for." if len(plan.changes) == 1 else "They stay rented and paid for."

    def store() -> None:
        mirror.after_assign(actor.account, taken_out, None)
        for key in sorted(vanished.keys):
            gone.mark(actor.account, key)

    if error is None:
        origin = names.get(plan.application_key) or plan.application_key[:8] or "their applications"
        message = f"Unassigned {selection.in_words(done)} from {origin}. {kept}"
        if free := plan.details["free"]:
            message += f" {free:,} of those selected had none."
        if vanished.keys:
            message += " Sinch knows the application no longer, and its list shows no number in it."
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
    if vanished.keys:
        effect += (
            f" Its list still shows +{plan.changes[len(done)].number} there. Move it to another application, or wait "
            "until the list shows it in none."
        )
    return Result(State.FAILED, remote.told(error, effect), [*done, *rest], error=error, store=store)


class _Vanished:
    """Applications that Sinch answers it does not know, while numbers are taken out of them: by their `keys`."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.keys: set[str] = set()
        self._listing: sinch.RentedNumbers | None = None

    def has_let_go(self, change: Change) -> bool:
        """Whether the list of rented numbers shows the number in no application, which is what was asked for."""
        client, instance = remote.client(), self.actor.instance
        try:
            if change.was not in self.keys:
                client.application_numbers(instance, change.was)
        except sinch.NotFound:
            self.keys.add(change.was)
        except sinch.SinchError:
            return False
        try:
            if self._listing is None:
                self._listing = client.numbers(instance, self.actor.account.organisation_id)
        except sinch.SinchError:
            return False
        return any(not row.application_key for row in self._listing.find([change.number]))
