"""The inventory's fields, read from what a browser or a script sent."""

from dataclasses import dataclass

from django.http import QueryDict

from numberadmin import fields, spelling
from numberadmin.services.results import Refusal

MOST = 10_000
# A phone number has at most 15 digits (E.164).
LARGEST = 10**15 - 1


@dataclass(frozen=True)
class Selection:
    """Numbers, and what is to be done with them. `seen`: the application each number was shown in; `accept`: what the
    person has said yes to."""

    numbers: tuple[int, ...]
    application_key: str
    move: bool
    reason: str
    seen: dict[int, str]
    accept: str


def selection(posted: QueryDict) -> Selection:
    """Where a row's own button was pressed, `only` names its number and the ticked ones are left out.

    Raises Refusal where something is not a number.
    """
    texts = posted.getlist("only") or posted.getlist("numbers")
    if len(texts) > MOST:
        raise Refusal(f"At most {MOST:,} numbers at a time. Nothing was changed.")
    numbers = tuple(_number(text) for text in texts)
    return Selection(
        numbers=numbers,
        application_key=fields.plain(posted, "application_key", 64),
        move=posted.get("move") == "yes",
        reason=fields.line(posted, "reason", 500),
        seen=_seen(posted.getlist("seen"), set(numbers)),
        accept=fields.plain(posted, "accept", 64),
    )


@dataclass(frozen=True)
class Labelling:
    """A label and a note for a number; `seen` are those that the form was drawn with."""

    number: int
    label: str
    note: str
    seen: tuple[str, str] | None


def labelling(posted: QueryDict) -> Labelling:
    """Raises Refusal where the number is none."""
    seen = posted.get("seen_label"), posted.get("seen_note")
    return Labelling(
        number=_number(posted.get("number", "")),
        label=posted.get("label", ""),
        note=posted.get("note", ""),
        seen=None if seen[0] is None or seen[1] is None else (seen[0], seen[1]),
    )


def application(posted: QueryDict) -> Selection:
    """As `selection`, where an application has to be chosen."""
    chosen = selection(posted)
    if not chosen.numbers:
        raise Refusal("No number was selected. Nothing was changed. Tick the numbers first.")
    if not chosen.application_key:
        raise Refusal("No application was chosen. Nothing was changed. Choose where to assign to.")
    return chosen


def _seen(texts: list[str], numbers: set[int]) -> dict[int, str]:
    """Of the rows of the page, as number:key, those that were selected."""
    pairs = (text.partition(":") for text in texts[:MOST])
    known = {number: key[:64] for n, _, key in pairs if (number := fields.whole(n)) is not None}
    return {number: key for number, key in known.items() if number in numbers}


def _number(text: str) -> int:
    try:
        return spelling.number(text)
    except spelling.Unreadable as error:
        raise Refusal(f"“{text[:40]}” cannot be read: {error}. Nothing was changed.") from None
