"""How many threads of a process may be waiting: for Sinch, or for their turn to write.

At most half of the threads wait for Sinch or hold or want a lock; others stand in line before the door. As soon as
somebody inside has been there for long, the line is kept so short that two threads are always free for pages.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

# From this age in seconds on, a wait is long: Sinch hangs, or the line before the lock does not move.
LONG = 0.5
FREE = 2
LOOK = 0.1


class Crowded(Exception):
    """There was no place within the time that this one was ready to wait."""


class Room:
    def __init__(self, threads: int) -> None:
        self._changed = Condition()
        self._inside: list[float] = []
        self._line = 0
        self.resize(threads)

    def resize(self, threads: int) -> None:
        """How many threads the process answers requests with."""
        self._places = max(threads // 2, 1)
        self._longest_line = max(threads - self._places - FREE, 0)

    @contextmanager
    def place(self, seconds: float) -> Iterator[None]:
        """A place, after standing in line for `seconds` at most; raises Crowded."""
        with self._changed:
            self._stand_in_line(time.monotonic() + seconds)
            entered = time.monotonic()
            self._inside.append(entered)
        try:
            yield
        finally:
            with self._changed:
                self._inside.remove(entered)
                self._changed.notify()

    def _stand_in_line(self, until: float) -> None:
        self._line += 1
        try:
            while len(self._inside) >= self._places:
                now = time.monotonic()
                slow = now - min(self._inside) > LONG
                if now >= until or (slow and self._line > self._longest_line):
                    raise Crowded
                self._changed.wait(min(until - now, LOOK))
        finally:
            self._line -= 1


# The server tells how many threads it has when it starts (gunicorn.conf.py).
room = Room(threads=8)
