"""Gives a host that does not answer a rest, so that nobody waits for it and nothing is heaped upon it."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

FAILURES = 5
WINDOW = 30.0
PAUSE = 5.0


class Breaker:
    """For one host, and for reads or for writes. After FAILURES failures within WINDOW seconds, with no success between
    them, it lets one call through each PAUSE seconds; the first that succeeds lets all through again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._next_probe: float | None = None

    def rest(self) -> float:
        """Seconds until the next call may go out; 0.0: this one may go now."""
        with self._lock:
            now = self._clock()
            if self._next_probe is None:
                return 0.0
            if now < self._next_probe:
                return self._next_probe - now
            self._next_probe = now + PAUSE
            return 0.0

    @property
    def is_open(self) -> bool:
        return self._next_probe is not None

    def note(self, failed: bool) -> None:
        """What came of a call that went out. Failed: not reached, no answer in time, or a status of 500 and more."""
        with self._lock:
            now = self._clock()
            if not failed:
                self._failures.clear()
                self._next_probe = None
                return
            self._failures.append(now)
            if len(self._failures) == FAILURES and now - self._failures[0] <= WINDOW:
                self._next_probe = now + PAUSE
