"""The shop's fields, read from what a browser or a script sent."""

from dataclasses import dataclass

from django.http import QueryDict

from numberadmin import fields
from numberadmin.services.results import Refusal


@dataclass(frozen=True)
class Wish:
    """Numbers of a group to reserve; `replaces` is a lapsed line of the cart."""

    group_id: int
    quantity: int
    capabilities: tuple[str, ...]
    replaces: str


def wish(posted: QueryDict) -> Wish:
    """Raises Refusal where it names no group or no quantity."""
    group_id, quantity = fields.whole(posted.get("group_id", "")), fields.whole(posted.get("quantity", ""))
    if group_id is None:
        raise Refusal("There is no such number group. Nothing was reserved.")
    if quantity is None:
        raise Refusal("The quantity is a whole number, 1 or more. Nothing was reserved.")
    capabilities = tuple(text[:32] for text in posted.getlist("capabilities")[:10])
    return Wish(group_id, quantity, capabilities, fields.plain(posted, "replaces", 64))


def decision(posted: QueryDict) -> list[int]:
    """The numbers that were rented, or none. Raises Refusal where none is ticked and nothing says that none was."""
    if posted.get("rented") != "yes":
        return []
    numbers = [number for text in posted.getlist("numbers") if (number := fields.whole(text)) is not None]
    if not numbers:
        raise Refusal("Tick the numbers that were rented by it, or say that nothing was. Nothing was changed.")
    return numbers
