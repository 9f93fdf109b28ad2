"""What the database does and keeps beside the rows: a trigger changes what was written, and an index, a view or a rule
can show other rows than the table has."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

MOST = 10
# By kind, name and table, with its definition. SQLite's own statistics of ANALYZE are no part of it.
MASTER = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'"
Things = dict[tuple[str, str, str], str]

TRIGGERS = (
    "SELECT k.relname, t.tgname, t.tgtype, t.tgenabled, p.proname, p.prosrc FROM pg_trigger t"
    " JOIN pg_class k ON k.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND k.relnamespace = current_schema()::regnamespace"
)
# BEFORE, with ROW, DELETE and UPDATE, or with TRUNCATE, as pg_trigger counts them together.
ROWS, TRUNCATE = 2 + 1 + 8 + 16, 2 + 32
REFUSES = ("audit_refuse", " BEGIN RAISE EXCEPTION 'the audit is append-only'; END ")
MADE = {
    (table, f"{table}_{what}", kind, "O", *REFUSES)
    for table in ("audit_entry", "audit_line")
    for what, kind in (("rows", ROWS), ("truncate", TRUNCATE))
}
RULES = "SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema()"
# A table that is a view, and one whose rows are hidden from some.
RELATIONS = (
    "SELECT relname, relkind NOT IN ('r', 'p') OR relrowsecurity FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace"
)
INDEXES = (
    "SELECT k.relname, i.relname FROM pg_index x JOIN pg_class k ON k.oid = x.indrelid"
    " JOIN pg_class i ON i.oid = x.indexrelid WHERE k.relnamespace = current_schema()::regnamespace"
    " AND (x.indpred IS NOT NULL OR x.indexprs IS NOT NULL)"
)
SEARCH = "services_number_digits"


def problems() -> Iterator[str]:
    """What is not as the migrations make it, a sentence each; nothing where all is. Migrates an empty database to know
    on SQLite, which takes a few seconds."""
    yield from _postgresql() if connection.vendor == "postgresql" else _sqlite()


def _sqlite() -> Iterator[str]:
    for (text,) in _rows(f"PRAGMA integrity_check({MOST})"):
        if text != "ok":
            yield f"SQLite's integrity check: {text}."
    made, there = _migrated(), _things(_rows(MASTER))
    for thing in sorted(made.keys() | there.keys()):
        if made.get(thing) != there.get(thing):
            kind, name, table = thing
            what = _differs(thing in made, thing in there)
            yield f"The {kind} {name} of {table} {what}."


def _differs(is_made: bool, is_there: bool) -> str:
    if not is_made:
        return "is none that numberadmin makes"
    return "is not as numberadmin makes it" if is_there else "is not there"


@cache
def _migrated() -> Things:
    """What an empty database has after all migrations. In a process of its own: migrations write through the default
    connection."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
        told = os.environ | {"DATABASE_URL": f"sqlite:///{file}"}
        subprocess.run(command, env=told, cwd=settings.BASE_DIR, check=True)  # noqa: S603 - our own command
        database = sqlite3.connect(file)
        try:
            return _things(database.execute(MASTER).fetchall())
        finally:
            database.close()


def _things(rows: list[tuple[Any, ...]]) -> Things:
    return {(kind, name, table): " ".join((sql or "").split()) for kind, name, table, sql in rows}


def _postgresql() -> Iterator[str]:
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    triggers = {row for row in _rows(TRIGGERS) if row[0] in ours}
    for table, name, *_ in sorted(triggers - MADE):
        yield f"The trigger {name} of {table} is not as numberadmin makes it."
    for table, name, *_ in sorted(MADE - triggers):
        yield f"The trigger {name} of {table} is not there, or not as numberadmin makes it."
    for table, name in _rows(RULES):
        if table in ours:
            yield f"The rule {name} of {table} is none that numberadmin makes."
    for table, is_odd in _rows(RELATIONS):
        if table in ours and is_odd:
            yield f"{table} is no table that shows all of its rows to everybody."
    known = {index.name for model in apps.get_models() for index in [*model._meta.indexes, *model._meta.constraints]}
    for table, name in _rows(INDEXES):
        if table in ours and name not in known | {SEARCH}:
            yield f"The index {name} of {table} is none that numberadmin makes."


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
