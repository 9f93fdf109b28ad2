"""The dashboard with its write lock taken out: the twin that shows that the test of the lock can fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from numberadmin.wsgi import application


@contextmanager
def _no_lock(account_id: int, seconds: float) -> Iterator[None]:
    yield


vars(import_module("numberadmin.services.lock"))["account_lock"] = _no_lock

__all__ = ["application"]
