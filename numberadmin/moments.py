"""Days and moments as people type them, in the time zone of this installation."""

import datetime as dt
import re
from typing import TypeVar

from django.utils import timezone

from numberadmin import text

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|[+-]?\d\d:\d\d)?", re.IGNORECASE)


D = TypeVar("D", bound=dt.date)


class Unclear(ValueError):
    """No day or moment, or more than one; says why in a sentence."""


def zone() -> str:
    """What pages call the time zone: 'UTC', 'Europe/Berlin'."""
    return timezone.get_current_timezone_name()


def clock(moment: dt.datetime, shape: str = "%H:%M") -> str:
    """A moment in words, by the clocks of this zone, which it names: '14:03 CET'."""
    return f"{timezone.localtime(moment):{shape} %Z}"


def day(typed: str) -> dt.date:
    """Raises Unclear."""
    plain = text.plain(typed)
    try:
        if not _DAY.fullmatch(plain):
            raise ValueError
        return _sensible(dt.date.fromisoformat(plain))
    except ValueError:
        raise Unclear(f"“{plain[:40]}” is no day that can be read. Write it like 2026-11-25.") from None


def begins(day: dt.date) -> dt.datetime:
    """The first instant of a day, in UTC. Where the clocks skip midnight, it is when they do."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time())).astimezone(dt.UTC)


def moment(typed: str) -> dt.datetime:
    """In UTC. A moment that names no offset is one of this zone; raises Unclear where the clocks
    skipped it, or showed it twice."""
    plain = text.plain(typed)
    found = _MOMENT.fullmatch(plain)
    try:
        if not found:
            raise ValueError
        on, at, offset = found.groups()
        local = _sensible(dt.datetime.fromisoformat(f"{on}T{at}"))
        if offset:
            # A plus sign in an address that was not encoded comes as a blank.
            signed = offset if offset[0] in "Zz+-" else f"+{offset}"
            return dt.datetime.fromisoformat(f"{on}T{at}{signed.upper()}").astimezone(dt.UTC)
        return _of_this_zone(local)
    except ValueError as error:
        if isinstance(error, Unclear):
            raise
        raise Unclear(f"“{plain[:40]}” is no moment that can be read. Write it like 2026-03-03T14:00.") from None


def field(moment: dt.datetime) -> str:
    """As a field for a moment holds it; with its offset in the hour that the clocks show twice."""
    local = timezone.localtime(moment).replace(microsecond=0)
    once = len(_meanings(local.replace(tzinfo=None, fold=0))) == 1
    return (local.replace(tzinfo=None) if once else local).isoformat()


def _sensible(when: D) -> D:
    """Far enough from the first and the last day that there are, in whatever zone."""
    if not 1900 <= when.year <= 9000:
        raise ValueError
    return when


def _of_this_zone(local: dt.datetime) -> dt.datetime:
    meant = _meanings(local)
    if len(meant) == 1:
        return meant[0].astimezone(dt.UTC)
    at = f"{local:%H:%M} on {local.day} {local:%b %Y}"
    if not meant:
        raise Unclear(f"There was no {at} in {zone()}: the clocks went forward past it. Choose another moment.")
    both = " or ".join(f"{moment.isoformat(timespec='seconds')} ({moment:%Z})" for moment in meant)
    raise Unclear(f"{at} came twice in {zone()}, as the clocks went back: write {both}.")


def _meanings(local: dt.datetime) -> list[dt.datetime]:
    """The moments at which the clocks of this zone show this: one, none, or two."""
    zone = timezone.get_current_timezone()
    both = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    shown = [moment for moment in both if timezone.localtime(moment.astimezone(dt.UTC)).replace(tzinfo=None) == local]
    return shown[:1] if len({moment.utcoffset() for moment in shown}) == 1 else shown
