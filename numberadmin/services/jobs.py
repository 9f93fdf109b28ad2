"""Applying a plan: a worker takes step after step (`services/steps.py`) until it is at its end or somebody stops it."""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from threading import Event
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from numberadmin.accounts.actor import Actor
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, State
from numberadmin.services import applications, permission, plans, record, selection, steps
from numberadmin.services.models import Plan
from numberadmin.services.results import Busy, Changed, Outcome, Refusal

# A worker that has given no sign for so many seconds has died.
SILENT = 30
# So many seconds a worker is at one plan while another one waits.
TURN = 5.0

# Set once the worker is told to end: it does so after the step under way.
stopping = Event()


def apply(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    """Begins to apply what the plan shows. Raises Changed where it is no longer so."""
    permission.ensure(actor, May.CHANGE)
    if plan.state == Plan.State.PLANNED and (moved := plans.stale(plan)):
        raise Changed(
            f"{len(moved):,} of the numbers are no longer where they were when this plan was made. "
            'Nothing was changed. Press "Plan again" to see what it comes to now.'
        )
    with transaction.atomic(durable=True):
        values = {"state": Plan.State.APPLYING, "beat_at": timezone.now()}
        if not Plan.objects.filter(pk=plan.pk, state=Plan.State.PLANNED).update(**values, **_acting(actor)):
            return Outcome(plan.key, State.SUCCEEDED, "This plan was begun before. Nothing was begun twice.")
        record.begun(actor, plan.key, plans.recorded(plan), {"asked": {"plan": str(plan.key)}})
    work.enqueue(plan.pk)
    return Outcome(plan.key, State.SUCCEEDED, f"Begun: {plan.title}. This page shows how far it is.")


def at_once(
    *,
    actor: Actor,
    operation: UUID,
    numbers: Sequence[int],
    application_key: str,
    reason: str = "",
    seen: Mapping[int, str] | None = None,
) -> Outcome:
    """Begins what is a call for each of many numbers, without showing it first: whoever named each of them is taken at
    their word. Into no application with an empty key. Raises what one number would; then nothing is begun."""
    permission.ensure(actor, May.CHANGE)
    if application_key:
        applications.known(actor.account, application_key)
    if not Plan.objects.filter(key=operation).exists():
        selection.rows(actor.account, numbers, seen or {})
    title = reason or f"{'Move' if application_key else 'Unassign'} {len(set(numbers)):,} numbers"
    plan = plans.from_selection(
        actor=actor, operation=operation, numbers=numbers, application_key=application_key, title=title
    )
    return apply(actor=actor, operation=operation, plan=plan)


def pause(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    return _to(actor, operation, plan, [Plan.State.APPLYING], Plan.State.PAUSED, "Paused")


def resume(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    """Goes on as whoever resumes it: the steps from now on are theirs, from where they are, as far as their role
    allows."""
    outcome = _to(actor, operation, plan, [Plan.State.PAUSED], Plan.State.APPLYING, "Went on with")
    work.enqueue(plan.pk)
    return outcome


def cancel(*, actor: Actor, operation: UUID, plan: Plan) -> Outcome:
    """What is done stays done; the rest is not begun."""
    running = [Plan.State.PLANNED, Plan.State.APPLYING, Plan.State.PAUSED]
    return _to(actor, operation, plan, running, Plan.State.CANCELLED, "Cancelled")


def revive() -> int:
    """Plans whose worker has died are given to another one. Gives how many. Where a plan was stopped in the middle of a
    step, what came of that is looked up."""
    silent = timezone.now() - dt.timedelta(seconds=SILENT)
    count = 0
    for plan in Plan.objects.filter(state=Plan.State.APPLYING, beat_at__lt=silent):
        if Plan.objects.filter(pk=plan.pk, beat_at=plan.beat_at).update(beat_at=timezone.now()):
            work.enqueue(plan.pk)
            count += 1
    lately = timezone.now() - dt.timedelta(hours=1)
    for plan in Plan.objects.filter(state__in=[Plan.State.PAUSED, Plan.State.CANCELLED], beat_at__gt=lately):
        steps.catch_up(plan)
    return count


@task()
def work(plan_id: int) -> None:
    """Takes the plan's steps, one after the other, until it is at its end or somebody stops it.

    If others wait, or the worker is told to end, the rest goes to the end of the queue.
    """
    size, began = steps.STEP, time.monotonic()
    while True:
        others_wait = time.monotonic() - began > TURN and DBTaskResult.objects.ready().exists()
        if stopping.is_set() or others_wait:
            work.enqueue(plan_id)
            return
        plan = Plan.objects.filter(pk=plan_id, state=Plan.State.APPLYING).select_related("account").first()
        if plan is None:
            return
        Plan.objects.filter(pk=plan_id).update(beat_at=timezone.now())
        started = time.monotonic()
        try:
            if not steps.take(plan, size):
                _finish(plan)
                return
        except Busy:
            stopping.wait(steps.PAUSE)
            continue
        except steps.Stopped as stopped:
            rows = Plan.objects.filter(pk=plan_id, state=Plan.State.APPLYING)
            rows.update(state=Plan.State.PAUSED, message=str(stopped)[:500])
            return
        size = steps.paced(size, time.monotonic() - started)


def _finish(plan: Plan) -> None:
    with transaction.atomic(durable=True):
        rows = Plan.objects.filter(pk=plan.pk, state=Plan.State.APPLYING)
        if rows.update(state=Plan.State.DONE, ended_at=timezone.now(), message=""):
            plans.record_end(plan, steps.for_whom(plan))


def _to(
    actor: Actor, operation: UUID, plan: Plan, before: Sequence[Plan.State], after: Plan.State, what: str
) -> Outcome:
    permission.ensure(actor, May.CHANGE)
    asked = {"plan": str(plan.key), "state": str(after)}
    if earlier := record.earlier(actor, operation, asked):
        return earlier
    with transaction.atomic(durable=True):
        ended = timezone.now() if after == Plan.State.CANCELLED else None
        values = {"state": after, "beat_at": timezone.now(), "ended_at": ended, "message": ""}
        if after == Plan.State.APPLYING:
            values |= _acting(actor)
        if not Plan.objects.filter(pk=plan.pk, state__in=before).update(**values):
            raise Refusal("The plan is no longer in that state. Nothing was changed. Look at it again.")
        message = f"{what} the plan “{plan.title}”."
        details = {"asked": asked}
        outcome = record.event(
            actor.account, actor, Action.PLAN, message, operation=operation, details=details, part_of=plan.key
        )
        if ended:
            plans.record_end(plan, actor)
    return outcome


def _acting(actor: Actor) -> dict[str, object]:
    """As whom a plan's steps are done from now on."""
    return {
        "applied_by": actor.person,
        "applied_at": timezone.now(),
        "session": actor.session,
        "address": actor.address,
    }
