"""The dashboard with its write lock taken out: the twin that shows that the test of the lock can fail."""

from collections.abc import Iterator
from contextlib import contextmanager

from numberadmin.wsgi import application
from numberadmin.services import refresh, write


@contextmanager
def _no_lock(account_id: int, seconds: float) -> Iterator[None]:
    yield


write.account_lock = refresh.account_lock = _no_lock

__all__ = ["application"]
