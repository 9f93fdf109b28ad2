"""Checkouts above a buyer's limit: the buyer asks, an owner approves or declines."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from numberadmin import money
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account, Membership
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action
from numberadmin.services import cart, record, settle, team
from numberadmin.services.lock import Taken, turn
from numberadmin.services.models import Request, Reservation
from numberadmin.services.results import NotHere, Outcome, Refusal


def above_limit(membership: Membership, lines: Sequence[Reservation]) -> bool:
    """Whether the person has to ask before these lines are checked out: all of them count as one sum."""
    sums = cart.sums(lines)
    if len(sums) > 1 and not membership.may(May.APPROVE):
        return True
    return any(not membership.may_spend(total) for total in sums)


def waiting(account: Account) -> list[Request]:
    """The requests that nobody has decided, the oldest first, each with what is still held of it."""
    rows = list(Request.objects.filter(account=account, state=Request.State.WAITING).select_related("asked_by"))
    held = {line.reference_id for line in cart.held(account)}
    for row in rows:
        row.is_held = set(row.references) <= held
    return rows


def count(account: Account) -> int:
    return Request.objects.filter(account=account, state=Request.State.WAITING).count()


def ask(actor: Actor, operation: UUID, asked: Mapping[str, Any], lines: Sequence[Reservation]) -> Outcome:
    """Keeps the lines as a request; nothing is rented. Raises Busy."""
    try:
        with turn(actor.account.pk, settings.LOCK_SECONDS):
            return record.earlier(actor, operation, asked) or _asked(actor, operation, asked, lines)
    except Taken:
        raise settle.busy(actor.account) from None


def _asked(actor: Actor, operation: UUID, asked: Mapping[str, Any], lines: Sequence[Reservation]) -> Outcome:
    sums = cart.sums(lines)
    what = f"{sum(line.quantity for line in lines)} numbers for {money.in_words(sums)} a period"
    references = [line.reference_id for line in lines]
    earlier = Request.objects.filter(account=actor.account, state=Request.State.WAITING)
    replaced = [row.pk for row in earlier if set(row.references) & set(references)]
    message = f"Asked an owner to approve the checkout of {what}, which is above the limit. Nothing is rented yet."
    with transaction.atomic(durable=True):
        earlier.filter(pk__in=replaced).update(state=Request.State.REPLACED)
        Request.objects.create(
            account=actor.account,
            operation=operation,
            asked_by=actor.person,
            mark=cart.mark(lines),
            lines=[dict(cart.as_recorded(line)) for line in lines],
        )
        details = {"asked": dict(asked), "lines": [cart.as_recorded(line) for line in lines]}
        return record.event(actor.account, actor, Action.REQUEST, message, operation=operation, details=details)


def one(account: Account, request_id: str) -> Request:
    """A request that waits. Raises NotHere."""
    row = _like(account, request_id).filter(state=Request.State.WAITING).first()
    if row is None:
        raise NotHere("There is no such request that waits: it was decided, or asked for anew. Nothing was changed.")
    return row


def approved(actor: Actor, request: Request) -> None:
    """Belongs into the transaction that commits the intent of its checkout. Raises Refusal for a decided one."""
    _decide(actor, request, Request.State.APPROVED)
    message = f"Approved the checkout that {request.asked_by.name} had asked for."
    record.event(actor.account, actor, Action.APPROVE, message, details={"request": str(request.operation)})


def decline(*, actor: Actor, operation: UUID, request_id: str, reason: str = "") -> Outcome:
    """An owner declines a request, or who made it takes it back. The lines stay in the cart."""
    reason = " ".join(reason.split())[:200]

    def change() -> tuple[Action, str]:
        request = one(actor.account, request_id)
        _decide(actor, request, Request.State.DECLINED)
        what = "Took back the request for a checkout."
        if request.asked_by_id != actor.person.pk:
            what = f"Declined the checkout that {request.asked_by.name} had asked for."
        reason_given = f" Reason: {reason}." if reason else ""
        return Action.DECLINE, f"{what}{reason_given} Nothing was rented; the lines stay in the cart."

    mine = _like(actor.account, request_id).filter(asked_by=actor.person).exists()
    asked = {"request": request_id, "reason": reason}
    return team.once(actor, operation, asked, change, may=May.BUY if mine else May.APPROVE)


def _decide(actor: Actor, request: Request, state: Request.State) -> None:
    waits = Request.objects.filter(pk=request.pk, state=Request.State.WAITING)
    if not waits.update(state=state, decided_by=actor.person.name, decided_at=timezone.now()):
        raise Refusal("Somebody has decided this request a moment ago. Nothing was changed.")


def _like(account: Account, request_id: str) -> QuerySet[Request]:
    """The request by its id, if it is one and the account has it."""
    try:
        return Request.objects.filter(account=account, operation=UUID(request_id))
    except ValueError:
        return Request.objects.none()
