"""Reads whole answers into types: what is not there as promised is `Damaged`, never guessed."""

from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec import Struct

from numberadmin.sinch import values
from numberadmin.sinch.decoding import Row, anything, array
from numberadmin.sinch.decoding import row as as_row
from numberadmin.sinch.types import Instance, Listing, NumberGroup, Organisation, RentedNumber, Ticket, User
from numberadmin.sinch.values import Damaged

T = TypeVar("T")

INSTANCE_SECONDS = 172_800
_LONGEST_SECONDS = 366 * 86_400


def groups(body: bytes) -> Listing[NumberGroup]:
    """The number groups ("Get numbers available to rent"); a second row of one group is damaged."""
    return _listing(body, _group, lambda group: group.group_id, _group_id)


def numbers(body: bytes) -> Listing[RentedNumber]:
    """An application's numbers ("Get numbers assigned to an application"); a second row of a number is damaged."""
    return _listing(body, _in_application, lambda row: row.number, lambda row: values.phone_number(row.number))


def _listing(
    body: bytes, read: Callable[[Row], T], key: Callable[[T], int], key_of: Callable[[Row], int]
) -> Listing[T]:
    """`key` is what tells the rows apart, and `key_of` the same of one that may not be readable."""
    rows: dict[int, T] = {}
    damaged: list[str] = []
    unread: list[int] = []
    for place, raw in enumerate(array(body), start=1):
        try:
            row = read(as_row(raw))
            if key(row) in rows:
                raise Damaged(f"{key(row)} was listed before")
            rows[key(row)] = row
        except Damaged as error:
            damaged.append(f"Row {place} of the list: {error}.")
            with suppress(Damaged):
                unread.append(key_of(as_row(raw)))
    return Listing(rows=tuple(rows.values()), damaged=tuple(damaged), unread=tuple(unread))


def _group_id(row: Row) -> int:
    return values.whole_number(row.group_id, "group's id")


def _group(row: Row) -> NumberGroup:
    return NumberGroup(
        group_id=_group_id(row),
        country=values.text(row.country),
        country_id=values.text(row.country_id),
        city=values.text(row.city),
        type=values.text(row.type),
        availability=values.left(row.availability),
        area_code=values.text(row.area_code),
        cost=values.money(row.cost),
        capabilities=() if row.capabilities is None else values.capabilities(row.capabilities),
    )


def rented_number(row: Row) -> RentedNumber:
    """One row of the list of all rented numbers. Where it tells of no capabilities, the number is shown with none."""
    return _rented(row, () if row.capabilities is None else values.capabilities(row.capabilities))


def _in_application(row: Row) -> RentedNumber:
    """One row of an application's numbers. A write replaces all that it has for one capability, so a number with
    unknown capabilities would be lost: its row is damaged."""
    return _rented(row, values.capabilities(row.capabilities))


def _rented(row: Row, capabilities: tuple[str, ...]) -> RentedNumber:
    number = values.phone_number(row.number)
    try:
        return RentedNumber(
            number=number,
            group_id=None if row.group_id is None else values.whole_number(row.group_id, "group's id"),
            capabilities=tuple(sorted(capabilities)),
            application_key=values.application_key(row.application_key),
            country_id=values.text(row.country_id),
            city=values.text(row.city),
            country=values.text(row.country),
            area_code=values.text(row.area_code),
            expires=values.moment(row.expires),
            cost=values.money(row.cost),
        )
    except Damaged as error:
        raise Damaged(f"of {number}, {error}") from None


def organisations(body: bytes) -> tuple[Organisation, ...]:
    """One object, as in the reference, or a list, as in practice. What has no usable id is left out,
    unless nothing else is there."""
    found = anything(body)
    rows = found if isinstance(found, list) else [found]
    read: dict[str, Organisation] = {}
    for row in rows:
        try:
            organisation = _organisation(row)
        except Damaged:
            continue
        read.setdefault(organisation.id, organisation)
    if rows and not read:
        raise Damaged("no organisation in it has a usable id")
    return tuple(read.values())


def _organisation(row: Any) -> Organisation:
    if not isinstance(row, dict):
        raise Damaged("it cannot be read")
    return Organisation(
        id=values.identifier(row.get("id"), "organisation's id"),
        name=values.text(row.get("name")),
        website=values.text(row.get("website")),
        country_id=values.text(row.get("countryId")),
        phone=values.text(row.get("phone")),
        vat_number=values.text(row.get("vatnumber")),
    )


def ticket(body: bytes) -> Ticket:
    """The answer to "Log in"."""
    found = _dict(anything(body))
    authorization = found.get("authorization")
    if not isinstance(authorization, str) or not values.TOKEN.fullmatch(authorization):
        raise Damaged("it holds no authorization")
    return Ticket(authorization=authorization, user=_user(_dict(found.get("user"))))


def _user(row: dict[str, Any]) -> User:
    profile = _dict_or_empty(row.get("profile"))
    name = _dict_or_empty(profile.get("name"))
    parts = (values.text(name.get("first")), values.text(name.get("last")))
    full = values.text(name.get("full")) or " ".join(parts)
    email = values.text(_dict_or_empty(profile.get("contact")).get("email")) or _email(row.get("identities"))
    return User(id=values.identifier(row.get("id"), "user's id"), name=full.strip(), email=email)


def _email(identities: Any) -> str:
    for identity in identities if isinstance(identities, list) else ():
        if isinstance(identity, dict) and identity.get("type") == "email":
            return values.text(identity.get("endpoint"))
    return ""


def instance(body: bytes) -> Instance:
    """The answer to "Create an instance"; without a usable `expiresIn` two days are assumed."""
    found = _dict(anything(body))
    secret = found.get("secret")
    if not isinstance(secret, str) or not values.TOKEN.fullmatch(secret) or not _is_base64(secret):
        raise Damaged("it holds no secret")
    try:
        seconds = values.whole_number(found.get("expiresIn"), "expiry", least=1)
    except Damaged:
        seconds = INSTANCE_SECONDS
    return Instance(
        id=values.identifier(found.get("id"), "instance's id"),
        secret=secret,
        expires_at=datetime.now(UTC) + timedelta(seconds=min(seconds, _LONGEST_SECONDS)),
    )


def _is_base64(secret: str) -> bool:
    try:
        return bool(b64decode(secret, validate=True))
    except ValueError:
        return False


def reference(body: bytes) -> str:
    """The reservation's reference id ("Reserve number(s)")."""
    return values.identifier(_dict(anything(body)).get("referenceId"), "reference of the reservation")


def nothing(body: bytes) -> None:
    """The answer 204 holds nothing to read."""


class Complaint(Struct, frozen=True):
    """What an error says. `code` is None where there is none, the texts are cleaned, not yet cut, "" where there is
    none. `own`: it has the remote's own form, so it comes from nothing on the way."""

    code: int | None = None
    message: str = ""
    reference: str = ""
    own: bool = False


def complaint(body: bytes) -> Complaint:
    """The body of an error, whatever it is."""
    try:
        found = _dict(anything(body))
    except Damaged:
        return Complaint()
    try:
        code = values.whole_number(found.get("errorCode"), "code", least=10_000, most=99_999)
    except Damaged:
        code = None
    message, reference = found.get("message"), found.get("reference")
    return Complaint(
        code,
        values.clean(message, 10_000) if isinstance(message, str) else "",
        values.clean(str(reference), 10_000) if isinstance(reference, (str, int)) else "",
        own=found.get("errorCode") not in (None, ""),
    )


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Damaged("it is not the object that was promised")
    return value


def _dict_or_empty(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
