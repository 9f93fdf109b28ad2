"""Checking out, which spends money. Reference: "Checkout reserved numbers": all or nothing, and no word of the numbers.

Which numbers were rented is found by comparing the lists of rented numbers before and after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, State
from numberadmin.services import approval, cart, catalog, mirror, permission, refresh, remote, settle, write
from numberadmin.services.models import Number, Reservation
from numberadmin.services.record import Plan, Result
from numberadmin.services.results import Changed, Outcome, Refusal, SignInAgain


@dataclass
class AboveLimit(Exception):
    """The person may not spend that much without asking."""

    lines: list[Reservation]


def check_out(*, actor: Actor, operation: UUID, each: bool = False, seen: str = "", approves: str = "") -> Outcome:
    """Rents what the cart holds, in one call; with `each`, one call a line, so that a lapsed one stops no other.

    The numbers of the outcome are those that were rented: found by comparing the lists before and after. `seen` is the
    `mark` of the cart that the person has seen: Changed where the cart or a price is another one by now. `approves` is
    the request that an owner approves by this: its lines are rented, and no others.

    Above the person's limit nothing is rented: a request is made of it, which an owner decides.
    """
    asked = {"each": each, "seen": seen} | ({"approves": approves} if approves else {})
    try:
        return write.perform(
            actor,
            operation,
            asked,
            lambda: _plan_checkout(actor, each, seen, approves),
            lambda plan: _send_checkout(actor, operation, plan, each),
            may=May.APPROVE if approves else May.BUY,
        )
    except AboveLimit as above:
        return approval.ask(actor, operation, asked, above.lines)


def _plan_checkout(actor: Actor, each: bool, seen: str, approves: str = "") -> Plan:
    account = actor.account
    request = approval.one(account, approves) if approves else None
    if not cart.held(account):
        raise Refusal("There is nothing in the cart that can be checked out. Nothing was rented.")
    _read_lists(actor)
    lines = cart.held(account)
    if request:
        lines, seen = [line for line in lines if line.reference_id in request.references], request.mark
    if undecided := {line.group_id for line in lines} & settle.ordered_groups(account):
        city = next(line.city for line in lines if line.group_id in undecided)
        raise Refusal(
            f"An earlier checkout in {city} is not settled: look at it above first, or numbers could be rented twice. "
            "Nothing was rented."
        )
    if repriced := catalog.reprice(account, lines):
        raise Changed(f"{repriced} Nothing was rented. The cart shows the new sum: check out again if that is meant.")
    if unreadable := catalog.unreadable(account, lines):
        raise Refusal(
            f"What Sinch says of {unreadable} cannot be read now, so it is not known what it costs. "
            "Nothing was rented. Try again in a minute, or remove that line."
        )
    if unclear := [line for line in lines if line.amount is None]:
        raise Refusal(
            f"Sinch gives no clear price for {unclear[0].city} now. Remove that line, or wait until it does. "
            "Nothing was rented."
        )
    if seen and seen != cart.mark(lines):
        raise Changed("The cart has changed since the page was drawn. Nothing was rented. Look at it, then check out.")
    if approval.above_limit(permission.ensure(actor, May.BUY), lines):
        raise AboveLimit(lines)
    groups = {line.group_id for line in lines}
    before = Number.objects.filter(account=account, group_id__in=groups).values_list("number", flat=True)
    references = [line.reference_id for line in lines]

    def store() -> None:
        _mark(account, references, state=Reservation.State.UNKNOWN)
        if request:
            approval.approved(actor, request)

    return Plan(
        Action.CHECK_OUT,
        details={"lines": [cart.as_recorded(line) for line in lines], "before": sorted(before), "each": each}
        | ({"asked_for_by": request.asked_by.name} if request else {}),
        store=store,
    )


def _read_lists(actor: Actor) -> None:
    """What is rented, and what the groups cost now: without both, no money is spent."""
    try:
        refresh.take_in(actor.account, actor.instance, actor)
        catalog.take_in(actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.told(error, "Nothing was rented.")) from None
    except sinch.SinchError as error:
        effect = "Without the lists of numbers and prices nothing is checked out. "
        effect += "Nothing was rented, and the cart is as it was."
        raise Refusal(remote.told(error, effect)) from None


def _send_checkout(actor: Actor, operation: UUID, plan: Plan, each: bool) -> Result:
    references = [line["reference_id"] for line in plan.details["lines"]]
    calls = [[reference] for reference in references] if each else [references]
    rented: list[str] = []
    lapsed: list[str] = []
    missing: sinch.NotFound | None = None
    stopped: sinch.SinchError | None = None
    for call in calls:
        try:
            remote.writing().check_out(actor.instance, actor.account.organisation_id, call)
            rented += call
        except sinch.NotFound as error:
            lapsed += call
            missing = error
        except sinch.SinchError as error:
            stopped = error
            break
    if isinstance(stopped, sinch.Unanswered):
        return _checkout_in_doubt(actor.account, references, rented, lapsed, call, stopped)
    if rented:
        return _checked_out(actor, operation, plan, rented, lapsed, stopped)
    if missing and len(calls[0]) > 1:
        return _some_lapsed(actor.account, references, missing)
    return _nothing_rented(actor.account, references, lapsed, stopped or missing)


def _checkout_in_doubt(
    account: Account,
    references: Sequence[str],
    rented: Sequence[str],
    lapsed: Sequence[str],
    asked: Sequence[str],
    error: sinch.SinchError,
) -> Result:
    """Of the call for `asked` it is not known whether it was done; those in `rented` were confirmed before and those in
    `lapsed` refused, and the other `references` were not sent."""
    message = (
        f"{remote.explain(error)} Whether the numbers were rented is being checked by reading the list of rented "
        "numbers. Do not check out again: the cart shows what came of it."
    )

    def store() -> None:
        _mark(account, references)
        _mark(account, rented, state=Reservation.State.RENTED, doubted=False)
        _mark(account, lapsed, state=Reservation.State.EXPIRED, doubted=False)
        _mark(account, asked, state=Reservation.State.UNKNOWN)

    details = {"confirmed": list(rented), "unanswered": list(asked)}
    return Result(State.UNKNOWN, message, details=details, error=error, store=store)


def _some_lapsed(account: Account, references: Sequence[str], error: sinch.NotFound) -> Result:
    message = (
        "At least one of the reservations has lapsed; Sinch does not say which, and rents all or none. Nothing was "
        "rented. Rent what is still held, or reserve lines again."
    )
    return Result(State.FAILED, message, error=error, store=lambda: _doubted(account, references))


def _nothing_rented(
    account: Account, references: Sequence[str], lapsed: Sequence[str], error: sinch.SinchError | None
) -> Result:
    """Those in `lapsed` are known to have lapsed; `error` is what stopped it, which may be the last of these."""
    nothing = "Nothing was rented. Reserve it again, or remove it from the cart."
    if len(lapsed) == 1:
        message = f"The reservation has lapsed. {nothing}"
    elif lapsed:
        message = f"{len(lapsed)} of the reservations have lapsed. {nothing.replace(' it', ' them')}"
    if error and not isinstance(error, sinch.NotFound):
        stopped = remote.told(error, "Nothing was rented, and the cart is as it was.")
        message = f"{message} Then it stopped: {stopped}" if lapsed else stopped
    return Result(State.FAILED, message, error=error, store=lambda: _lapsed(account, references, lapsed))


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
        _mark(account, [line["reference_id"] for line in plan.details["lines"]])
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
        return Result(State.UNKNOWN, message, details={"confirmed": list(rented), "unanswered": []}, store=close)
    intent = Entry.objects.get(operation=operation)
    numbers = settle.candidates(intent)

    def keep() -> None:
        close()
        mirror.after_checkout(account, numbers, operation)

    if len(numbers) != asked:
        message = f"Sinch confirmed the checkout of {asked}; its list shows {len(numbers)} new ones so far.{rest}"
        return Result(State.UNKNOWN, message, details={"confirmed": list(rented), "unanswered": []}, store=close)
    count = "Rented 1 number." if asked == 1 else f"Rented {asked} numbers."
    return Result(
        State.SUCCEEDED,
        f"{count}{rest}",
        [Change(number, "", "") for number in numbers],
        details={"confirmed": list(rented), "unanswered": []},
        error=stopped,
        store=keep,
    )


def _doubted(account: Account, references: Sequence[str]) -> None:
    _mark(account, references, state=Reservation.State.RESERVED, doubted=True)


def _lapsed(account: Account, references: Sequence[str], lapsed: Sequence[str]) -> None:
    _mark(account, references)
    _mark(account, lapsed, state=Reservation.State.EXPIRED, doubted=False)


def _mark(account: Account, references: Sequence[str], **values: Any) -> None:
    """Says of lines what is known now; without values, that they are held as before."""
    cart.lines(account).filter(reference_id__in=references).update(**values or {"state": Reservation.State.RESERVED})
