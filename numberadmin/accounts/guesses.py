"""Limits on guessing, which hold exactly however many processes try at once.

A try takes a place before it is made and gives it back when it is known to be right; a wrong one keeps it until the
window is over. Where all places are taken by tries that are still being made, a new one waits for them: right passwords
that come at the same moment all get in.
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from numberadmin.accounts.models import Guess

PATIENCE = 10.0
# A try that takes longer than this has lost its process; it counts as wrong.
LOST = dt.timedelta(seconds=120)


class TooMany(Exception):
    """No more tries before `again_at`."""

    def __init__(self, again_at: dt.datetime) -> None:
        super().__init__(f"again at {again_at:%H:%M}")
        self.again_at = again_at


class Wrong(Exception):
    """Leaves the block of `limited` for a try that was wrong."""


@dataclass(frozen=True)
class Limit:
    """At most `most` wrong tries of this key within `seconds`."""

    key: str
    most: int
    seconds: float


@contextmanager
def limited(limits: Sequence[Limit]) -> Iterator[None]:
    """Around one try: raises TooMany before it where one of the limits is reached. A block that is left by Wrong has
    used up a place of each; one that is left otherwise has not."""
    with ExitStack() as places:
        for limit in limits:
            places.enter_context(_place(limit))
        yield


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
        # Who is told that there were too many writes nothing: guessing keeps nobody from the database.
        if row.wrong >= limit.most or time.monotonic() > ends:
            raise TooMany(row.began_at + dt.timedelta(seconds=limit.seconds))
        if row.wrong + row.trying < limit.most:
            free = Guess.objects.filter(key=limit.key, wrong__lt=limit.most - F("trying"))
            if free.update(trying=F("trying") + 1, tried_at=timezone.now()):
                return
        time.sleep(0.05)


def _brought_up_to_date(limit: Limit) -> Guess:
    """The count, begun anew where its window is over; tries that have lost their process are wrong ones by then."""
    now = timezone.now()
    row, _ = Guess.objects.get_or_create(key=limit.key, defaults={"began_at": now, "tried_at": now})
    rows, window_ended = Guess.objects.filter(key=limit.key), now - dt.timedelta(seconds=limit.seconds)
    changed = 0
    if row.began_at <= window_ended:
        changed += rows.filter(began_at__lte=window_ended).update(wrong=0, began_at=now)
    if row.trying and row.tried_at <= now - LOST:
        lost = rows.filter(trying__gt=0, tried_at__lte=now - LOST)
        changed += lost.update(wrong=F("wrong") + F("trying"), trying=0)
    if changed:
        row.refresh_from_db()
    return row


def forget_old(older_than: dt.timedelta) -> None:
    """Removes what no limit looks at any more."""
    Guess.objects.filter(tried_at__lte=timezone.now() - older_than, trying=0).delete()
