"""Plans: what is to be done with many numbers, made from a file, from what was pasted, from a selection, or to undo
something. Making one changes nothing; it is shown, and applied when somebody says so (`services/jobs.py`)."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.models import PLACINGS, Action, Entry, Line, Phase, State
from numberadmin.services import applications, permission, planned, record, sheet
from numberadmin.services.models import Plan, PlanItem
from numberadmin.services.results import NotHere, Refusal

What = PlanItem.What
PAGE = 200


@dataclass(frozen=True)
class Page:
    """A plan as it stands: how many lines there are of each kind and in each state, and some of the lines.

    `stale` is how many lines are no longer as they were when the plan was made, while it is not applied yet.
    """

    plan: Plan
    kinds: dict[str, int]
    states: dict[str, int]
    items: list[PlanItem]
    stale: int
    before: int | None
    after: int | None

    @property
    def waits(self) -> bool:
        """Whether the worker that should be at it gives no sign."""
        beat, silent = self.plan.beat_at, timezone.now() - dt.timedelta(seconds=20)
        return self.plan.state == Plan.State.APPLYING and beat is not None and beat < silent

    @property
    def to_do(self) -> int:
        """How many lines change something."""
        return sum(self.states.values())

    @property
    def ended(self) -> int:
        return self.to_do - self.states.get(PlanItem.State.WAITING, 0)


def from_table(*, actor: Actor, lines: Sequence[sheet.Line], title: str) -> Plan:
    return _made(actor, "Table", title or "A file", lines)


def from_paste(*, actor: Actor, text: str, application_key: str, title: str) -> Plan:
    """All that was pasted goes into one application; with an empty key, into none."""
    return _made(actor, "Pasted", title or "Pasted numbers", _all_to(sheet.pasted(text), application_key))


def from_selection(
    *, actor: Actor, operation: UUID, numbers: Sequence[int], application_key: str, title: str = ""
) -> Plan:
    """The same operation once more gives the same plan; Conflict where it was applied, or done, with other contents."""
    lines = [sheet.Line(place, f"+{number}", number) for place, number in enumerate(numbers, 1)]
    return _made(actor, "Selection", title or "A selection", _all_to(lines, application_key), operation)


def _all_to(lines: Iterable[sheet.Line], application_key: str) -> list[sheet.Line]:
    return [replace(line, application=application_key or applications.NOT_NAMES[0]) for line in lines]


def undoing(*, actor: Actor, operation: UUID) -> Plan:
    """Each number of an operation, and of its steps, back to where it was; those that are elsewhere by now are left.
    Raises NotHere."""
    if Plan.objects.filter(key=operation, state__in=[Plan.State.APPLYING, Plan.State.PAUSED]).exists():
        raise Refusal("This is not at its end yet. Nothing was changed. Cancel it first, or wait.")
    mine = Entry.objects.filter(Q(operation=operation) | Q(part_of=operation), account=actor.account)
    known = Q(phase=Phase.OUTCOME, state__in=[State.SUCCEEDED, State.FAILED]) | Q(phase=Phase.SETTLEMENT)
    done = mine.filter(known, action__in=PLACINGS)
    moved: dict[int, tuple[str, str]] = {}
    lines = Line.objects.filter(entry__in=done).exclude(was=F("became")).order_by("id")
    for number, was, became in lines.values_list("number", "was", "became"):
        moved[number] = moved.get(number, (was, ""))[0], became
    if not moved:
        raise NotHere("There is nothing to undo in this: it was no assignment that came through. Nothing was changed.")
    now = planned.rows_of(actor.account, list(moved))
    asked = []
    for place, (number, (was, became)) in enumerate(moved.items(), 1):
        row, one = now.get(number), sheet.Line(place, f"+{number}", number)
        if row and row.application_key.lower() != became.lower():
            asked.append(replace(one, problem="it is elsewhere by now, so it is left there"))
        else:
            asked.append(replace(one, application=was or applications.NOT_NAMES[0]))
    action = mine.order_by("id")[0].get_action_display().lower()
    title = f"Undo: {action} of {len(moved):,} number{'' if len(moved) == 1 else 's'}"
    return _made(actor, "Undo", title, asked)


def again(*, actor: Actor, plan: Plan) -> Plan:
    """The same lines planned anew, as things are now."""
    lines = [_line(item) for item in plan.items.order_by("id")]
    return _made(actor, plan.source, plan.title, lines)


def _line(item: PlanItem) -> sheet.Line:
    """The line that it came from; one that could never be used stays so."""
    useless = item.number is None or (item.what == What.WRONG and not (item.wanted or item.wanted_key))
    return sheet.Line(
        item.line,
        item.text,
        item.number,
        application=item.wanted,
        key=item.wanted_key,
        label=item.label,
        problem=item.message if useless else "",
    )


def of(account: Account) -> QuerySet[Plan]:
    return Plan.objects.filter(account=account).order_by("-id")


def one(account: Account, key: UUID) -> Plan:
    """Raises NotHere."""
    plan = of(account).filter(key=key).first()
    if plan is None:
        raise NotHere("There is no such plan. Nothing was changed.")
    return plan


def page(plan: Plan, after: int = 0, what: str = "") -> Page:
    """The lines after a place, those that are wrong first of all where `what` names no kind."""
    kinds: dict[str, int] = dict(plan.items.values_list("what").annotate(Count("id")))
    states: dict[str, int] = dict(changing(plan).values_list("state").annotate(Count("id")))
    rows = plan.items.filter(what=what) if what in What.values else plan.items.all()
    items = list(rows.filter(id__gt=after).order_by("id")[: PAGE + 1])
    return Page(
        plan,
        kinds,
        states,
        items[:PAGE],
        stale=len(stale(plan)) if plan.state == Plan.State.PLANNED else 0,
        before=0 if after else None,
        after=items[PAGE - 1].pk if len(items) > PAGE else None,
    )


def stale(plan: Plan) -> list[int]:
    """The numbers that the plan puts elsewhere, and that are no longer where they were when it was made."""
    # What is left where it is, and a label, are the same wherever the number has gone.
    shown = dict(plan.items.filter(what__in=PLACINGS).values_list("number", "was"))
    now = planned.rows_of(plan.account, [number for number in shown if number is not None])
    return [
        number
        for number, was in shown.items()
        if number is not None and (number not in now or now[number].application_key.lower() != was.lower())
    ]


def _made(
    actor: Actor,
    source: str,
    title: str,
    lines: Sequence[sheet.Line],
    operation: UUID | None = None,
) -> Plan:
    permission.ensure(actor, May.CHANGE)
    if not lines:
        raise Refusal("There is no number in this. Nothing was changed.")
    key, asked = operation or uuid4(), _asked(lines)
    if earlier := _earlier(actor, key, asked):
        if earlier.asked == asked:
            return earlier
        key = uuid4()
    items = planned.items_of(actor.account, lines)
    title = " ".join(title.split())[:200]
    plan = Plan(
        account=actor.account,
        key=key,
        asked=asked,
        source=source,
        title=title,
        made_by=actor.person.name,
        lines=len(items),
    )
    try:
        with transaction.atomic(durable=True):
            plan.save()
            for item in items:
                item.plan = plan
            PlanItem.objects.bulk_create(items, batch_size=1000)
    except IntegrityError:
        if earlier := _earlier(actor, key, asked):
            # The same form was sent at the same moment.
            return earlier
        raise
    return plan


def _asked(lines: Iterable[sheet.Line]) -> str:
    return hashlib.sha256("\n".join(map(repr, lines)).encode()).hexdigest()


def _earlier(actor: Actor, key: UUID, asked: str) -> Plan | None:
    """The plan of that operation, where there is one: with other contents only as long as it is not begun. Raises
    Conflict."""
    plan = Plan.objects.filter(key=key).first()
    if plan is None:
        if Entry.objects.filter(operation=key).exists():
            raise record.sent_before()
        return None
    begun_otherwise = plan.asked != asked and plan.state != Plan.State.PLANNED
    if plan.account_id != actor.account.pk or begun_otherwise:
        raise record.sent_before()
    return plan


def changing(plan: Plan) -> QuerySet[PlanItem]:
    """The lines that are to change something."""
    return plan.items.exclude(what__in=[What.LEAVE, What.WRONG])


def recorded(plan: Plan) -> record.Plan:
    """What the audit's entry says that is written when the plan is begun."""
    kinds = set(changing(plan).order_by().values_list("what", "to").distinct())
    actions, keys = {what for what, _ in kinds}, {key for _, key in kinds}
    action = Action(actions.pop()) if len(actions) == 1 and actions <= set(PLACINGS) else Action.PLAN
    return record.Plan(
        action,
        application_key=keys.pop() if len(keys) == 1 else "",
        reason=plan.title,
        details={"many": changing(plan).count()},
    )


def record_end(plan: Plan, actor: Actor | None) -> None:
    """What came of a plan that was begun, for the audit, in the transaction that ends it."""
    intent = Entry.objects.filter(operation=plan.key, phase=Phase.INTENT).first()
    if intent is None:
        return
    states = Counter(changing(plan).values_list("state", flat=True))
    total, done = sum(states.values()), states[PlanItem.State.DONE]
    said = [
        f"Done: {done:,} of {total:,}.",
        f"Failed: {states[PlanItem.State.FAILED]:,}.",
        f"Changed meanwhile, and left alone: {states[PlanItem.State.CHANGED]:,}.",
        f"Not begun: {states[PlanItem.State.WAITING]:,}.",
    ]
    message = " ".join(said[:1] + [text for text in said[1:] if not text.endswith(": 0.")])
    state = State.SUCCEEDED if done == total else State.FAILED
    record.ended(actor, intent, record.Result(state, message, details={"many": total}))


def result_rows(plan: Plan) -> Iterable[dict[str, object]]:
    """A line a number, as a file has them."""
    names = applications.names(plan.account)
    for item in plan.items.order_by("id").iterator(1000):
        yield {
            "line": item.line,
            "number": item.number if item.number is not None else item.text,
            "planned": item.what,
            "was": item.was,
            "was_name": names.get(item.was, ""),
            "to": item.to,
            "to_name": names.get(item.to, ""),
            "label": item.label,
            "state": {What.WRONG: "", What.LEAVE: "left"}.get(What(item.what), item.state),
            "message": item.message,
            "operation": item.operation,
        }


COLUMNS = ("line", "number", "planned", "was", "was_name", "to", "to_name", "label", "state", "message", "operation")
