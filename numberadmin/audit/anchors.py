"""Anchors: what the chain came to at some time, written down where nobody who can reach the database can write."""

import datetime as dt
from contextlib import suppress
from typing import Annotated

import msgspec

HASH = r"^[0-9a-f]{64}\Z"


class Anchor(msgspec.Struct, frozen=True):
    """How many entries there were, the hash of the last of them, and when that one was written (None: not known).

    An export tells the hash alone, because the count tells each team how busy the others are.
    """

    count: Annotated[int, msgspec.Meta(ge=0)] | None
    hash: Annotated[str, msgspec.Meta(pattern=HASH)]
    at: Annotated[dt.datetime, msgspec.Meta(tz=True)] | None = None

    def line(self) -> str:
        """The anchor as one line of JSON, without the line's end."""
        return msgspec.json.encode(self).decode()


class _Hash(msgspec.Struct, forbid_unknown_fields=True):
    hash: Annotated[str, msgspec.Meta(pattern=HASH)]


class NoAnchors(Exception):
    """The file holds something else, or nothing. Says which line, in words for whoever keeps the file."""


def read(content: bytes) -> list[Anchor]:
    """The anchors of a file; empty lines are passed over. Raises NoAnchors."""
    found = [_anchor(place, line) for place, line in enumerate(content.splitlines(), 1) if line.strip()]
    if not found:
        raise NoAnchors("There is no anchor in it.")
    return found


def _anchor(place: int, line: bytes) -> Anchor:
    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        return Anchor(None, msgspec.json.decode(line, type=_Hash).hash)
    try:
        return msgspec.json.decode(line, type=Anchor)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        shown = line.strip().decode(errors="replace")[:60]
        raise NoAnchors(f"Line {place} is no anchor as audit_anchor writes it: {shown}") from error
