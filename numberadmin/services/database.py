"""How long to wait for the database's write lock, where something else matters more than the writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# In seconds.
PATIENCE = 1.0


@contextmanager
def impatience() -> Iterator[None]:
    """A page does not wait long for somebody who holds the database's write lock."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout={settings.DATABASES['default']['OPTIONS']['timeout'] * 1000:.0f}")
