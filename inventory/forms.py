"""The inventory's fields, read from what a browser or a script sent."""

from dataclasses import dataclass

from django.http import QueryDict

from numberadmin.services.results import Refusal

MOST = 10_000
SORTS = [
    ("number", "Number"),
    ("-number", "Number, descending"),
    ("city", "City"),
    ("-city", "City, descending"),
    ("price", "Price, lowest first"),
    ("-price", "Price, highest first"),
    ("expires", "Date, soonest first"),
    ("-expires", "Date, latest first"),
]
WITHIN = {7, 30, 90}
# A phone number has at most 15 digits (E.164).
LARGEST = 10**15 - 1


@dataclass(frozen=True)
class Selection:
    """Numbers, and what is to be done with them."""

    numbers: tuple[int, ...]
    application_key: str
    move: bool
    reason: str


def selection(posted: QueryDict) -> Selection:
    """Where a row's own button was pressed, `only` names its number and the ticked ones are left out.

    Raises Refusal where something is not a number.
    """
    texts = posted.getlist("only") or posted.getlist("numbers")
    if len(texts) > MOST:
        raise Refusal(f"At most {MOST:,} numbers at a time. Nothing was changed.")
    return Selection(
        numbers=tuple(_number(text) for text in texts),
        application_key=posted.get("application_key", "")[:64].replace("\0", "").strip(),
        move=posted.get("move") == "yes",
        reason=posted.get("reason", "")[:500].replace("\0", "").strip(),
    )


def application(posted: QueryDict) -> Selection:
    """As `selection`, where an application has to be chosen."""
    chosen = selection(posted)
    if not chosen.numbers:
        raise Refusal("No number was selected. Nothing was changed. Tick the numbers first.")
    if not chosen.application_key:
        raise Refusal("No application was chosen. Nothing was changed. Choose where to assign to.")
    return chosen


def _number(text: str) -> int:
    digits = text.strip().removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Refusal("One of the numbers is not a phone number. Nothing was changed.")
    return int(digits)
