"""Readings that go on while pages are answered, at most one of each kind in a process. They touch no database."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, TypeVar, cast

T = TypeVar("T")
# How long in seconds a page waits for what it has asked for, before it shows what it has.
PATIENCE = 1.0
# What nobody has asked for within this many seconds after it came is too old for anybody.
KEPT = 10.0

_lock = Lock()


class _Reading(Future[T]):
    """The future of a call, which knows since when it is done."""

    done_at = float("inf")

    @property
    def is_old(self) -> bool:
        return time.monotonic() - self.done_at > KEPT


_running: dict[Hashable, _Reading[Any]] = {}


def soon(
    kind: Hashable,
    prepare: Callable[[], Callable[[], T] | None],
    *,
    at_least: float = 0.0,
    patience: float = PATIENCE,
) -> T | None:
    """What a call gives, if it comes soon; else None, and a later caller gets it when it has come, once.

    Where no call of the kind is under way, the one that `prepare` gives begins (None: it is not wanted) and is waited
    for with `patience`; one that is under way already is waited for `at_least` so many seconds. Raises what the call
    raises, to one caller.
    """
    with _lock:
        future = _running.get(kind)
        if future and future.is_old:
            future = None
            del _running[kind]
    seconds = at_least
    if future is None:
        call = prepare()
        if call is None:
            return None
        future, seconds = _begun(kind, call), max(patience, at_least)
    try:
        result = future.result(seconds)
    except TimeoutError:
        return None
    except Exception:
        if _taken(kind, future):
            raise
        return None
    return cast(T, result) if _taken(kind, future) else None


def under_way(kind: Hashable) -> bool:
    return kind in _running


def kinds() -> dict[Hashable, bool]:
    """The readings that nobody has taken yet, and whether each is done."""
    with _lock:
        return {kind: reading.done() for kind, reading in _running.items()}


def _begun(kind: Hashable, call: Callable[[], T]) -> _Reading[T]:
    with _lock:
        if earlier := _running.get(kind):
            return earlier
        future = _Reading[T]()
        _running[kind] = future

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)
        future.done_at = time.monotonic()

    Thread(target=run, daemon=True, name="background").start()
    return future


def _taken(kind: Hashable, future: _Reading[Any]) -> bool:
    """Whether this caller is the one that gets it."""
    with _lock:
        if _running.get(kind) is not future:
            return False
        del _running[kind]
        return True
