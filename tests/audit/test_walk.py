"""The proof reads what is there in batches, while others add to it, and whatever an administrator put there."""

from collections import deque

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from numberadmin.audit import chain, walk
from numberadmin.audit.chain import Verdict
from numberadmin.audit.models import Line

EVERYWHERE = {"a hash that is not ASCII": "UPDATE audit_entry SET hash = 'é'"}
POSTGRESQL = {
    "a time without end": "UPDATE audit_entry SET at = 'infinity'",
    "a time before Christ": "UPDATE audit_entry SET at = '0044-03-15 12:00 BC'",
    "a number beyond counting": """UPDATE audit_entry SET details = '{"n": 1e400}'""",
    "a very long number": "UPDATE audit_entry SET details = to_jsonb(repeat('9', 5000)::numeric)",
    "a half character": r"""UPDATE audit_entry SET details = '{"n": "\\ud800"}'""",
}
SQLITE = {
    "a hash of bytes": "UPDATE audit_entry SET hash = x'ff'",
    "a time that is none": "UPDATE audit_entry SET at = 'yesterday'",
    "a time that is a number": "UPDATE audit_entry SET at = 5",
    "a time out of range": "UPDATE audit_entry SET at = '2026-13-45 99:00:00'",
    "an operation that is none": "UPDATE audit_entry SET operation = 'first'",
    "details that are no JSON": "UPDATE audit_entry SET details = '{'",
    "details that are bytes": "UPDATE audit_entry SET details = x'ff'",
    "details as deep as the sea": f"UPDATE audit_entry SET details = '{'[' * 5000}{']' * 5000}'",
    "a number beyond counting": """UPDATE audit_entry SET details = '{"n": 1e400}'""",
    "a half character": r"""UPDATE audit_entry SET details = '{"n": "\ud800"}'""",
    "a name of bytes": "UPDATE audit_entry SET actor_name = x'ff'",
    "a name that is not UTF-8": "UPDATE audit_entry SET actor_name = CAST(x'ff' AS TEXT)",
    "an account that is a name": "UPDATE audit_entry SET account_id = 'Acme'",
}
ENTRIES = EVERYWHERE | (POSTGRESQL if connection.vendor == "postgresql" else SQLITE)
LINES = {"a long key": "UPDATE audit_line SET became = 'another'"}
if connection.vendor == "sqlite":
    LINES |= {
        "a key that is not UTF-8": "UPDATE audit_line SET was = CAST(x'ff' AS TEXT)",
        "a key of bytes": "UPDATE audit_line SET was = x'ff'",
        "a number that is none": "UPDATE audit_line SET number = 'many'",
        "an entry that is none": "UPDATE audit_line SET entry_id = 'first'",
    }


@pytest.fixture
def entries(add, take_away_triggers, unchecked):
    found = [add(number) for number in range(14150005550, 14150005555)]
    take_away_triggers()
    return found


@pytest.fixture
def unchecked(db):
    """What breaks the database's own rules is let through, and is undone after the test without being checked."""
    if connection.vendor != "sqlite":
        yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints=ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints=OFF")
    connection.set_rollback(True)


@pytest.mark.parametrize("statement", ENTRIES.values(), ids=ENTRIES.keys())
@pytest.mark.parametrize("place", [0, 2, 4])
def test_an_entry_that_cannot_be_read_is_one_that_does_not_hold(entries, statement, place):
    with connection.cursor() as cursor:
        cursor.execute(f"{statement.replace('%', '%%')} WHERE id = %s", [entries[place].pk])
    assert chain.verify() == Verdict(place, entries[place].pk)
    with pytest.raises(CommandError, match=f"Entry {entries[place].pk} does not hold; the {place} entries"):
        call_command("verify_audit")


@pytest.mark.parametrize("statement", LINES.values(), ids=LINES.keys())
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_line_that_cannot_be_read_is_one_that_does_not_hold(entries, statement, place):
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE entry_id = %s", [entries[place].pk])
    assert chain.verify() == Verdict(place, entries[place].pk)


def test_a_database_that_does_not_answer_is_not_taken_for_a_bad_entry(add, monkeypatch):
    def locked(*_):
        raise OperationalError("database is locked")

    add(14150005550)
    monkeypatch.setattr(walk, "_lines", locked)
    with pytest.raises(OperationalError, match="locked"):
        chain.verify()


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 8])
def test_batches_of_any_size_make_one_walk(add, monkeypatch, batch):
    monkeypatch.setattr(walk, "BATCH", batch)
    monkeypatch.setattr(walk, "CHUNK", 2)
    added = [add(*range(14150005550, 14150005550 + place % 3)) for place in range(7)]
    walked = list(walk.steps(("hash",)))
    assert [(step.id, step.row, len(step.lines)) for step in walked] == [
        (entry.pk, (entry.hash, {}), place % 3) for place, entry in enumerate(added)
    ]


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_entries_that_are_added_during_the_walk_do_not_raise_a_false_alarm(add, monkeypatch, batch):
    """One before each query of the walk, twenty at most: before, between and after the reading of their lines."""
    monkeypatch.setattr(walk, "BATCH", batch)
    meanwhile = deque(range(14150005560, 14150005580))
    add(14150005550)

    def add_one(execute, *query):
        if meanwhile and "INSERT" not in query[0] and not adding:
            adding.append(True)
            add(meanwhile.popleft())
            adding.clear()
        return execute(*query)

    adding: list[bool] = []
    with connection.execute_wrapper(add_one):
        assert chain.verify().first_bad is None
    assert len(meanwhile) < 20
    assert chain.verify() == Verdict(21 - len(meanwhile), None)


@pytest.mark.parametrize(("steps_from_the_first", "before"), [(-1, 0), (-(10**9), 0), (5, 5), (10**9, 5)])
def test_a_line_of_an_entry_that_never_was_is_found(acme, entries, steps_from_the_first, before):
    owner = entries[0].pk + steps_from_the_first
    Line.objects.create(entry_id=owner, account=acme, number=14159999999)
    assert chain.verify() == Verdict(before, owner)
