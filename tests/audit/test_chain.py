import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from numberadmin.audit import chain
from numberadmin.audit.models import Entry, Line


@pytest.fixture
def without_triggers(add):
    """Three entries, in a database whose keeper has taken the triggers away."""
    entries = [add(14150005550), add(14150005551), add(14150005552, 14150005553)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("audit_entry", "audit_line"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
    return entries


def test_the_chain_of_untouched_entries_holds(add):
    for number in range(14150005550, 14150005560):
        add(number)
    assert chain.verify() == chain.Verdict(10, None)


def test_an_altered_text_is_found(without_triggers):
    second = without_triggers[1]
    Entry.objects.filter(pk=second.pk).update(actor_name="Bert")
    assert chain.verify() == chain.Verdict(1, second.pk)


def test_an_altered_line_is_found(without_triggers):
    *_, third = without_triggers
    Line.objects.filter(entry=third, number=14150005553).update(became="other")
    assert chain.verify().first_bad == third.pk


def test_a_line_taken_away_is_found(without_triggers):
    *_, third = without_triggers
    Line.objects.filter(entry=third, number=14150005553).delete()
    assert chain.verify().first_bad == third.pk


def test_an_entry_taken_out_of_the_middle_is_found(without_triggers):
    _, second, third = without_triggers
    Line.objects.filter(entry=second).delete()
    Entry.objects.filter(pk=second.pk).delete()
    assert chain.verify().first_bad == third.pk


def test_the_command_says_how_many_entries_hold(add, capsys):
    add(14150005550)
    call_command("verify_audit")
    assert capsys.readouterr().out == "1 entries, the chain holds.\n"


def test_the_command_names_the_first_bad_entry(without_triggers):
    second = without_triggers[1]
    Entry.objects.filter(pk=second.pk).update(reason="because")
    with pytest.raises(CommandError, match=f"Entry {second.pk} does not hold"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'Bert'",
        "UPDATE audit_line SET became = ''",
        "DELETE FROM audit_line",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_what_stands(add, statement):
    add(14150005550)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert chain.verify() == chain.Verdict(1, None)


def test_the_database_refuses_to_replace_or_empty_the_audit(add):
    add(14150005550)
    statement = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audit_entry, audit_line CASCADE"
    if connection.vendor == "sqlite":
        columns = "id, entry_id, account_id, number, was, became"
        statement = f"REPLACE INTO audit_line ({columns}) SELECT id, entry_id, account_id, 1, '', '' FROM audit_line"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Line.objects.get().number == 14150005550
