"""One write at a time on an account.

The lock is the kernel's (a file beside the SQLite database) or the database's (a session advisory lock on
PostgreSQL): it is free as soon as its holder dies, and a holder that stands still keeps it.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error, OperationalError, connections

from numberadmin.services.room import Crowded, room

NAMESPACE = 7_301
_mine = threading.local()


class Taken(Exception):
    """Somebody else held the lock for as long as this one was ready to wait."""


class Lost(Exception):
    """The lock was held, and is no longer: the database was restarted, or the connection to it broke."""


@contextmanager
def turn(account_id: int, seconds: float) -> Iterator[None]:
    """Holds the account's write lock, after waiting for `seconds` at most for a place in the room and for the lock;
    raises Taken."""
    ends = time.monotonic() + seconds
    try:
        with room.place(seconds), account_lock(account_id, max(ends - time.monotonic(), 0) if seconds else 0):
            yield
    except Crowded:
        raise Taken from None


@contextmanager
def account_lock(account_id: int, seconds: float) -> Iterator[None]:
    """Holds the lock alone, without a place; raises Taken."""
    take = _advisory if connections["default"].vendor == "postgresql" else _file
    with take(account_id, seconds):
        yield


def ensure_held() -> None:
    """Before each call that changes something: raises Lost where this thread's lock is gone."""
    if check := getattr(_mine, "check", None):
        check()


@contextmanager
def _file(account_id: int, seconds: float) -> Iterator[None]:
    path = _path(account_id)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not (_lock_within(fd, seconds) if seconds else _lock_at_once(fd)):
        raise Taken

    def check() -> None:
        """Where somebody has removed the file, others lock another one."""
        if not path.exists() or not os.path.samestat(path.stat(), os.fstat(fd)):
            raise Lost

    _mine.check = check
    try:
        yield
    finally:
        _mine.check = None
        os.close(fd)


def _lock_at_once(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return False
    return True


def _lock_within(fd: int, seconds: float) -> bool:
    """A blocking flock is fair but cannot give up: a thread waits for it, and closes it where it comes too late."""
    taken, turn, given_up = threading.Event(), threading.Lock(), False

    def wait() -> None:
        fcntl.flock(fd, fcntl.LOCK_EX)
        with turn:
            taken.set()
            if given_up:
                os.close(fd)

    threading.Thread(target=wait, daemon=True).start()
    if taken.wait(seconds):
        return True
    with turn:
        given_up = not taken.is_set()
    return not given_up


@contextmanager
def _advisory(account_id: int, seconds: float) -> Iterator[None]:
    with connections["locks"].cursor() as cursor:

        def check() -> None:
            try:
                cursor.execute("SELECT 1")
            except Error as error:
                raise Lost from error

        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{max(int(seconds * 1000), 1)}ms"])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [NAMESPACE, account_id])
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":
                raise
            raise Taken from error
        _mine.check = check
        try:
            yield
        finally:
            _mine.check = None
            try:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, account_id])
            except Error:
                # The session has ended, and the lock with it.
                connections["locks"].close()


def _path(account_id: int) -> Path:
    """Every process of the installation comes to the same file, wherever it was started."""
    database = Path(settings.DATABASES["default"]["NAME"])
    folder = database.with_name(f"{database.name}.locks")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"account-{account_id}"
