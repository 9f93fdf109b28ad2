"""The cart: what is reserved and not yet checked out. No call of the remote releases a reservation."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from numberadmin import money
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, Entry
from numberadmin.money import Money
from numberadmin.services import permission, record, settle
from numberadmin.services.lock import Taken, turn
from numberadmin.services.models import Reservation
from numberadmin.services.results import NotHere, Outcome, Refusal

IN_CART = (Reservation.State.RESERVED, Reservation.State.EXPIRED, Reservation.State.UNKNOWN)


@dataclass(frozen=True)
class Cart:
    """The lines, and for those that can be checked out: how many numbers, and the sum in each currency."""

    lines: list[Reservation]
    totals: list[Money]
    count: int
    mark: str

    @property
    def checkable(self) -> bool:
        return self.count > 0

    @property
    def doubted(self) -> bool:
        """A checkout was refused because some line had lapsed, and Sinch did not say which."""
        return any(line.doubted for line in self.lines)


def cart(account: Account) -> Cart:
    rows = list(lines(account).order_by("reserved_at", "id"))
    to_rent = [line for line in rows if line.state == Reservation.State.RESERVED]
    return Cart(rows, sums(to_rent), sum(line.quantity for line in to_rent), mark(to_rent))


def sums(lines: Iterable[Reservation]) -> list[Money]:
    """What the lines cost a period, in each currency."""
    return money.sums(line.total for line in lines)


def held(account: Account) -> list[Reservation]:
    """The lines that a checkout rents."""
    return list(lines(account).filter(state=Reservation.State.RESERVED).order_by("reserved_at", "id"))


def mark(lines: Iterable[Reservation]) -> str:
    """Stands for what a checkout would rent, and for what price: the form carries it."""
    text = ";".join(f"{line.reference_id},{line.quantity},{line.amount},{line.currency}" for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def line_count(account: Account) -> int:
    return lines(account).count()


def remove(*, actor: Actor, operation: UUID, reference_id: str) -> Outcome:
    """Takes a line out of the cart. The reservation itself stays until it lapses: no call releases one."""
    asked = {"reference_id": reference_id}
    try:
        with turn(actor.account.pk, settings.LOCK_SECONDS):
            permission.ensure(actor, May.BUY)
            return record.earlier(actor, operation, asked) or _removed(actor, operation, reference_id, asked)
    except Taken:
        raise settle.busy(actor.account) from None


def _removed(actor: Actor, operation: UUID, reference_id: str, asked: Mapping[str, Any]) -> Outcome:
    line = lines(actor.account).filter(reference_id=reference_id).first() if reference_id else None
    if line is None and (by_operation := _uuid(reference_id)):
        line = lines(actor.account).filter(operation=by_operation).first()
    if line is None:
        raise NotHere(
            "There is no such line in the cart. It may have been removed or checked out. Nothing was changed."
        )
    if line.reference_id in _references_checked_out(actor.account):
        raise Refusal("This line is in a checkout whose outcome is being checked. Nothing was changed.")
    lines(actor.account).filter(pk=line.pk).update(state=Reservation.State.DROPPED)
    message = (
        f"Removed {in_words(line.quantity, line.city)} from the cart. "
        "The reservation cannot be released: it lapses by itself, and costs nothing."
    )
    details = {"asked": asked, "lines": [as_recorded(line)]}
    return record.event(actor.account, actor, Action.DROP, message, operation=operation, details=details)


def lines(account: Account) -> QuerySet[Reservation]:
    return Reservation.objects.filter(account=account, state__in=IN_CART)


def as_recorded(row: Reservation) -> Mapping[str, Any]:
    """A cart line as the audit keeps it."""
    return {
        "reference_id": row.reference_id,
        "group_id": row.group_id,
        "city": row.city,
        "country_id": row.country_id,
        "quantity": row.quantity,
        **money.as_recorded(row.price),
    }


def in_words(quantity: int, city: str) -> str:
    return f"{quantity} number{'' if quantity == 1 else 's'} in {city or 'this group'}"


def _references_checked_out(account: Account) -> set[str]:
    intents = Entry.objects.filter(open__account=account, action=Action.CHECK_OUT)
    return {line["reference_id"] for intent in intents for line in intent.details["lines"]}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
