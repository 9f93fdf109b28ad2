"""At most a few at a time: for work of a process that costs much memory, or that holds a thread for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

# So many threads are left for everything else.
FREE = 2


class Crowded(Exception):
    """There was no place within the time that this one was ready to wait; nothing was done."""


class Few:
    """`places` at a time. Others wait for `seconds` at most, and only as many that threads stay free for pages.

    The server tells how many threads it has when it starts (gunicorn.conf.py).
    """

    def __init__(self, places: int, seconds: float) -> None:
        self._most, self._seconds = places, seconds
        self.resize(threads=8)

    def resize(self, threads: int) -> None:
        places = max(min(self._most, threads // 2), 1)
        self._places = Semaphore(places)
        self._door = Semaphore(max(threads - FREE, places))

    @contextmanager
    def place(self) -> Iterator[None]:
        """Raises Crowded."""
        door, places = self._door, self._places
        if not door.acquire(blocking=False):
            raise Crowded
        try:
            if not places.acquire(timeout=self._seconds):
                raise Crowded
            try:
                yield
            finally:
                places.release()
        finally:
            door.release()
