"""Reserving numbers of a group. Reference: "Reserve number(s)". How long a reservation holds is not documented."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, State
from numberadmin.services import cart, catalog, remote, settle, write
from numberadmin.services.models import NumberGroup, Reservation
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import NotHere, Outcome, Refusal

# Lines that may be reserved again: those that lapsed, or of which a checkout said that some did.
LAPSED = Q(state=Reservation.State.EXPIRED) | Q(doubted=True)


@dataclass(frozen=True, kw_only=True)
class _Reserving(Plan):
    row: Reservation


def reserve(
    *,
    actor: Actor,
    operation: UUID,
    group_id: int,
    quantity: int,
    capabilities: Sequence[str] = (),
    replaces: str = "",
) -> Outcome:
    """Reserves numbers of a group. `replaces` is a lapsed line, by its reference, that the new one stands for."""
    asked = {
        "group_id": group_id,
        "quantity": quantity,
        "capabilities": sorted(capabilities),
        "replaces": replaces,
    }
    return write.perform(
        actor,
        operation,
        asked,
        lambda: _plan_reservation(actor, operation, group_id, quantity, capabilities),
        lambda plan: _send_reservation(actor, plan, replaces),
        may=May.BUY,
    )


def _plan_reservation(
    actor: Actor, operation: UUID, group_id: int, quantity: int, capabilities: Sequence[str]
) -> _Reserving:
    group = catalog.wanted(actor, group_id)
    if group is None:
        raise NotHere("There is no such number group in the list from Sinch. Nothing was reserved.")
    if group.unreadable_since:
        raise Refusal(
            f"What Sinch says of {group.city or 'this group'} cannot be read now, so it is not known what is left and "
            "what it costs. Nothing was reserved. Try again in a minute; if it stays so, ask Sinch."
        )
    if group.amount is None:
        raise Refusal(
            "The price that Sinch gives for this group cannot be read exactly, so numbers of it are not rented here. "
            "Nothing was reserved."
        )
    if quantity < 1:
        raise Refusal("Ask for at least 1 number. Nothing was reserved.")
    if group.availability < 1:
        raise Refusal(f"None is left in {group.city or 'this group'}. Nothing was reserved.")
    if quantity > group.availability:
        raise Refusal(
            f"{group.city} has {group.availability} numbers available, {quantity} were asked for. "
            "Nothing was reserved. Choose a smaller quantity."
        )
    wanted = tuple(sorted(set(capabilities) or group.capabilities)) if group.capabilities else ()
    if unknown := set(wanted) - set(group.capabilities):
        raise Refusal(f"This group does not offer {', '.join(sorted(unknown))}. Nothing was reserved.")
    row = _as_line(actor, operation, group, quantity, wanted)
    return _Reserving(
        Action.RESERVE,
        details={"lines": [cart.as_recorded(row)]},
        row=row,
        store=row.save,
    )


def _send_reservation(actor: Actor, plan: _Reserving, replaces: str) -> Result:
    row = plan.row
    what = cart.in_words(row.quantity, row.city)
    account = actor.account

    def keep() -> None:
        row.save()
        if replaces:
            cart.lines(account).filter(LAPSED, reference_id=replaces).update(state=Reservation.State.DROPPED)
        catalog.outdate(account)

    def drop() -> None:
        Reservation.objects.filter(pk=row.pk).delete()
        catalog.outdate(account)

    try:
        row.reference_id = remote.writing().reserve(
            actor.instance, account.organisation_id, row.group_id, row.quantity, row.capabilities
        )
    except sinch.Unanswered as error:
        message = f"{remote.explain(error)} This was for {what}. {settle.MAY_BE_HELD}"
        return Result(State.UNKNOWN, message, error=error, store=keep)
    except sinch.Refused as error:
        message = remote.told(error, "Nothing was reserved. The list of groups is read again.")
        return Result(State.FAILED, message, error=error, store=drop)
    except sinch.NotSent as error:
        return Result(State.FAILED, remote.told(error, "Nothing was reserved."), error=error, store=drop)
    row.state = Reservation.State.RESERVED
    message = f"Reserved {what}, now in the cart. Nothing is rented before you check out."
    return Result(State.SUCCEEDED, message, details={"reference_id": row.reference_id}, store=keep)


def _as_line(
    actor: Actor, operation: UUID, group: NumberGroup, quantity: int, capabilities: Sequence[str]
) -> Reservation:
    return Reservation(
        account=actor.account,
        operation=operation,
        group_id=group.group_id,
        quantity=quantity,
        type=group.type,
        asked=",".join(capabilities),
        state=Reservation.State.UNKNOWN,
        reserved_at=timezone.now(),
        reserved_by=actor.person.name,
        amount=group.amount,
        currency=group.currency,
        country_id=group.country_id,
        country=group.country,
        city=group.city,
        area_code=group.area_code,
    )
