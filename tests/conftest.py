import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from hypothesis import settings

from tests.databases import migrated_file

# How long an example takes says how busy the machine is.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


# Files are handed out whole: those that take longest go first, else one process ends alone with them.
SLOW_FIRST = ("tests/together", "tests/chaos", "tests/browser", "tests/accounts", "tests/job")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the database may use each of its connections: on PostgreSQL the write lock has its own."""
    items.sort(key=lambda item: next((i for i, name in enumerate(SLOW_FIRST) if item.nodeid.startswith(name)), 99))
    for item in items:
        if "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases="__all__"), append=False)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """On SQLite a database that is migrated already is copied, and taken as it is."""
    if connection.vendor != "sqlite":
        return False
    file = Path(connection.settings_dict["TEST"]["NAME"])
    file.parent.mkdir(parents=True, exist_ok=True)
    for name in (f"{file}-wal", f"{file}-shm", f"{file}-journal"):
        Path(name).unlink(missing_ok=True)
    shutil.copy(migrated_file(), file)
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """PostgreSQL drops no database that the lock's connection still uses."""
    yield
    connections.close_all()
