"""Assigning and moving rented numbers.

Reference: "Get numbers assigned to an application" and "Add numbers to an application (Overwrite)". Adding is reading
the application's numbers and sending them all, the new ones among them, once for each capability.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from numberadmin import moments, sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, State
from numberadmin.services import applications, deeds, gone, listing, mirror, refresh, remote, selection, settle, write
from numberadmin.services.bulk import in_parts
from numberadmin.services.models import Application, Number, digest
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import Held, Holder, Lacking, Outcome, Refusal

MOST_MOVED = 100


@dataclass(frozen=True, kw_only=True)
class _Assigning(Plan):
    rows: tuple[Number, ...]
    application: Application
    # Those that were asked for as well, and have no capability by which they can be assigned.
    left: tuple[Number, ...] = ()


@dataclass
class _Sending:
    """What an assignment has found and done so far."""

    numbers: set[int]
    before: dict[str, list[int]] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    unconfirmed: set[str] = field(default_factory=set)
    taken_out: set[int] = field(default_factory=set)

    @property
    def written(self) -> list[str]:
        """The capabilities whose set was taken by the remote."""
        return sorted(self.confirmed | self.unconfirmed)

    def reached(self, rows: Iterable[Number]) -> set[int]:
        """The numbers that are in the application now, by one of their capabilities at least."""
        return {row.number for row in rows if set(row.assignable) & set(self.written)}


def assign(
    *,
    actor: Actor,
    operation: UUID,
    numbers: Sequence[int],
    application_key: str,
    move: bool = False,
    reason: str = "",
    seen: Mapping[int, str] | None = None,
    accept: str = "",
) -> Outcome:
    """Adds the numbers to the application, and leaves the application's others where they are.

    Numbers that sit in another application are moved only with `move`; else Held names who holds them. `seen` is the
    application in which the person saw each number: Changed where it is in another one by now. Where the application
    lacks many of the numbers that it had, Lacking names them; `accept` is the word that they are gone.
    """
    reason = selection.reason(reason)
    asked = {
        "numbers": sorted(set(numbers)),
        "application_key": application_key,
        "move": move,
        "reason": reason,
        "accept": accept,
    }
    lacking: set[int] = set()
    outcome = write.perform(
        actor,
        operation,
        asked,
        lambda: _plan_assign(actor, numbers, application_key, move, reason, seen or {}),
        lambda plan: _send_assign(actor, plan, accept, lacking),
        may=May.CHANGE,
    )
    if lacking:
        raise Lacking(outcome.message, sorted(lacking), digest(lacking))
    return outcome


def many_elsewhere(account: Account, numbers: Collection[int], application_key: str) -> bool:
    """Whether so many of the numbers sit in other applications that moving them takes longer than a page may wait:
    each may be a call."""
    if len(numbers) <= MOST_MOVED:
        return False
    mine = Number.objects.filter(account=account).exclude(application=None)
    others = mine.exclude(application__key__iexact=application_key.strip())
    parts = in_parts(sorted(set(numbers)), selection.PART)
    return sum(others.filter(number__in=some).count() for some in parts) > MOST_MOVED


def _plan_assign(
    actor: Actor, numbers: Sequence[int], application_key: str, move: bool, reason: str, seen: Mapping[int, str]
) -> _Assigning:
    refresh.before_a_change(actor)
    application = applications.known(actor.account, application_key)
    rows = selection.rows(actor.account, numbers, seen)
    left = tuple(row for row in rows if not row.assignable)
    rows = [row for row in rows if row.assignable]
    if not rows:
        raise Refusal(f"{_why_left(left)} Nothing was changed.")
    elsewhere = [row for row in rows if row.application and row.application_id != application.pk]
    if elsewhere and not move:
        raise _held(elsewhere)
    changes = [Change(row.number, row.application_key, application.key) for row in rows]
    action = Action.MOVE if elsewhere else Action.ASSIGN
    return _Assigning(action, changes, application.key, reason, rows=tuple(rows), application=application, left=left)


def _why_left(rows: Sequence[Number]) -> str:
    """Of numbers that cannot be assigned, the reason."""
    what = selection.some({row.number for row in rows})
    has = sorted({name for row in rows for name in row.capabilities})
    return f"Sinch assigns by voice or sms, and lists {'only ' + ', '.join(has) if has else 'neither'} for {what}."


def _not_assigned(plan: _Assigning) -> str:
    """What of an assignment that was made cannot be: numbers, and capabilities of those that were assigned."""
    odd = sorted({name for row in plan.rows for name in row.capabilities} - sinch.ASSIGNABLE)
    said = [f"{_why_left(plan.left)} {'It was' if len(plan.left) == 1 else 'They were'} left out."] if plan.left else []
    if odd:
        said.append(f"Only voice and sms are assigned: {', '.join(odd)} stays as it is at Sinch.")
    return " ".join(said)


def _send_assign(actor: Actor, plan: _Assigning, accept: str, lacking: set[int]) -> Result:
    try:
        has = remote.client().application_numbers(actor.instance, plan.application_key)
    except sinch.NotFound as unknown:
        return _assigned(actor, plan, _Sending({row.number for row in plan.rows}), unknown)
    if missing := _missing(actor.account, plan, has):
        time.sleep(listing.PAUSE)
        has = remote.client().application_numbers(actor.instance, plan.application_key)
        missing = _missing(actor.account, plan, has)
    if not has.whole:
        return Result(
            State.FAILED,
            "The application's numbers could not be read whole, so they were not written. Nothing was changed.",
        )
    if missing and digest(missing) != accept:
        lacking |= missing
        message = (
            f"Sinch, asked twice, lists {len(missing)} numbers no longer in {plan.application.label} that were there "
            f"before: {selection.some(missing)}. If that is wrong, writing now would take them out. "
            "Nothing was changed."
        )
        return Result(State.FAILED, message, [Change(c.number, c.was, c.was) for c in plan.changes])
    listed = {row.number for row in has.rows}
    mirror.seen_in_application(actor.account, plan.application, listed, settle.doubted(actor.account))
    state = _Sending({row.number for row in plan.rows})
    error = _send_sets(actor, plan, has, state)
    if isinstance(error, sinch.InvalidRequest) and plan.action == Action.MOVE and not state.written:
        error = _take_out_first(actor, plan, state) or _send_sets(actor, plan, has, state)
        state.taken_out -= state.reached(plan.rows)
        if isinstance(error, sinch.Refused):
            _put_back(actor, plan, state)
    if error is None and state.unconfirmed:
        error = _read_back(actor, plan, state)
    if error is None:
        error = _leave_others(actor, plan)
    return _assigned(actor, plan, state, error)


def _missing(account: Account, plan: _Assigning, has: mirror.Listing) -> set[int]:
    """The numbers that the application should have and lacks, where these are so many, or were put there so lately,
    that the answer may be wrong. What is not in this set is believed to have been changed outside."""
    listed = {row.number for row in has.rows}
    expected = set(Number.objects.filter(application=plan.application).values_list("number", flat=True))
    put = {number for number, key in listing.recently(account).items() if key == plan.application_key}
    missing = (expected | put) - listed
    return missing if missing and (missing & put or listing.lacks_much(missing, len(expected | put))) else set()


def _send_sets(actor: Actor, plan: _Assigning, has: mirror.Listing, state: _Sending) -> sinch.SinchError | None:
    """Sends, for each capability, what the application has and the new numbers; stops at the first error."""
    for capability in sorted({c for row in plan.rows for c in row.assignable}):
        had = {row.number for row in has.rows if capability in row.capabilities}
        wanted = had | {row.number for row in plan.rows if capability in row.capabilities}
        state.before[capability] = sorted(had)
        try:
            answer = remote.writing().set_application_numbers(
                actor.instance, plan.application_key, capability, sorted(wanted)
            )
        except sinch.SinchError as error:
            return error
        listed = {row.number for row in answer.rows if capability in row.capabilities}
        (state.confirmed if answer.whole and listed == wanted else state.unconfirmed).add(capability)
    return None


def _take_out_first(actor: Actor, plan: _Assigning, state: _Sending) -> sinch.SinchError | None:
    """For a remote that takes no number that is held elsewhere: the number leaves there before it comes here."""
    for change in _moved(plan):
        try:
            remote.writing().remove_number(actor.instance, change.was, change.number)
        except sinch.NotFound:
            continue
        except sinch.SinchError as error:
            return error
        state.taken_out.add(change.number)
    return None


def _put_back(actor: Actor, plan: _Assigning, state: _Sending) -> None:
    """A number that left its application in vain goes back to it; what cannot be put back stays in `taken_out`."""
    for key in {change.was for change in _moved(plan) if change.number in state.taken_out}:
        numbers = {change.number for change in _moved(plan) if change.was == key} & state.taken_out
        rows = tuple(row for row in plan.rows if row.number in numbers)
        back = _Assigning(plan.action, application_key=key, rows=rows, application=plan.application)
        try:
            has = remote.client().application_numbers(actor.instance, key)
        except sinch.SinchError:
            continue
        if has.whole and _send_sets(actor, back, has, _Sending(numbers)) is None:
            state.taken_out -= numbers


def _moved(plan: _Assigning) -> list[Change]:
    return [change for change in plan.changes if change.was not in ("", plan.application_key)]


def _read_back(actor: Actor, plan: _Assigning, state: _Sending) -> sinch.SinchError | None:
    """The answer to a write is a hint: where it does not list what was sent, the application is read again."""
    try:
        now = remote.client().application_numbers(actor.instance, plan.application_key)
    except sinch.SinchError as error:
        return _in_doubt("What was written could not be read back.", error)
    missing = state.numbers - {row.number for row in now.rows}
    if missing:
        return sinch.Unanswered("read back", f"The application does not show {len(missing)} of the numbers.")
    state.confirmed |= state.unconfirmed
    return None


def _leave_others(actor: Actor, plan: _Assigning) -> sinch.SinchError | None:
    """After a move: takes the numbers out of the applications they were in, where these still list them. One that
    Sinch knows no longer lists none."""
    held = defaultdict(set)
    for change in _moved(plan):
        held[change.was].add(change.number)
    for key, numbers in held.items():
        try:
            for number in sorted(numbers & _held_by(actor, key)):
                remote.writing().remove_number(actor.instance, key, number)
        except sinch.SinchError as error:
            return _in_doubt("The numbers may still be in the application they came from.", error)
    return None


def _held_by(actor: Actor, key: str) -> set[int]:
    try:
        return {row.number for row in remote.client().application_numbers(actor.instance, key).rows}
    except sinch.NotFound:
        gone.mark(actor.account, key)
        return set()


def _in_doubt(what: str, error: sinch.SinchError) -> sinch.Unanswered:
    """What came of a call after a write leaves the whole in doubt."""
    message = f"{what} {remote.explain(error)}"
    return sinch.Unanswered(error.call, message, code=error.code, status=error.status)


def _assigned(actor: Actor, plan: _Assigning, state: _Sending, error: sinch.SinchError | None) -> Result:
    label, what = plan.application.label, selection.in_words(plan.rows)
    changes = plan.changes
    if error is None:
        outcome = State.SUCCEEDED
        message = f"{'Moved' if plan.action == Action.MOVE else 'Assigned'} {what} to {label}."
        if all(change.was == change.became for change in plan.changes):
            there = "was" if len(plan.changes) == 1 else "were"
            message = f"{what} {there} in {label} already, and {there} sent to Sinch once more to make sure."
        message = f"{message} {_not_assigned(plan)}".strip()
    elif isinstance(error, sinch.Unanswered):
        outcome = State.UNKNOWN
        message = (
            f"{remote.explain(error)} Whether {what} came to {label} is being checked by reading the list. "
            "Until then nothing else is written on this account."
        )
    elif state.written:
        outcome = State.FAILED
        done = " and ".join(state.written)
        message = remote.told(error, f"Only what has {done} came to {label}, and only for that. Assign again.")
        if state.taken_out:
            message += f" {selection.some(state.taken_out)} left the old application and is in none now."
        reached = state.reached(plan.rows)
        changes = [
            Change(c.number, c.was, c.became if c.number in reached else "" if c.number in state.taken_out else c.was)
            for c in changes
        ]
    else:
        outcome = State.FAILED
        effect = "Nothing was changed."
        if state.taken_out:
            effect = f"{len(state.taken_out)} left the old application and are in none now."
        if isinstance(error, sinch.NotFound):
            effect += f" {label} is marked as gone."
        message = remote.told(error, effect)
        changes = [Change(c.number, c.was, "" if c.number in state.taken_out else c.was) for c in plan.changes]

    def store() -> None:
        if isinstance(error, sinch.NotFound):
            gone.mark(actor.account, plan.application_key)
        elif error is None:
            gone.unmark(actor.account, plan.application_key)
        if outcome != State.UNKNOWN:
            mirror.after_assign(actor.account, sorted(state.reached(plan.rows)), plan.application)
            mirror.after_assign(actor.account, sorted(state.taken_out), None)

    return Result(
        outcome,
        message,
        changes,
        {"before": state.before, "written": state.written},
        error,
        store,
    )


def _held(rows: Sequence[Number]) -> Held:
    deeds.tell(rows[0].account, rows)
    holders = [Holder(row.number, row.application_key, str(row.application), row.assigned) for row in rows]
    where = Counter(holder.application_label for holder in holders)
    said = ", ".join(f"{count} in {label}" for label, count in where.most_common(3))
    first = holders[0]
    since = ""
    if deed := first.assigned:
        since = f" (+{first.number}: by {deed.by}, since {moments.clock(deed.at, '%d %b %Y %H:%M')})"
    return Held(
        f"Already in another application: {said}{since}. Nothing was changed. Move them if that is meant.",
        holders,
    )
