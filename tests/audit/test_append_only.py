"""The database itself refuses to change what stands in the audit, whoever asks it in whatever form."""

import pytest
from django.db import DatabaseError, connection, transaction

from numberadmin.audit import chain

ENTRY = (
    "at, account_id, operation, phase, action, state, actor_id, actor_name, address, session, application_key, reason,"
    " message, error_code, details, hash"
)
LINE = "entry_id, account_id, number, was, became"
EVERYWHERE = {
    "update an entry": "UPDATE audit_entry SET actor_name = 'Bert'",
    "update a line": "UPDATE audit_line SET became = ''",
    "update nothing": "UPDATE audit_entry SET id = id",
    "delete entries": "DELETE FROM audit_entry",
    "delete lines": "DELETE FROM audit_line",
    "upsert an entry by its id": f"INSERT INTO audit_entry (id, {ENTRY}) SELECT id, {ENTRY} FROM audit_entry WHERE TRUE"
    " ON CONFLICT (id) DO UPDATE SET actor_name = 'Bert'",
    "upsert an entry by its operation": f"INSERT INTO audit_entry (id, {ENTRY})"
    f" SELECT id + 99, {ENTRY} FROM audit_entry WHERE TRUE"
    " ON CONFLICT (operation, phase) DO UPDATE SET actor_name = 'Bert'",
    "upsert a line": f"INSERT INTO audit_line (id, {LINE}) SELECT id, {LINE} FROM audit_line WHERE TRUE"
    " ON CONFLICT (id) DO UPDATE SET became = ''",
}
SQLITE = {
    "replace an entry by its id": f"REPLACE INTO audit_entry (id, {ENTRY}) SELECT id, {ENTRY} FROM audit_entry",
    "replace an entry by its operation": f"INSERT OR REPLACE INTO audit_entry (id, {ENTRY})"
    f" SELECT id + 99, {ENTRY} FROM audit_entry",
    "replace a line": f"INSERT OR REPLACE INTO audit_line (id, {LINE}) SELECT id, {LINE} FROM audit_line",
    "update or replace": "UPDATE OR REPLACE audit_entry SET id = 1 + (SELECT MIN(id) FROM audit_entry)",
}
POSTGRESQL = {
    "empty both": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audit_entry, audit_line CASCADE",
    "empty the entries": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audit_entry CASCADE",
    "empty the lines": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audit_line RESTART IDENTITY",
    "merge": "MERGE INTO audit_line USING audit_entry e ON entry_id = e.id WHEN MATCHED THEN UPDATE SET became = ''",
    "merge to delete": "MERGE INTO audit_line USING audit_entry e ON entry_id = e.id WHEN MATCHED THEN DELETE",
}
OURS = EVERYWHERE | (POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


# A connection to SQLite that is not numberadmin's has other settings.
SETTINGS = ("PRAGMA recursive_triggers=ON", "PRAGMA recursive_triggers=OFF")


@pytest.fixture(params=SETTINGS if connection.vendor == "sqlite" else ("SELECT 1",))
def cursor(request, add):
    """A cursor on a database of two entries."""
    add(14150005550)
    add(14150005551)
    with connection.cursor() as cursor:
        cursor.execute(request.param)
        yield cursor
        if connection.vendor == "sqlite":
            cursor.execute(SETTINGS[0])


@pytest.mark.parametrize("statement", OURS.values(), ids=OURS.keys())
def test_the_database_refuses_to_change_what_stands(cursor, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute(statement)
    assert chain.verify() == chain.Verdict(2, None)
