"""What somebody with the database in hand plants beside the rows: the proof names it, and the program signs nothing
that it did not write."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from numberadmin.accounts.models import Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit import kept
from numberadmin.proven import Altered
from numberadmin.services.models import Label

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="forged with SQLite's own means")


@pytest.fixture
def label(acme):
    return Label.objects.create(account=acme, number=14155550100, label="Desk", by="Jane", at=timezone.now())


@pytest.fixture
def member(acme):
    person = Person.objects.create(name="Eve", login="eve@example.com")
    return Membership.objects.create(account=acme, person=person, role=Role.VIEWER)


def run(*statements):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def plant(when, table, change):
    """A trigger that changes the rows of the table whenever somebody writes one."""
    if connection.vendor == "sqlite":
        run(f"CREATE TRIGGER planted AFTER {when} ON {table} BEGIN UPDATE {table} SET {change} WHERE id = NEW.id; END")
        return
    run(
        f"CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN UPDATE {table} SET {change} WHERE id = NEW.id; RETURN NULL; END $$",
        f"CREATE TRIGGER planted AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION planted()",
    )


def test_what_the_migrations_make_is_as_it_should_be(label):
    call_command("verify_audit")


@on_sqlite
def test_an_index_that_holds_something_else_than_its_table_is_named(label):
    [(name, sql)] = run(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'services_label' AND sql LIKE"
        " '%(\"account_id\")'"
    )
    run(
        f"DROP INDEX {name}",
        f"CREATE INDEX {name} ON services_label (account_id + 1)",
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = '{sql}' WHERE name = '{name}'",
        "PRAGMA writable_schema = RESET",
    )
    with pytest.raises(CommandError, match=f"missing from index {name}"):
        call_command("verify_audit")


def test_an_index_that_hides_rows_is_named(label):
    run("CREATE INDEX hides ON services_label (account_id, number) WHERE label <> 'Desk'")
    with pytest.raises(CommandError, match="The index hides of services_label is none that numberadmin makes"):
        call_command("verify_audit")


@pytest.mark.parametrize("kind", ["INSERT", "UPDATE"])
def test_a_planted_trigger_is_named(label, kind):
    plant(kind, "services_label", "note = 'Forged'")
    with pytest.raises(CommandError, match="The trigger planted of services_label"):
        call_command("verify_audit")


@pytest.mark.parametrize("way", ["create", "bulk"])
def test_a_row_that_a_trigger_changes_on_its_way_in_is_not_signed(label, acme, way):
    plant("INSERT", "services_label", "by = 'Mallory'")
    row = Label(account=acme, number=14155550101, label="Bar", by="Jane", at=timezone.now())
    with pytest.raises(Altered, match="another by than was written"), transaction.atomic():
        row.save() if way == "create" else Label.objects.bulk_create([row])
    assert [one.by for one in Label.objects.all()] == ["Jane"]
    assert list(kept.problems()) == []


WAYS = {
    "save": lambda row: row.save(update_fields=["seen_at"]),
    "update": lambda row: Membership.objects.filter(pk=row.pk).update(seen_at=row.seen_at),
    "bulk": lambda row: Membership.objects.bulk_update([row], ["seen_at"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_change_to_which_a_trigger_adds_is_not_signed(member, way):
    plant("UPDATE OF seen_at", "accounts_membership", "role = 'owner'")
    member.seen_at = member.since
    with pytest.raises(Altered, match="another role than was written"), transaction.atomic():
        WAYS[way](member)
    assert Membership.objects.get().role == Role.VIEWER
    assert list(kept.problems()) == []
