"""At most a few at a time: for work of a process that costs much memory, or that holds a thread for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

# So many threads are left for everything else.
FREE = 2


class Crowded(Exception):
    """There was no place within the time that this one was ready to wait; nothing was done."""


class Few:
    """`places` at a time, and half of the threads at most. Others wait, but only as many that threads stay free.

    The server tells how many threads it has when it starts (gunicorn.conf.py).
    """

    def __init__(self, places: int) -> None:
        self._most = places
        self.resize(threads=1_000)

    def resize(self, threads: int) -> None:
        places = max(min(self._most, threads // 2), 1)
        self._places = Semaphore(places)
        self._door = Semaphore(max(threads - FREE, places))

    @contextmanager
    def place(self, seconds: float) -> Iterator[None]:
        """A place, after waiting for `seconds` at most. Raises Crowded."""
        door, places = self._door, self._places
        if not door.acquire(blocking=False):
            raise Crowded
        try:
            if not places.acquire(timeout=seconds):
                raise Crowded
            try:
                yield
            finally:
                places.release()
        finally:
            door.release()
