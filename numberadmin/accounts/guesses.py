"""Limits on guessing, which hold exactly however many processes try at once.

A try takes a place before it is made and gives it back when it is known to be right; a wrong one keeps it until the
window is over. Where all places are taken by tries that are still being made, a new one waits for them: right passwords
that come at the same moment all get in.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from numberadmin import text
from numberadmin.accounts.address import network
from numberadmin.accounts.models import Guess

QUARTER, HOUR, DAY = 900.0, 3600.0, 86400.0
# So begin the keys of limits that hold for a day.
BY_DAY = "a day of "
PATIENCE = 10.0
# A try that takes longer than this has lost its process; it counts as wrong.
LOST = dt.timedelta(seconds=120)


class Kind(StrEnum):
    """What is tried, as the log and the audit call it."""

    SINCH = "Sinch password"
    PASSWORD = "password"  # noqa: S105 - a name of it
    CODE = "code"
    OWN = "present password"
    LOGIN = "new e-mail"


# How many wrong tries there may be in all, from browsers that are not known, in so many seconds.
IN_ALL = {
    Kind.SINCH: (10, HOUR),
    Kind.PASSWORD: (10, HOUR),
    Kind.CODE: (5, QUARTER),
    Kind.OWN: (5, QUARTER),
    Kind.LOGIN: (5, QUARTER),
}


@dataclass(frozen=True)
class Visitor:
    """Where a try comes from. `device` names a browser in which the same was tried before, and was right."""

    address: str
    device: str = ""


class TooMany(Exception):
    """No more tries before `again_at`. `first`: nobody was refused for that before, in the same window."""

    def __init__(self, again_at: dt.datetime, first: bool = False) -> None:
        super().__init__(f"again at {again_at:%H:%M}")
        self.again_at = again_at
        self.first = first


class Wrong(Exception):
    """Leaves the block of `limited` for a try that was wrong."""


@dataclass(frozen=True)
class Limit:
    """At most `most` wrong tries of this key within `seconds`."""

    key: str
    most: int
    seconds: float


def limits(kind: Kind, who: str, visitor: Visitor) -> list[Limit]:
    """All that limits a try at a secret of `who`. A stranger has few tries from one place, few at one person, and not
    many in all; a browser that is known has its own, which no stranger uses up."""
    whose, place = short(f"{kind} {text.email(who)}"), short(network(visitor.address))
    if visitor.device:
        return [Limit(f"device {whose} {short(visitor.device)}", 5, QUARTER)]
    return [
        Limit(f"place {place}", 50, QUARTER),
        Limit(f"at {whose} {place}", 8, HOUR),
        Limit(f"identity {whose}", *IN_ALL[kind]),
    ]


def short(text: str) -> str:
    """Stands for the text in keys and in the log, where nobody reads it out of."""
    return hashlib.sha256(f"{settings.SECRET_KEY}{text}".encode()).hexdigest()[:24]


@contextmanager
def limited(limits: Sequence[Limit]) -> Iterator[None]:
    """Around one try: raises TooMany before it where one of the limits is reached. A block that is left by Wrong has
    used up a place of each; one that is left otherwise has not."""
    with ExitStack() as places:
        for limit in limits:
            places.enter_context(_place(limit))
        yield


def use_up(limits: Sequence[Limit]) -> None:
    """One of what there is only so much of. Raises TooMany where a limit is reached, and uses up nothing then."""
    with suppress(Wrong), limited(limits):
        raise Wrong


@contextmanager
def _place(limit: Limit) -> Iterator[None]:
    _taken(limit)
    try:
        yield
    except Wrong:
        Guess.objects.filter(key=limit.key).update(trying=F("trying") - 1, wrong=F("wrong") + 1)
        raise
    except BaseException:
        Guess.objects.filter(key=limit.key).update(trying=F("trying") - 1)
        raise
    else:
        Guess.objects.filter(key=limit.key).update(trying=F("trying") - 1)


def _taken(limit: Limit) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        row = _brought_up_to_date(limit)
        if row.wrong >= limit.most or time.monotonic() > ends:
            raise TooMany(row.began_at + dt.timedelta(seconds=limit.seconds), _is_first(row))
        if row.wrong + row.trying < limit.most:
            free = Guess.objects.filter(key=limit.key, wrong__lt=limit.most - F("trying"))
            if free.update(trying=F("trying") + 1, tried_at=timezone.now()):
                return
        time.sleep(0.05)


def _is_first(row: Guess) -> bool:
    """Whether this is the first that is refused in the window. The others write nothing: guessing keeps nobody from the
    database."""
    return not row.refused and Guess.objects.filter(key=row.key, refused=False).update(refused=True) == 1


def _brought_up_to_date(limit: Limit) -> Guess:
    """The count, begun anew where its window is over; tries that have lost their process are wrong ones by then."""
    now = timezone.now()
    row, _ = Guess.objects.get_or_create(key=limit.key, defaults={"began_at": now, "tried_at": now})
    rows, window_ended = Guess.objects.filter(key=limit.key), now - dt.timedelta(seconds=limit.seconds)
    changed = 0
    if row.began_at <= window_ended:
        changed += rows.filter(began_at__lte=window_ended).update(wrong=0, began_at=now, refused=False)
    if row.trying and row.tried_at <= now - LOST:
        lost = rows.filter(trying__gt=0, tried_at__lte=now - LOST)
        changed += lost.update(wrong=F("wrong") + F("trying"), trying=0)
    if changed:
        row.refresh_from_db()
    return row


def forget_old() -> None:
    """Removes what no limit looks at any more. Only few limits hold for a day, so that strangers, who make a row with
    each name that they try, fill no disk."""
    now = timezone.now()
    over = Q(tried_at__lte=now - dt.timedelta(seconds=2 * HOUR)) & ~Q(key__startswith=BY_DAY)
    Guess.objects.filter(over | Q(tried_at__lte=now - dt.timedelta(seconds=2 * DAY)), trying=0).delete()
