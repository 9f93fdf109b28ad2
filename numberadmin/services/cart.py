"""The cart: reserving numbers of a group, dropping a line, and checking out, which spends money.

Reference: "Reserve number(s)" and "Checkout reserved numbers". No call releases a reservation, and how long one
holds is not documented.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, State
from numberadmin.services import catalog, mirror, record, refresh, remote, settle, write
from numberadmin.services.models import Number, NumberGroup, Reservation, Total
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import NotHere, Outcome, Refusal, SignInAgain

IN_CART = (Reservation.State.RESERVED, Reservation.State.EXPIRED, Reservation.State.UNKNOWN)


@dataclass(frozen=True)
class Cart:
    """The lines, and for those that can be checked out: how many numbers, and the sum in each currency."""

    lines: list[Reservation]
    totals: list[Total]
    count: int

    @property
    def checkable(self) -> bool:
        return self.count > 0

    @property
    def doubted(self) -> bool:
        """A checkout was refused because some line had lapsed, and Sinch did not say which."""
        return any(line.doubted for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class _Reserving(Plan):
    row: Reservation


def cart(account: Account) -> Cart:
    lines = list(_lines(account).order_by("reserved_at", "id"))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    held = [line for line in lines if line.state == Reservation.State.RESERVED]
    for line in held:
        if line.total is not None:
            sums[line.currency] += line.total
    totals = [Total(amount, currency) for currency, amount in sorted(sums.items())]
    return Cart(lines, totals, sum(line.quantity for line in held))


def line_count(account: Account) -> int:
    return _lines(account).count()


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
    )


def remove(*, actor: Actor, operation: UUID, reference_id: str) -> Outcome:
    """Takes a line out of the cart. The reservation itself stays until it lapses: no call releases one."""
    asked = {"reference_id": reference_id}
    if earlier := record.earlier(actor, operation, asked):
        return earlier
    line = _lines(actor.account).filter(reference_id=reference_id).first() if reference_id else None
    if line is None and (by_operation := _uuid(reference_id)):
        line = _lines(actor.account).filter(operation=by_operation).first()
    if line is None:
        raise NotHere(
            "There is no such line in the cart. It may have been removed or checked out. Nothing was changed."
        )
    if line.reference_id in _references_checked_out(actor.account):
        raise Refusal("This line is in a checkout whose outcome is being checked. Nothing was changed.")
    _lines(actor.account).filter(pk=line.pk).update(state=Reservation.State.DROPPED)
    message = (
        f"Removed {_what(line.quantity, line.city)} from the cart. "
        "Sinch has no call to release a reservation: it lapses by itself, and costs nothing."
    )
    details = {"asked": asked, "lines": [_line(line)]}
    return record.event(actor.account, actor, Action.DROP, message, operation=operation, details=details)


def check_out(*, actor: Actor, operation: UUID, each: bool = False) -> Outcome:
    """Rents what the cart holds, in one call; with `each`, one call a line, so that a lapsed one stops no other.

    The numbers of the outcome are those that were rented: found by comparing the lists before and after.
    """
    return write.perform(
        actor,
        operation,
        {"each": each},
        lambda: _plan_checkout(actor, each),
        lambda plan: _send_checkout(actor, operation, plan, each),
    )


def _plan_reservation(
    actor: Actor, operation: UUID, group_id: int, quantity: int, capabilities: Sequence[str]
) -> _Reserving:
    group = catalog.one(actor.account, group_id)
    if group is None:
        raise NotHere("There is no such number group in the list from Sinch. Nothing was reserved.")
    if group.amount is None:
        raise Refusal("Sinch gives no clear price for this group, so numbers of it are not rented here.")
    if quantity < 1:
        raise Refusal("Ask for at least 1 number. Nothing was reserved.")
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
        details={"lines": [_line(row)]},
        row=row,
    )


def _send_reservation(actor: Actor, plan: _Reserving, replaces: str) -> Result:
    row = plan.row
    what = _what(row.quantity, row.city)
    account = actor.account

    def keep() -> None:
        row.save()
        if replaces:
            _lines(account).filter(reference_id=replaces).update(state=Reservation.State.DROPPED)
        catalog.outdate(account)

    try:
        row.reference_id = remote.client().reserve(
            actor.instance, account.organisation_id, row.group_id, row.quantity, row.capabilities
        )
    except sinch.Unanswered as error:
        row.state = Reservation.State.UNKNOWN
        message = (
            f"{remote.explain(error)} {what} may or may not be held: nothing is rented or spent, and a "
            "reservation nobody checks out lapses by itself."
        )
        return Result(State.UNKNOWN, message, error_code=error.code, store=keep)
    except sinch.Refused as error:
        message = f"{remote.explain(error)} Nothing was reserved. The list of groups is read again."
        return Result(State.FAILED, message, error_code=error.code, store=lambda: catalog.outdate(account))
    message = f"Reserved {what}, now in the cart. Nothing is rented before you check out."
    return Result(State.SUCCEEDED, message, details={"reference_id": row.reference_id}, store=keep)


def _plan_checkout(actor: Actor, each: bool) -> Plan:
    lines = list(_lines(actor.account).filter(state=Reservation.State.RESERVED).order_by("reserved_at", "id"))
    if not lines:
        raise Refusal("There is nothing in the cart that can be checked out. Nothing was rented.")
    try:
        refresh.take_in(actor.account, actor.instance, actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(f"{remote.explain(error)} Nothing was rented.") from None
    except sinch.SinchError as error:
        raise Refusal(
            f"{remote.explain(error)} Without the list of rented numbers nothing is checked out. "
            "Nothing was rented, and the cart is as it was."
        ) from None
    groups = {line.group_id for line in lines}
    before = Number.objects.filter(account=actor.account, group_id__in=groups).values_list("number", flat=True)
    details = {"lines": [_line(line) for line in lines], "before": sorted(before), "each": each}
    return Plan(Action.CHECK_OUT, details=details)


def _send_checkout(actor: Actor, operation: UUID, plan: Plan, each: bool) -> Result:
    references = [line["reference_id"] for line in plan.details["lines"]]
    calls = [[reference] for reference in references] if each else [references]
    rented: list[str] = []
    lapsed: list[str] = []
    stopped: sinch.SinchError | None = None
    for call in calls:
        try:
            remote.client().check_out(actor.instance, actor.account.organisation_id, call)
            rented += call
        except sinch.NotFound as error:
            lapsed += call
            stopped = None if each else error
        except sinch.SinchError as error:
            stopped = error
            break
    if isinstance(stopped, sinch.Unanswered):
        return _checkout_in_doubt(actor.account, references, stopped)
    if not rented:
        return _nothing_rented(actor.account, references, lapsed, stopped)
    return _checked_out(actor, operation, plan, rented, lapsed, stopped)


def _checkout_in_doubt(account: Account, references: Sequence[str], error: sinch.SinchError) -> Result:
    message = (
        f"{remote.explain(error)} Whether the numbers were rented is being checked by reading the list of rented "
        "numbers. Do not check out again: the cart shows what came of it."
    )
    return Result(
        State.UNKNOWN,
        message,
        error_code=error.code,
        store=lambda: _mark(account, references, state=Reservation.State.UNKNOWN),
    )


def _nothing_rented(
    account: Account, references: Sequence[str], lapsed: Sequence[str], error: sinch.SinchError | None
) -> Result:
    code = error.code if error else 40400
    if not lapsed:
        why = remote.explain(error) if error else ""
        return Result(State.FAILED, f"{why} Nothing was rented, and the cart is as it was.", error_code=code)
    if len(lapsed) == 1 or error is None:
        message = "The reservation has lapsed. Nothing was rented. Reserve it again, or remove it from the cart."
        return Result(
            State.FAILED,
            message,
            error_code=code,
            store=lambda: _mark(account, lapsed, state=Reservation.State.EXPIRED, doubted=False),
        )
    message = (
        "At least one of the reservations has lapsed; Sinch does not say which, and rents all or none. Nothing was "
        "rented. Rent what is still held, or reserve lines again."
    )
    return Result(State.FAILED, message, error_code=code, store=lambda: _mark(account, references, doubted=True))


def _checked_out(
    actor: Actor,
    operation: UUID,
    plan: Plan,
    rented: Sequence[str],
    lapsed: Sequence[str],
    stopped: sinch.SinchError | None,
) -> Result:
    """Some or all lines were confirmed: reads the list to see which numbers they became."""
    account = actor.account
    asked = sum(line["quantity"] for line in plan.details["lines"] if line["reference_id"] in rented)
    rest = f" {len(lapsed)} of the lines had lapsed and can be reserved again." if lapsed else ""
    if stopped:
        rest += f" Then it stopped: {remote.explain(stopped)} What is left stays in the cart."

    def close() -> None:
        _mark(account, rented, state=Reservation.State.RENTED, doubted=False)
        _mark(account, lapsed, state=Reservation.State.EXPIRED, doubted=False)
        catalog.outdate(account)

    try:
        refresh.take_in(actor.account, actor.instance, actor, settling=False)
    except sinch.SinchError:
        message = (
            f"Sinch confirmed the checkout: {asked} numbers asked for.{rest} Which numbers they are could not be "
            "read yet; they show as soon as the list of rented numbers can be read."
        )
        return Result(State.UNKNOWN, message, details={"confirmed": True}, store=close)
    intent = Entry.objects.get(operation=operation)
    numbers = settle.new_numbers(intent, Number.objects.filter(account=account))

    def keep() -> None:
        close()
        mirror.after_checkout(account, numbers, operation, actor.person.name)

    count = f"Asked for {asked}, rented {len(numbers)}."
    if len(numbers) == asked:
        count = "Rented 1 number." if asked == 1 else f"Rented {asked} numbers."
    return Result(
        State.SUCCEEDED,
        f"{count}{rest}",
        [Change(number, "", "") for number in numbers],
        details={"confirmed": True},
        error_code=stopped.code if stopped else None,
        store=keep,
    )


def _lines(account: Account) -> QuerySet[Reservation]:
    return Reservation.objects.filter(account=account, state__in=IN_CART)


def _references_checked_out(account: Account) -> set[str]:
    intents = Entry.objects.filter(open__account=account, action=Action.CHECK_OUT)
    return {line["reference_id"] for intent in intents for line in intent.details["lines"]}


def _mark(account: Account, references: Sequence[str], **values: Any) -> None:
    _lines(account).filter(reference_id__in=references).update(**values)


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
        state=Reservation.State.RESERVED,
        reserved_at=timezone.now(),
        reserved_by=actor.person.name,
        amount=group.amount,
        currency=group.currency,
        country_id=group.country_id,
        country=group.country,
        city=group.city,
        area_code=group.area_code,
    )


def _line(row: Reservation) -> Mapping[str, Any]:
    """A cart line as the audit keeps it."""
    return {
        "reference_id": row.reference_id,
        "group_id": row.group_id,
        "city": row.city,
        "country_id": row.country_id,
        "quantity": row.quantity,
        "price": str(row.amount),
        "currency": row.currency,
    }


def _what(quantity: int, city: str) -> str:
    return f"{quantity} number{'' if quantity == 1 else 's'} in {city or 'this group'}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
