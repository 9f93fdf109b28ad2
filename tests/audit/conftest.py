from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection

from numberadmin.accounts.models import Account
from numberadmin.audit import chain
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Phase, State

TABLES = ("audit_entry", "audit_line")


@pytest.fixture
def acme(db: None) -> Account:
    return Account.objects.create(organisation_id="8888123", name="Acme")


@pytest.fixture
def add(acme: Account) -> Callable[..., Entry]:
    """Adds an entry with a line for each of the numbers."""

    def add(*numbers: int, **fields: object) -> Entry:
        values: dict[str, object] = {"phase": Phase.EVENT, "action": Action.ASSIGN, "state": State.SUCCEEDED}
        values |= {"operation": uuid4(), "actor_name": "Anna", **fields}
        return chain.append(Entry(account=acme, **values), [Change(number, "", "key") for number in numbers])

    return add


@pytest.fixture
def take_away_triggers(db: None) -> Callable[[], None]:
    """What the database's keeper can do, and nobody who only uses it."""

    def take_away() -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
                for table in TABLES:
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                return
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")

    return take_away
