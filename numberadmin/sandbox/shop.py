"""The shop: what can be rented, reserving it, and checking it out."""

import calendar
import time
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from numberadmin.sandbox.access import required
from numberadmin.sandbox.state import CAPABILITIES, ApiError, Group, Organisation, Rented, Reservation, State, encode


def groups(state: State, kind: str | None) -> list[dict[str, Any]]:
    """All number groups, or those of one type ("Get numbers available to rent")."""
    lapse(state)
    if kind is not None and kind.lower() not in CAPABILITIES:
        raise ApiError(40001, f"Invalid number type: {kind}.  Type must be one of: sms, voice.")
    rows = [item for item in state.groups.values() if kind is None or kind.lower() in item.capabilities]
    shown = [(_group(item), state.odd_groups.get(item.group_id, {})) for item in rows]
    return [row | odd for row, odd in shown if odd is not None]


def _group(item: Group) -> dict[str, Any]:
    fields = {
        "groupId": item.group_id,
        "country": item.country,
        "countryId": item.country_id,
        "city": item.city,
        "type": item.kind,
        "availability": item.availability,
        "areaCode": item.area_code,
        "cost": {"amount": item.amount, "currencyId": item.currency},
    }
    return fields | ({"capabilities": item.listed} if item.listed else {})


def reserve(state: State, organisation: Organisation, body: dict[str, Any]) -> dict[str, str]:
    """Hold numbers of a group until they are checked out or the reservation lapses ("Reserve number(s)")."""
    lapse(state)
    group = _wanted_group(state, body.get("groupId"))
    quantity = required(body, "quantity", int)
    if quantity < 1:
        raise ApiError(40003, f"Invalid quantity: {quantity}. At least one number must be reserved.")
    capabilities = _wanted_capabilities(group, body.get("capabilities"))
    if quantity > group.availability:
        raise ApiError(
            40003,
            f"Not enough numbers in group {group.group_id}: {group.availability} available, {quantity} asked for.",
        )
    group.availability -= quantity
    made = Reservation(
        reference=str(uuid4()),
        organisation=organisation.id,
        group_id=group.group_id,
        quantity=quantity,
        capabilities=capabilities,
        made_at=time.time(),
        lapse_seconds=state.lapse_seconds,
    )
    state.reservations[made.reference] = made
    return {"referenceId": made.reference}


def _wanted_group(state: State, group_id: Any) -> Group:
    if group_id is None or group_id == []:
        raise ApiError(40002, "No groupId's specified")
    if isinstance(group_id, list):
        raise ApiError(40003, "Too many number groups specified.  Unable to complete request.")
    if not isinstance(group_id, int) or isinstance(group_id, bool) or group_id not in state.groups:
        raise ApiError(40003, f"Invalid number group: {group_id}")
    return state.groups[group_id]


def _wanted_capabilities(group: Group, wanted: Any) -> tuple[str, ...]:
    if wanted is None:
        return group.capabilities
    if not isinstance(wanted, list) or not wanted:
        raise ApiError(40003, "Invalid parameter: capabilities")
    for capability in wanted:
        if capability not in group.capabilities:
            raise ApiError(40001, f"Invalid capability '{capability}'")
    return tuple(name for name in CAPABILITIES if name in wanted)


def check_out(state: State, organisation: Organisation, body: dict[str, Any]) -> None:
    """Rent all that the references hold, or nothing ("Checkout reserved numbers")."""
    lapse(state)
    references = required(body, "referenceIds", list)
    if not references:
        raise ApiError(40002, "No referenceIds specified")
    if not all(isinstance(item, str) for item in references) or len(set(references)) < len(references):
        raise ApiError(40003, "Invalid parameter: referenceIds")
    if not organisation.accounting:
        raise ApiError(42200, "Accounting not set up for this organization.")
    reservations = [_held(state, organisation, reference) for reference in references]
    _pay(state, organisation, reservations)
    state.before = {}
    for reservation in reservations:
        reservation.numbers = rent(
            state,
            organisation.id,
            state.groups[reservation.group_id],
            reservation.quantity,
            reservation.capabilities,
            a_month_on(datetime.now(UTC)),
        )
        reservation.state = "used"
        state.before.update(dict.fromkeys(reservation.numbers))


def _held(state: State, organisation: Organisation, reference: str) -> Reservation:
    found = state.reservations.get(reference)
    if found is None or found.state != "reserved" or found.organisation != organisation.id:
        raise ApiError(40400, "Unable to assign numbers to organization: reservation(s) not found or expired")
    return found


def _pay(state: State, organisation: Organisation, reservations: list[Reservation]) -> None:
    price: defaultdict[str, Decimal] = defaultdict(Decimal)
    for item in reservations:
        group = state.groups[item.group_id]
        price[group.currency] += group.amount * item.quantity
    nothing = Decimal("0.00")
    if any(amount > organisation.credit.get(currency, nothing) for currency, amount in price.items()):
        raise ApiError(40200, "Insufficient funds to complete the transaction.")
    for currency, amount in price.items():
        organisation.credit[currency] = organisation.credit.get(currency, nothing) - amount
        organisation.spent[currency] = organisation.spent.get(currency, nothing) + amount


def rent(
    state: State,
    organisation: str,
    group: Group,
    quantity: int,
    capabilities: tuple[str, ...],
    expires: datetime | None,
) -> list[int]:
    """The group's next numbers, now the organisation's, until the end of the day on which they expire."""
    numbers = list(range(group.next, group.next + quantity))
    group.next += quantity
    own(state, organisation, group, numbers, capabilities, expires)
    return numbers


def own(
    state: State,
    organisation: str,
    group: Group,
    numbers: list[int],
    capabilities: tuple[str, ...],
    expires: datetime | None,
) -> None:
    """Lets the organisation rent these numbers of the group."""
    fields = {
        "groupId": group.group_id,
        "capabilities": capabilities,
        "countryId": group.country_id,
        "city": group.city,
        "country": group.country,
        "areaCode": group.area_code,
        "cost": {"amount": group.amount, "currencyId": group.currency},
    }
    if expires:
        fields["expires"] = expires.replace(hour=23, minute=59, second=59, microsecond=0).isoformat()
    text = encode(fields)[1:]
    state.rented[organisation].update({number: Rented(number, capabilities, text) for number in numbers})


def lapse(state: State) -> None:
    """Let go of what was held for too long."""
    now = time.time()
    for item in state.reservations.values():
        if item.state == "reserved" and now >= item.made_at + item.lapse_seconds:
            item.state = "lapsed"
            state.groups[item.group_id].availability += item.quantity


def a_month_on(moment: datetime) -> datetime:
    """The same day of the next month, or that month's last day."""
    year, month = (moment.year + 1, 1) if moment.month == 12 else (moment.year, moment.month + 1)
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
