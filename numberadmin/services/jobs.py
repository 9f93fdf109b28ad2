"""Applying a plan: a worker takes it step by step through the services that people use, so that each step is locked,
asked about, recorded and settled like anybody's change.

Which lines a step has, and its operation, are written down before it is begun. A worker that died is followed by
another, which takes the same step again: what was done is answered from the audit, and nothing is sent twice.
"""

import datetime as dt
import logging
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor, Disconnected, of_person
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.services import (
    applications,
    assignment,
    labels,
    permission,
    plans,
    record,
    remote,
    selection,
    unassignment,
)
from numberadmin.services.models import Number, Plan, PlanItem
from numberadmin.services.results import Busy, Changed, Forbidden, NotHere, Outcome, Refusal, SignInAgain

What = PlanItem.What
# Numbers of a first step that is a call each. Later ones have more, where they are quick: others get their turn between
# two steps, and progress is seen after each.
STEP, LARGEST = 20, 200
# Seconds that a step may take before the next one is smaller.
LONG = 2.0
# Before a step is tried again that others, or a doubt, stand in the way of.
PAUSE = 1.0
# So often a number is sent once more where it was settled that nothing had come of it.
TRIES = 3
# A worker that has given no sign for so many seconds has died.
SILENT = 30
# What no worker has taken for so many seconds, none is there to take.
UNTAKEN = 3
# What an item says whose number is where it is to be, and has its label.
LABELLED = "labelled"

log = logging.getLogger(__name__)
_started: "subprocess.Popen[bytes] | None" = None


class Stopped(Exception):
    """The plan cannot go on by itself: a person has to do something first."""


def apply(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    """Begins to apply what the plan shows. Raises Changed where it is no longer so."""
    permission.ensure(actor, May.CHANGE)
    if plan.state == Plan.State.PLANNED and (moved := plans.stale(plan)):
        raise Changed(
            f"{len(moved):,} of the numbers are no longer where they were when this plan was made. "
            'Nothing was changed. Press "Plan again" to see what it comes to now.'
        )
    with transaction.atomic(durable=True):
        values = {
            "state": Plan.State.APPLYING,
            "applied_by": actor.person,
            "applied_at": timezone.now(),
            "session": actor.session,
            "address": actor.address,
            "beat_at": timezone.now(),
        }
        if not Plan.objects.filter(pk=plan.pk, state=Plan.State.PLANNED).update(**values):
            return Outcome(plan.key, State.SUCCEEDED, "This plan was begun before. Nothing was begun twice.")
        record.begun(actor, plan.key, plans.recorded(plan), {"asked": {"plan": str(plan.key)}})
    work.enqueue(plan.pk)
    return Outcome(plan.key, State.SUCCEEDED, f"Began to apply the plan “{plan.title}”.")


def at_once(
    *,
    actor: Actor,
    operation: UUID,
    numbers: Sequence[int],
    application_key: str,
    reason: str = "",
    seen: Mapping[int, str] | None = None,
) -> Plan:
    """Begins what is a call for each of many numbers, without showing it first: whoever named each of them is taken at
    their word. Into no application with an empty key. Raises what one number would; then nothing is begun."""
    permission.ensure(actor, May.CHANGE)
    if application_key:
        applications.known(actor.account, application_key)
    if not Plan.objects.filter(key=operation).exists():
        selection.rows(actor.account, numbers, seen or {})
    plan = plans.from_selection(
        actor=actor, operation=operation, numbers=numbers, application_key=application_key, title=reason
    )
    apply(actor=actor, operation=operation, plan=plan)
    return plan


def pause(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    return _to(actor, operation, plan, [Plan.State.APPLYING], Plan.State.PAUSED, "Paused")


def resume(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    outcome = _to(actor, operation, plan, [Plan.State.PAUSED], Plan.State.APPLYING, "Went on with")
    work.enqueue(plan.pk)
    return outcome


def cancel(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    """What is done stays done; the rest is not begun."""
    running = [Plan.State.PLANNED, Plan.State.APPLYING, Plan.State.PAUSED]
    return _to(actor, operation, plan, running, Plan.State.CANCELLED, "Cancelled")


def revive() -> int:
    """Plans whose worker has died are given to another one. Gives how many."""
    silent = timezone.now() - dt.timedelta(seconds=SILENT)
    count = 0
    for plan in Plan.objects.filter(state=Plan.State.APPLYING, beat_at__lt=silent):
        if Plan.objects.filter(pk=plan.pk, beat_at=plan.beat_at).update(beat_at=timezone.now()):
            work.enqueue(plan.pk)
            count += 1
    return count


def start_worker() -> None:
    """Where none has taken what waits, one is started as a process of its own, which ends when nothing is left."""
    global _started
    if not settings.START_WORKER or (_started and _started.poll() is None):
        return
    a_while_ago = timezone.now() - dt.timedelta(seconds=UNTAKEN)
    if DBTaskResult.objects.ready().filter(enqueued_at__lt=a_while_ago).exists():
        log.info("no worker has taken what waits: starting one")
        command = [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay", "--no-reload", "-v0"]
        _started = subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603 - nothing of it comes from outside


@task()
def work(plan_id: int) -> None:
    """Takes the plan's steps, one after the other, until it is at its end, or somebody stops it."""
    size = STEP
    while True:
        plan = Plan.objects.filter(pk=plan_id, state=Plan.State.APPLYING).select_related("account").first()
        if plan is None:
            return
        Plan.objects.filter(pk=plan_id).update(beat_at=timezone.now())
        started = time.monotonic()
        try:
            if not step(plan, size):
                _finish(plan)
                return
        except Busy:
            time.sleep(PAUSE)
            continue
        except Stopped as stopped:
            rows = Plan.objects.filter(pk=plan_id, state=Plan.State.APPLYING)
            rows.update(state=Plan.State.PAUSED, message=str(stopped)[:500])
            return
        size = _paced(size, time.monotonic() - started)


def _paced(size: int, seconds: float) -> int:
    if seconds > LONG:
        return max(STEP, size // 2)
    return min(LARGEST, size * 2) if seconds < LONG / 4 else size


def step(plan: Plan, size: int = STEP) -> bool:
    """Does the next step; False where there is none left. Raises Busy where it has to be tried again, and Stopped."""
    items = _next(plan, size)
    if not items:
        return _label_some(plan)
    try:
        outcome = _changed(_actor(plan), plan, items)
    except Busy:
        raise
    except (Forbidden, SignInAgain) as error:
        if (operation := items[0].operation) and Entry.objects.filter(
            operation=operation, phase=Phase.OUTCOME
        ).exists():
            _take_over(items, Outcome(operation, State.FAILED, error.message))
        raise Stopped(error.message) from None
    except Disconnected:
        raise Stopped(f"{plan.account} is not connected to Sinch. Connect it, then go on.") from None
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
    operation, reason = items[0].operation or uuid4(), f"Plan: {plan.title}"
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
        try:
            labels.set_label(
                actor=actor,
                operation=uuid5(plan.key, f"label {number}"),
                number=number,
                label=item.label,
                note=labels.one(plan.account, number).note,
            )
            _mark([item], PlanItem.State.DONE, LABELLED)
        except (Forbidden, SignInAgain) as error:
            raise Stopped(error.message) from None
        except Refusal as refusal:
            _mark([item], PlanItem.State.FAILED, refusal.message)
    return True


def _for_whom(plan: Plan) -> Actor | None:
    """Whoever pressed "Apply", as they are in the team now."""
    membership = of_person(plan.applied_by_id or 0).filter(account=plan.account).first()
    instance = instances.live(plan.account)
    return Actor(membership, instance, plan.session, plan.address, plan=plan.key) if membership else None


def _actor(plan: Plan) -> Actor:
    """The same; raises Stopped where they are not."""
    if actor := _for_whom(plan):
        return actor
    raise Stopped("Whoever began this is no longer in the team. Somebody else may plan it again.")


def _take_over(items: Sequence[PlanItem], outcome: Outcome) -> None:
    """What the audit says of each number of the step."""
    if outcome.state == State.SUCCEEDED:
        _mark(items, PlanItem.State.DONE, "")
        return
    entry = Entry.objects.filter(operation=outcome.operation).order_by("-id").first()
    became = dict(Line.objects.filter(entry=entry).values_list("number", "became")) if entry else {}
    done = [item for item in items if became.get(item.number or 0, item.was).lower() == item.to.lower()]
    _mark(done, PlanItem.State.DONE, "")
    rest = [item for item in items if item not in done]
    if entry is not None and entry.phase == Phase.SETTLEMENT:
        # The worker before this one died, or the answer was lost: what did not happen is sent in a step of its own.
        tired = [item for item in rest if item.tries >= TRIES]
        _mark(tired, PlanItem.State.FAILED, outcome.message)
        _update([item for item in rest if item not in tired], operation=None, tries=F("tries") + 1)
        return
    if entry is not None and entry.error_code in (None, *remote.SESSION_CODES):
        # Sinch was not reached, or does not know the instance any more: it is not the numbers' fault.
        _update(rest, operation=None)
        raise Stopped(outcome.message)
    # The first is the one that was refused; where others were not tried after it, they come in a later step.
    refused = rest if not done and items[0].what == What.ASSIGN else rest[:1]
    _mark(refused, PlanItem.State.FAILED, outcome.message)
    _update(rest[len(refused) :], operation=None)


def _in_doubt(items: Sequence[PlanItem], outcome: Outcome) -> bool:
    """A step without an answer is asked about until it is settled; one that stays in doubt is told as such."""
    if Entry.objects.filter(operation=outcome.operation, phase=Phase.SETTLEMENT).exists():
        _mark(items, PlanItem.State.FAILED, outcome.message)
        return True
    time.sleep(PAUSE)
    return True


def _mark_changed(plan: Plan, items: Sequence[PlanItem], message: str) -> None:
    """Those of the step that are no longer where the plan shows them: they are left alone."""
    numbers = [item.number for item in items if item.number is not None]
    rows = Number.objects.filter(account=plan.account, number__in=numbers).select_related("application")
    now = {row.number: row.application_key.lower() for row in rows}
    moved = [item for item in items if now.get(item.number or 0) != item.was.lower()]
    _mark(moved or items, PlanItem.State.CHANGED, "it is elsewhere by now, so it was left alone" if moved else message)
    _update([item for item in items if moved and item not in moved], operation=None)


def _mark(items: Sequence[PlanItem], state: PlanItem.State, message: str) -> None:
    _update(items, state=state, message=message[:500])


def _update(items: Sequence[PlanItem], **values: object) -> None:
    keys = [item.pk for item in items]
    for start in range(0, len(keys), 500):
        PlanItem.objects.filter(pk__in=keys[start : start + 500]).update(**values)


def _finish(plan: Plan) -> None:
    with transaction.atomic(durable=True):
        rows = Plan.objects.filter(pk=plan.pk, state=Plan.State.APPLYING)
        if rows.update(state=Plan.State.DONE, ended_at=timezone.now(), message=""):
            plans.record_end(plan, _for_whom(plan))


def _to(
    actor: Actor, operation: UUID, plan: Plan, before: Sequence[Plan.State], after: Plan.State, what: str
) -> Outcome:
    permission.ensure(actor, May.CHANGE)
    with transaction.atomic(durable=True):
        ended = timezone.now() if after == Plan.State.CANCELLED else None
        rows = Plan.objects.filter(pk=plan.pk, state__in=before)
        if not rows.update(state=after, beat_at=timezone.now(), ended_at=ended, message=""):
            raise Refusal("The plan is no longer in that state. Nothing was changed. Look at it again.")
        message = f"{what} the plan “{plan.title}”."
        outcome = record.event(actor.account, actor, Action.PLAN, message, operation=operation, part_of=plan.key)
        if ended:
            plans.record_end(plan, actor)
    return outcome
