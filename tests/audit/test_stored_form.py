"""What is stored otherwise than numberadmin writes it does not hold: pages and the proof would read it differently."""

import json

import pytest
from django.db import connection

from numberadmin.audit import chain
from numberadmin.audit.chain import Verdict
from numberadmin.audit.models import Entry, Line

ENTRY = {
    "a key of the details twice": lambda e: f"details = '{{\"forged\": 1, {json.dumps(e.details)[1:-1]}}}'",
    "blanks in the details": lambda e: "details = details || ' '",
    "an operation in capitals": "operation = upper(operation)",
    "an operation with dashes": "operation = substr(operation, 1, 8) || '-' || substr(operation, 9)",
    "an operation of bytes": "operation = CAST(operation AS BLOB)",
    "a time with a T": "at = replace(at, ' ', 'T')",
    "a time with a zone": "at = at || '+00:00'",
    "a time of fewer digits": "at = at || '0'",
    "a name of bytes": "actor_name = CAST(actor_name AS BLOB)",
    "a name with a NUL": "actor_name = actor_name || char(0)",
    "a name with a blank": "actor_name = actor_name || ' '",
    "an error that is a text": "error_code = CAST('40001' AS BLOB)",
    "a step in capitals": "part_of = upper(part_of)",
    "an action in capitals": "action = upper(action)",
    "an account of bytes": "account_id = CAST(account_id AS BLOB)",
    "a form of bytes": "form = CAST(form AS BLOB)",
    "a hash of capitals": "hash = upper(hash)",
}
LINE = {
    "a number of bytes": "number = CAST(number AS BLOB)",
    "a number that is none": "number = number || 'x'",
    "a key of bytes": "became = CAST(became AS BLOB)",
    "a key in capitals": "became = upper(became)",
    "an account of bytes": "account_id = CAST(account_id AS BLOB)",
}
only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="its columns hold values of one type alone")


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def unchecked(db):
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints=ON")
    yield
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints=OFF")
    connection.set_rollback(True)


@pytest.fixture
def entries(add, take_away_triggers, unchecked):
    found = [add(number, part_of="6f1e0000-0000-4000-8000-00000000000a") for number in range(14150005550, 14150005553)]
    take_away_triggers()
    return [Entry.objects.get(pk=entry.pk) for entry in found]


@only_sqlite
@pytest.mark.parametrize("change", ENTRY.values(), ids=ENTRY.keys())
def test_an_entry_in_another_form_does_not_hold(entries, change):
    entry = entries[1]
    run(f"UPDATE audit_entry SET {change if isinstance(change, str) else change(entry)} WHERE id = %s", entry.pk)
    assert chain.verify() == Verdict(1, entry.pk)


@only_sqlite
@pytest.mark.parametrize("change", LINE.values(), ids=LINE.keys())
def test_a_line_in_another_form_does_not_hold(entries, change):
    run(f"UPDATE audit_line SET {change} WHERE entry_id = %s", entries[1].pk)
    assert chain.verify() == Verdict(1, entries[1].pk)


def test_renumbering_alone_does_not_hold(entries):
    """In the order that it was in, with its lines."""
    for table, column in (("audit_entry", "id"), ("audit_line", "entry_id")):
        for entry in reversed(entries):
            run(f"UPDATE {table} SET {column} = {column} + 10 WHERE {column} = %s", entry.pk)
    assert chain.verify() == Verdict(0, entries[0].pk + 10)


def test_renumbering_lines_alone_does_not_hold(entries):
    run("UPDATE audit_line SET id = id + 100000")
    assert chain.verify() == Verdict(0, entries[0].pk)


def as_before(entries):
    """The chain as it was written before places and sign-ins were covered."""
    previous = chain.FIRST
    for entry in Entry.objects.order_by("id"):
        fields = {name: getattr(entry, name) for name in chain.COVERED} | {"form": 1}
        lines = list(Line.objects.filter(entry=entry).order_by("id").values_list("id", "number", "was", "became"))
        previous = chain.digest(previous, fields, lines)
        run("UPDATE audit_entry SET hash = %s, form = 1, actor_login = '' WHERE id = %s", previous, entry.pk)


def test_entries_of_before_hold_and_those_of_now_follow_them(entries, add):
    as_before(entries)
    assert chain.verify() == Verdict(3, None)
    add(14150005559)
    add()
    assert chain.verify() == Verdict(5, None)


@pytest.mark.parametrize("change", ["actor_login = 'olga@example.com'", "form = 2", "form = 0", "message = 'x'"])
def test_an_entry_of_before_does_not_hold_with_what_its_hash_does_not_cover(entries, change):
    as_before(entries)
    run(f"UPDATE audit_entry SET {change} WHERE id = %s", entries[1].pk)
    assert chain.verify() == Verdict(1, entries[1].pk)


def test_the_first_entry_of_now_covers_the_places_of_those_before(entries, add):
    as_before(entries)
    last = add()
    run("UPDATE audit_line SET id = id - 10000 WHERE entry_id = %s", entries[0].pk)
    assert chain.verify() == Verdict(3, last.pk)


def test_no_entry_of_before_follows_one_of_now(entries, add):
    run("UPDATE audit_entry SET form = 1 WHERE id = %s", entries[2].pk)
    assert chain.verify() == Verdict(2, entries[2].pk)
