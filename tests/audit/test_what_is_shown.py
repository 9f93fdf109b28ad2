"""Whatever somebody with the database in hand changes of who did what and when: the proof finds it, or no page and no
export shows it.

An installation in which something of everything was done, its triggers taken away. Then random things are done to
random rows, one after the other and undone each time. `TRIES` sets how many (`make chaos` takes 500).
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from numberadmin.accounts.models import Connection, Invitation, Membership, Person, SecondFactor
from numberadmin.accounts.roles import Role
from numberadmin.audit import chain, kept
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Line
from numberadmin.proven import Proven
from numberadmin.services import (
    applications,
    assignment,
    checkout,
    invitations,
    jobs,
    labels,
    own,
    plans,
    record,
    team,
    unassignment,
)
from numberadmin.services.models import Label, Open, Plan, Request, Reservation
from numberadmin.services.table_reading import of_text
from numberadmin.services.team import Powers
from tests.services.conftest import REMINDERS, SUPPORT, jane, sandbox, sinch
from tests.services.people import PASSWORD, beside, with_password
from tests.services.test_assign import free, in_application
from tests.services.test_cart import group, reserve

__all__ = ["jane", "sandbox", "sinch"]
TRIES = int(os.environ.get("TRIES", "40"))
# Columns that pages take from Sinch's list alone, and that say nothing of who did what.
OF_THE_LIST = {"services_number"}
# Whatever a page draws anew each time, and how long ago something was.
NEW_EACH_TIME = (
    r'name="csrfmiddlewaretoken" value="[^"]*"',
    r'"X-CSRFToken": *"[^"]*"',
    r'name="operation" value="[0-9a-f-]{36}"',
    r"\d+ (?:s|min|h) ago|just now",
)


@dataclass
class Installation:
    """Acme, its owner Jane's browser, and the pages that show something of what was done."""

    browser: Client
    pages: list[str]

    def shown(self) -> dict[str, str]:
        return {path: self._text(path) for path in self.pages}

    def _text(self, path: str) -> str:
        # Each time the same browser: a page may take its session away.
        browser = Client()
        browser.cookies.load({name: cookie.value for name, cookie in self.browser.cookies.items()})
        with transaction.atomic():
            try:
                response = browser.get(path)
                content = b"".join(response) if response.streaming else response.content
                text = f"{response.status_code} {content.decode()}"
            except Exception as error:
                text = f"{type(error).__name__}"
            transaction.set_rollback(True)
        return re.sub("|".join(NEW_EACH_TIME), "", text)


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def work(jane, sinch) -> None:
    """Something of everything, by several people."""
    bob = beside(jane, "Bob Brown", Role.OPERATOR)
    bea = beside(jane, "Bea Buy", Role.BUYER, "1")
    applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="Support desk")
    some, held = free(jane, 5), in_application(jane, REMINDERS)
    assignment.assign(actor=bob, operation=uuid4(), numbers=some[:2], application_key=SUPPORT, reason="Autumn")
    assignment.assign(actor=jane, operation=uuid4(), numbers=held[:1], application_key=SUPPORT, move=True)
    unassignment.unassign(actor=bob, operation=uuid4(), numbers=some[1:2])
    for number, label in ((some[0], "Lobby"), (held[0], "Desk")):
        labels.set_label(actor=bob, operation=uuid4(), number=number, label=label, note="Ask Ann")
    reserve(jane, group(jane))
    checkout.check_out(actor=jane, operation=uuid4())
    reserve(bea, group(jane), quantity=2)
    checkout.check_out(actor=bea, operation=uuid4())
    title = "number,application,label\n"
    for name in ("One", "Two"):
        lines = "\n".join(f"+{number},Support desk,{name}" for number in some[2:4])
        made = plans.from_table(actor=bob, lines=of_text(title + lines).lines, title=f"Plan {name}")
    jobs.apply(actor=bob, operation=uuid4(), plan=made)
    jobs.work.func(made.pk)
    powers = Powers(Role.VIEWER)
    for email in ("eve@example.com", "kim@example.com"):
        _, token = invitations.invite(actor=jane, operation=uuid4(), email=email, powers=powers)
    invitations.join(token=token, name="Kim Kay", password="nine hills of heather", address="127.0.0.9")
    team.change_role(actor=jane, operation=uuid4(), person_id=bob.person.pk, powers=powers)
    asked = {"login": "bob@example.com", "name": "Bob Black", "password": "", "current": PASSWORD}
    own.set_password(actor=bob, operation=uuid4(), **asked)
    SecondFactor.objects.create(person=bob.person, seed="sealed")
    waits = record.Plan(Action.ASSIGN, [Change(some[4], "", SUPPORT)], SUPPORT)
    record.intent(jane, uuid4(), {}, waits)


@pytest.fixture
def installation(jane, sinch, settings, take_away_triggers: Callable[[], None]) -> Iterator[Installation]:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.NUMBERS_MAX_AGE = settings.GROUPS_MAX_AGE = 10**9
    with_password(jane.person, "jane@example.com")
    work(jane, sinch)
    # No page reads the list again meanwhile.
    Connection.objects.update(usable_until=timezone.now())
    browser = Client()
    browser.post("/login/", {"kind": "member", "identity": "jane@example.com", "password": PASSWORD})
    numbers = list(Label.objects.values_list("number", flat=True))
    plan = Plan.objects.get(title="Plan Two").key
    pages = ["/", "/inventory/?view=flat", "/inventory/export/?format=jsonl", "/audit/", "/audit/export/?format=jsonl"]
    pages += [f"/inventory/{number}/" for number in numbers]
    pages += ["/inventory/plans/", f"/inventory/plans/{plan}/", f"/inventory/plans/{plan}/result/", "/team/", "/you/"]
    pages += ["/shop/cart/", "/inventory/applications/", f"/inventory/as-it-was/?at={timezone.now():%Y-%m-%dT%H:%M:%S}"]
    take_away_triggers()
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints=ON")
    yield Installation(browser, pages)
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints=OFF")
    connection.set_rollback(True)


def shown_models() -> list[Any]:
    return [Entry, Line, *(model for model in apps.get_models() if issubclass(model, Proven))]


def columns_of(model: Any) -> list[str]:
    if model._meta.db_table in OF_THE_LIST:
        return [*model.PROVEN, "proof"]
    return [str(field.column) for field in model._meta.concrete_fields]


@dataclass
class Administrator:
    """Does something random to a random row: raw SQL."""

    chance: Random

    def act(self) -> str:
        model = self.chance.choice(shown_models())
        table, key = model._meta.db_table, str(model._meta.pk.column)
        keys = [row[0] for row in run(f"SELECT {key} FROM {table} ORDER BY {key}")]
        if not keys:
            return ""
        column, where = self.chance.choice(columns_of(model)), self.chance.choice(keys)
        way = self.chance.choice(WAYS)
        done = f"{way.__name__} {table}.{column} of {where!r}"
        way(self, table, key, column, where, keys)
        return done

    def set(self, table: str, key: str, column: str, where: Any, value: str, *values: Any) -> None:
        run(f"UPDATE {table} SET {column} = {value} WHERE {key} = %s", *values, where)


def swap_with_another_row(by, table, key, column, where, keys):
    other = by.chance.choice(keys)
    [(mine,)] = run(f"SELECT {column} FROM {table} WHERE {key} = %s", where)
    [(its,)] = run(f"SELECT {column} FROM {table} WHERE {key} = %s", other)
    by.set(table, key, column, where, "%s", its)
    by.set(table, key, column, other, "%s", mine)


def take_from_another_row(by, table, key, column, where, keys):
    of = f"(SELECT {column} FROM {table} WHERE {key} = %s)"
    by.set(table, key, column, where, of, by.chance.choice(keys))


def change_the_case(by, table, key, column, where, keys):
    by.set(table, key, column, where, f"{by.chance.choice(['upper', 'lower'])}({column})")


def add_what_is_hardly_seen(by, table, key, column, where, keys):
    more = by.chance.choice([" ", "\u200b", "\u202e", "\t", "0", "."])
    by.set(table, key, column, where, by.chance.choice([f"{column} || %s", f"%s || {column}"]), more)


def change_the_type(by, table, key, column, where, keys):
    kind = by.chance.choice(["BLOB", "TEXT", "REAL", "INTEGER"])
    by.set(table, key, column, where, f"CAST({column} AS {kind})")


def write_a_moment_otherwise(by, table, key, column, where, keys):
    by.set(table, key, column, where, by.chance.choice([f"replace({column}, ' ', 'T')", f"{column} || '+00:00'"]))


def write_json_otherwise(by, table, key, column, where, keys):
    [(text,)] = run(f"SELECT CAST({column} AS TEXT) FROM {table} WHERE {key} = %s", where)
    if text and text[:1] in "{[":
        more = '{"names": {"x": "Forged"}, "lines": [], ' if text[:2] == '{"' else f"{text[0]} "
        by.set(table, key, column, where, "%s", by.chance.choice([more + text[1:], text + " ", text.replace(" ", "")]))


def set_something_else(by, table, key, column, where, keys):
    values = [None, "", 0, 1, -1, "Olga Owner", "numberadmin", "olga@example.com", "succeeded", "2020-01-01 00:00:00"]
    by.set(table, key, column, where, "%s", by.chance.choice(values))


def count_up(by, table, key, column, where, keys):
    by.set(table, key, column, where, f"{column} + 1")


def renumber(by, table, key, column, where, keys):
    by.set(table, key, key, where, f"{key} + %s", by.chance.choice([1000, 100_000]))


def delete_a_row(by, table, key, column, where, keys):
    run(f"DELETE FROM {table} WHERE {key} = %s", where)


def insert_a_copy(by, table, key, column, where, keys):
    model = next(model for model in shown_models() if model._meta.db_table == table)
    rest = [str(field.column) for field in model._meta.concrete_fields if field.column != key]
    unique = [name for name in rest if name in ("operation", "key", "digest", "login", "sinch_user_id", "number")]
    of = ", ".join(f"'{uuid4().hex}'" if name in unique else name for name in rest)
    run(f"INSERT INTO {table} ({', '.join(rest)}) SELECT {of} FROM {table} WHERE {key} = %s", where)


def put_another_proof(by, table, key, column, where, keys):
    if table not in ("audit_entry", "audit_line"):
        by.set(table, key, "proof", where, "%s", by.chance.choice(["", "0" * 32, by.chance.randbytes(16).hex()]))


WAYS = [
    swap_with_another_row,
    take_from_another_row,
    change_the_case,
    add_what_is_hardly_seen,
    change_the_type,
    write_a_moment_otherwise,
    write_json_otherwise,
    set_something_else,
    count_up,
    renumber,
    delete_a_row,
    insert_a_copy,
    put_another_proof,
]
# Rows that no page misses when they are gone, or that the program itself takes away.
MAY_GO = {"accounts_session", "accounts_connection", "accounts_secondfactor", "services_number", "services_application"}


def is_proven() -> bool:
    return chain.verify().first_bad is None and not list(kept.problems())


def tried(act: Callable[[], str], installation: Installation, before: dict[str, str]) -> list[str]:
    """Does it, and undoes it: what a page shows otherwise, where the proof finds nothing. What the database itself
    refuses was not done."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                done = act()
        except DatabaseError:
            done = ""
        after = installation.shown() if done and is_proven() else before
        transaction.set_rollback(True)
    other = [path for path in before if after[path] != before[path]]
    return [f"{done}: {other}"] if other else []


def put(table: str, key: str, column: str, value: str, where: Any) -> str:
    run(f"UPDATE {table} SET {column} = {value} WHERE {key} = %s", where)
    return f"{table}.{column} = {value}"


def test_whatever_is_changed_is_found_or_changes_nothing_that_is_shown(installation):
    assert list(kept.problems()) == []
    assert chain.verify().first_bad is None
    before, by, unseen = installation.shown(), Administrator(Random("shown")), list[str]()
    assert all(text.startswith("200") for text in before.values()), {p: t[:3] for p, t in before.items()}
    assert installation.shown() == before
    for _ in range(TRIES):
        unseen += tried(by.act, installation, before)
    allowed = [one for one in unseen if one.startswith("delete_a_row") and any(name in one for name in MAY_GO)]
    assert sorted(set(unseen) - set(allowed)) == []
    assert is_proven()


SHOWN = [
    (model, column)
    for model in shown_models()
    for column in columns_of(model)
    # When a browser is signed out, and which password somebody last used when, is no deed.
    if (model._meta.db_table, column) not in {("accounts_session", "expire_date"), ("accounts_person", "last_login")}
]


def test_each_column_of_each_table_is_found_or_shows_nothing(installation):
    before, unseen, chance = installation.shown(), [], Random("columns")
    for model, column in SHOWN if TRIES > 100 else chance.sample(SHOWN, TRIES):
        table, key = model._meta.db_table, str(model._meta.pk.column)
        keys = [row[0] for row in run(f"SELECT {key} FROM {table} ORDER BY {key}")]
        assert keys, f"the installation has no row of {table}"
        values = [f"{column} || 'x'", f"{column} + 1", "'Olga Owner'", "'2020-01-01 00:00:00'", "NULL"]
        for value in values if TRIES > 100 else chance.sample(values, 1):
            unseen += tried(partial(put, table, key, column, value, keys[0]), installation, before)
    assert unseen == [], [one[:60] for one in unseen]


def test_a_change_over_the_pages_makes_no_forged_row_a_proven_one(installation):
    bob = Membership.objects.get(person__name="Bob Black")
    run("UPDATE accounts_membership SET role = 'owner' WHERE id = %s", bob.pk)
    assert not is_proven()
    Membership.objects.filter(pk=bob.pk).update(seen_at=None)
    row = Membership.objects.get(pk=bob.pk)
    row.limit_currency = "USD"
    row.save()
    assert [text for text in kept.problems() if "membership" in text]


def test_a_row_that_is_gone_is_missed(installation):
    plan = Plan.objects.get(title="Plan Two")
    gone = [Label.objects.latest("pk"), plan, plan.items.latest("pk"), Reservation.objects.earliest("pk")]
    gone += [Plan.objects.earliest("pk")]
    gone += [Request.objects.latest("pk"), Membership.objects.latest("pk"), Person.objects.latest("pk")]
    gone += [Open.objects.latest("pk"), Invitation.objects.latest("pk")]
    for row in gone:
        with transaction.atomic():
            run(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)
            assert not is_proven(), row
            transaction.set_rollback(True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its columns hold values of one type alone")
def test_a_text_in_the_place_of_a_moment_that_is_not_there_is_found(installation):
    run("UPDATE accounts_invitation SET closed_at = 'Olga Owner' WHERE closed_at IS NULL")
    assert not is_proven()


def test_a_proof_of_another_key_is_none(installation, settings):
    settings.AUDIT_KEY = "another key than the one of this installation, as long as any"
    assert list(kept.problems())
