"""One step of a plan: some of its lines, changed through the services that people use.

Which lines a step has, and its operation, are written down before it is begun. A worker that died is followed by
another, which takes the same step again: what was done is answered from the audit, and nothing is sent twice.
"""

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import groupby
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import F, Q

from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor, Disconnected, of_person
from numberadmin.audit.models import Entry, Line, Phase, State
from numberadmin.services import assignment, labels, remote, settling, unassignment
from numberadmin.services.models import Number, Plan, PlanItem
from numberadmin.services.results import (
    Busy,
    Changed,
    Forbidden,
    NotHere,
    Outcome,
    Refusal,
    SignedOut,
    SignInAgain,
    Unread,
)

What = PlanItem.What
# Numbers of a first step that is a call each. Later ones have more, where they are quick: others get their turn between
# two steps, and progress is seen after each.
STEP, FEWEST, MOST = 20, 5, 200
# Seconds that a step may take before the next one is smaller.
LONG = 2.0
# Before a step is tried again that others, or a doubt, stand in the way of.
PAUSE = 1.0
# So often a number is sent once more where it was settled that nothing had come of it.
TRIES = 3
# After so many lines that were refused alike, the rest is not tried one by one.
ALIKE = 20
# What an item says whose number is where it is to be, and has its label.
LABELLED = "labelled"


class Stopped(Exception):
    """The plan cannot go on by itself: a person has to do something first."""


def paced(size: int, seconds: float) -> int:
    """How many numbers the next step may have, after one of `size` that took so long."""
    if seconds > LONG:
        return max(FEWEST, size // 2)
    return min(MOST, size * 2) if seconds < LONG / 4 else size


def take(plan: Plan, size: int = STEP) -> bool:
    """Does the next step; False where there is none left. Raises Busy where it has to be tried again, and Stopped."""
    items = _next(plan, size)
    if not items:
        return _label_some(plan)
    actor = _actor(plan)
    try:
        outcome = _changed(actor, plan, items)
    except Busy:
        raise
    except (Forbidden, SignInAgain) as error:
        if isinstance(error, SignInAgain) and not isinstance(error, SignedOut) and actor.connection:
            instances.forget(plan.account, actor.connection.id)
        if ended := Entry.objects.filter(operation=_operation(items), phase=Phase.OUTCOME).first():
            _take_over(items, Outcome(ended.operation, ended.state, error.message))
        raise Stopped(error.message) from None
    except Disconnected:
        raise Stopped(f"{plan.account} is not connected to Sinch. Connect it, then go on.") from None
    except Unread as error:
        _update(items, operation=None)
        raise Stopped(error.message) from None
    except (Changed, NotHere) as error:
        _mark_changed(plan, items, error.message)
        return True
    except Refusal as refusal:
        _mark(items, PlanItem.State.FAILED, refusal.message)
        return True
    if outcome.state == State.UNKNOWN:
        return _in_doubt(items, outcome)
    _take_over(items, outcome)
    return True


def _changed(actor: Actor, plan: Plan, items: Sequence[PlanItem]) -> Outcome:
    """The step through the service that people use: with what was shown, so that nothing else is touched."""
    numbers = [item.number for item in items if item.number is not None]
    seen = {item.number: item.was for item in items if item.number is not None}
    if any(item.tries for item in items):
        # What was tried before may have come to where it is to be.
        there = Number.objects.filter(account=plan.account, number__in=numbers, application__key__iexact=items[0].to)
        seen |= dict.fromkeys(there.values_list("number", flat=True), items[0].to)
    operation, reason = _operation(items), f"Plan: {plan.title}"
    if items[0].what == What.UNASSIGN:
        return unassignment.unassign(actor=actor, operation=operation, numbers=numbers, reason=reason, seen=seen)
    return assignment.assign(
        actor=actor,
        operation=operation,
        numbers=numbers,
        application_key=items[0].to,
        move=items[0].what == What.MOVE,
        reason=reason,
        seen=seen,
    )


def _operation(items: Sequence[PlanItem]) -> UUID:
    """Of a step that was written down."""
    operation = items[0].operation
    assert operation is not None
    return operation


def _next(plan: Plan, size: int) -> list[PlanItem]:
    """The items of the step that was begun; else of the next one: all that go from nowhere into one application, or
    some of the others."""
    waiting = plan.items.filter(state=PlanItem.State.WAITING)
    begun = waiting.exclude(operation=None).first()
    if begun is not None:
        return list(waiting.filter(operation=begun.operation).order_by("id"))
    waiting = waiting.filter(what__in=[What.ASSIGN, What.MOVE, What.UNASSIGN])
    first = waiting.order_by("what", "to", "id").first()
    if first is None:
        return []
    alike = waiting.filter(what=first.what, to=first.to).order_by("id")
    items = list(alike if first.what == What.ASSIGN else alike[:size])
    operation = uuid4()
    with transaction.atomic():
        _update(items, operation=operation)
    for item in items:
        item.operation = operation
    return items


def _label_some(plan: Plan) -> bool:
    """Labels of numbers that are where they are to be; False where none is left."""
    labelled = plan.items.exclude(label="").exclude(message=LABELLED)
    ready = Q(state=PlanItem.State.DONE) | Q(state=PlanItem.State.WAITING, what=What.LABEL)
    items = list(labelled.filter(ready).order_by("id")[:STEP])
    if not items:
        return False
    actor = _actor(plan)
    for item in items:
        number = item.number or 0
        note = labels.one(plan.account, number).note
        try:
            labels.set_label(
                actor=actor,
                operation=uuid5(plan.key, f"label {number}"),
                number=number,
                label=item.label,
                note=note,
                seen=(item.label_was, note),
            )
            operation = item.operation or uuid5(plan.key, f"label {number}")
            _update([item], state=PlanItem.State.DONE, message=LABELLED, operation=operation)
        except Changed:
            _mark([item], PlanItem.State.CHANGED, "its label was changed meanwhile, so that was left alone")
        except (Forbidden, SignInAgain) as error:
            raise Stopped(error.message) from None
        except Refusal as refusal:
            _mark([item], PlanItem.State.FAILED, refusal.message)
    return True


def for_whom(plan: Plan) -> Actor | None:
    """Whoever pressed "Apply", or "Go on" after a pause, as they are in the team now."""
    membership = of_person(plan.applied_by_id or 0).filter(account=plan.account).first()
    instance = instances.live(plan.account)
    return Actor(membership, instance, plan.session, plan.address, plan=plan.key) if membership else None


def _actor(plan: Plan) -> Actor:
    """The same; raises Stopped where they are not."""
    if actor := for_whom(plan):
        return actor
    raise Stopped("Whoever applied this is no longer in the team. Somebody else can go on with it.")


def _take_over(items: Sequence[PlanItem], outcome: Outcome) -> None:
    """What the audit says of each number of the step."""
    entry = Entry.objects.filter(operation=outcome.operation).order_by("-id").first()
    became = dict(Line.objects.filter(entry=entry).values_list("number", "became")) if entry else {}
    if outcome.state == State.SUCCEEDED:
        # A number that cannot be assigned is left out of what is done with the others.
        left = [item for item in items if became and item.what != What.UNASSIGN and item.number not in became]
        _mark([item for item in items if item not in left], PlanItem.State.DONE, "")
        _mark(left, PlanItem.State.FAILED, outcome.message)
        return
    done = {item for item in items if became.get(item.number or 0, item.was).lower() == item.to.lower()}
    _mark(done, PlanItem.State.DONE, "")
    rest = [item for item in items if item not in done]
    if entry is not None and entry.phase == Phase.SETTLEMENT:
        # The worker before this one died, or the answer was lost: what did not happen is sent in a step of its own.
        _once_more(rest, outcome)
        return
    if entry is not None and remote.is_general(entry.error_code):
        # It is not the numbers' fault.
        _update(rest, operation=None)
        raise Stopped(outcome.message)
    if not done and entry and remote.may_be_about_one(entry.error_code) and _worth_halving(rest, outcome):
        _halve(rest)
        return
    # The first is the one that was refused; where others were not tried after it, they come in a later step.
    refused = rest if not done and items[0].what == What.ASSIGN else rest[:1]
    _mark(refused, PlanItem.State.FAILED, outcome.message)
    _update(rest[len(refused) :], operation=None)


def _worth_halving(items: Sequence[PlanItem], outcome: Outcome) -> bool:
    """Not where so many lines were refused alike that it is not their fault."""
    if items[0].what != What.ASSIGN or len(items) == 1:
        return False
    failed = PlanItem.objects.filter(plan=items[0].plan_id, state=PlanItem.State.FAILED, to=items[0].to)
    return failed.filter(message=outcome.message[:500]).count() < ALIKE


def _halve(items: Sequence[PlanItem]) -> None:
    """One number that Sinch does not take has a whole set refused: each half becomes a step of its own, until only the
    lines concerned are left."""
    middle = len(items) // 2
    for half in (items[:middle], items[middle:]):
        _update(half, operation=uuid4())


def catch_up(plan: Plan) -> None:
    """What came of a step that was begun, where the plan was paused or cancelled since: from the audit, with nothing
    sent. One that is not settled yet is left for later."""
    begun = plan.items.filter(state=PlanItem.State.WAITING).exclude(operation=None)
    for _, group in groupby(begun.order_by("operation", "id"), key=lambda item: item.operation):
        items = list(group)
        last = Entry.objects.filter(operation=_operation(items)).order_by("-id").first()
        if last is None or last.phase == Phase.INTENT:
            # Somebody may be at it at this moment.
            continue
        if last.state == State.UNKNOWN and last.phase == Phase.SETTLEMENT:
            _mark(items, PlanItem.State.FAILED, last.message)
        elif last.state != State.UNKNOWN:
            with suppress(Stopped):
                _take_over(items, Outcome(last.operation, last.state, last.message))


def _in_doubt(items: Sequence[PlanItem], outcome: Outcome) -> bool:
    """A step without an answer is asked about until it is settled. One that stays in doubt, because the list does not
    tell voice from sms, is done again, which makes sure."""
    if Entry.objects.filter(operation=outcome.operation, phase=Phase.SETTLEMENT).exists():
        _once_more(items, outcome)
    else:
        time.sleep(PAUSE)
        settling.what_is_due()
    return True


def _once_more(items: Sequence[PlanItem], outcome: Outcome) -> None:
    """In another step, unless that was tried often enough."""
    _mark([item for item in items if item.tries >= TRIES], PlanItem.State.FAILED, outcome.message)
    _update([item for item in items if item.tries < TRIES], operation=None, tries=F("tries") + 1)


def _mark_changed(plan: Plan, items: Sequence[PlanItem], message: str) -> None:
    """Those of the step that are no longer where the plan shows them: they are left alone."""
    numbers = [item.number for item in items if item.number is not None]
    rows = Number.objects.filter(account=plan.account, number__in=numbers).select_related("application")
    now = {row.number: row.application_key.lower() for row in rows}
    moved = {item for item in items if now.get(item.number or 0) != item.was.lower()}
    _mark(moved or items, PlanItem.State.CHANGED, "it is elsewhere by now, so it was left alone" if moved else message)
    _update([item for item in items if moved and item not in moved], operation=None)


def _mark(items: Collection[PlanItem], state: PlanItem.State, message: str) -> None:
    _update(items, state=state, message=message[:500])


def _update(items: Collection[PlanItem], **values: object) -> None:
    keys = [item.pk for item in items]
    for start in range(0, len(keys), 500):
        PlanItem.objects.filter(pk__in=keys[start : start + 500]).update(**values)
