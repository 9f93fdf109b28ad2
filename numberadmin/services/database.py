"""What a connection to SQLite is told for a while: how long to wait for the write lock, how much to keep in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# In seconds.
PATIENCE = 1.0
# In kB, while many rows are written; otherwise what SQLite has by itself.
SPACE = 16_000
USUAL_SPACE = 2_000


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


@contextmanager
def spacious() -> Iterator[None]:
    """Many rows are written: what is touched again and again is kept in memory until then."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA cache_size=-{SPACE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size=-{USUAL_SPACE}")
