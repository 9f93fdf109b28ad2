"""How many threads of a process may be waiting: for Sinch, or for their turn to write.

At most half of the threads wait for Sinch or hold or want a lock; others stand in line before the door. Where things
do not move, the line is kept so short that two threads are always free for pages.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

# Things move while the room has been full for less than GRACE seconds, or at least TURNS have come to a good end within
# the last WINDOW seconds. One that failed or was given up says nothing of whether others get on.
GRACE = 0.75
TURNS = 2
WINDOW = 2.0
FREE = 2
LOOK = 0.1


class Crowded(Exception):
    """There was no place within the time that this one was ready to wait."""


class Room:
    def __init__(self, threads: int) -> None:
        self._changed = Condition()
        self._inside = 0
        self._line = 0
        self._full_since = 0.0
        self._ended: deque[float] = deque(maxlen=TURNS)
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
            self._inside += 1
            if self._inside == self._places:
                self._full_since = time.monotonic()
        try:
            yield
            self._ended.append(time.monotonic())
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()

    def _stand_in_line(self, until: float) -> None:
        self._line += 1
        try:
            while self._inside >= self._places:
                now = time.monotonic()
                if now >= until or (self._line > self._longest_line and not self._moves(now)):
                    raise Crowded
                self._changed.wait(min(until - now, LOOK))
        finally:
            self._line -= 1

    def _moves(self, now: float) -> bool:
        turns = sum(ended > now - WINDOW for ended in self._ended)
        return now - self._full_since < GRACE or turns == TURNS


# The server tells how many threads it has when it starts (gunicorn.conf.py).
room = Room(threads=8)
