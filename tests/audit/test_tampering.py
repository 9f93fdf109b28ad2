"""Two hundred things that somebody with the database in hand can do to the audit. The proof finds each of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from numberadmin.accounts.models import Account, Person
from numberadmin.audit import chain
from numberadmin.audit.anchors import Anchor
from numberadmin.audit.chain import Change, Verdict
from numberadmin.audit.models import Action, Entry, Line, Phase, State

ENTRIES = 60
TAMPERINGS = 200
NASTY = [
    "",
    "=1+1",
    "Zoë Ångström",
    "日本 🙂",
    "a\tb\nc",
    'quote " and \\',
    "'; DROP TABLE audit_entry; --",
    " \u2028 ",
]


@dataclass
class Administrator:
    """Raw SQL on a chain of entries, with chance. `ids` of the entries in order."""

    cursor: CursorWrapper
    chance: Random
    ids: list[int]
    anchors: list[Anchor]

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement, values)
        return self.cursor.fetchall() if self.cursor.description else []

    def one(self, but_the_last: bool = False) -> int:
        return self.chance.choice(self.ids[:-1] if but_the_last else self.ids)

    def line(self) -> int:
        return int(self.chance.choice(self.run("SELECT id FROM audit_line ORDER BY id"))[0])

    def columns(self, table: str, *without: str) -> str:
        model = Entry if table == "audit_entry" else Line
        return ", ".join(str(f.column) for f in model._meta.concrete_fields if f.column not in without)

    def remove(self, ids: list[int]) -> None:
        for place in ids:
            self.run("DELETE FROM audit_line WHERE entry_id = %s", place)
            self.run("DELETE FROM audit_entry WHERE id = %s", place)

    def move(self, was: int, becomes: int) -> None:
        self.run("UPDATE audit_entry SET id = %s WHERE id = %s", becomes, was)
        self.run("UPDATE audit_line SET entry_id = %s WHERE entry_id = %s", becomes, was)

    def copy(self, place: int, becomes: int) -> None:
        """The entry with its lines and its hash; the operation is another one, for each has each phase once."""
        rest = self.columns("audit_entry", "id", "operation")
        self.run(
            f"INSERT INTO audit_entry (id, operation, {rest}) SELECT %s, %s, {rest} FROM audit_entry WHERE id = %s",
            becomes, stored(random_uuid(self.chance)), place,
        )  # fmt: skip
        rest = self.columns("audit_line", "id", "entry_id")
        self.run(
            f"INSERT INTO audit_line (entry_id, {rest})"
            f" SELECT %s, {rest} FROM audit_line WHERE entry_id = %s ORDER BY id",
            becomes, place,
        )  # fmt: skip

    def rechain(self, first: int) -> None:
        """Writes all hashes anew from an entry on: somebody who has the key as well."""
        previous = Entry.objects.filter(id__lt=first).order_by("-id").values_list("hash", flat=True).first()
        for entry in Entry.objects.filter(id__gte=first).order_by("id"):
            lines = entry.lines.order_by("id").values_list("id", "number", "was", "became")
            fields = {name: getattr(entry, name) for name in chain.COVERED}
            old = None if previous else chain.Places().text()
            previous = chain.digest(previous or chain.FIRST, fields, list(lines), old)
            self.run("UPDATE audit_entry SET hash = %s WHERE id = %s", previous, entry.pk)


def random_uuid(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def stored(value: UUID) -> str:
    return str(value) if connection.vendor == "postgresql" else value.hex


def change_a_column(by: Administrator, column: str) -> None:
    entry = Entry.objects.get(pk=by.one())
    value = other(by.chance, column, getattr(entry, column))
    by.run(f"UPDATE audit_entry SET {column} = %s WHERE id = %s", value, entry.pk)


def other(chance: Random, column: str, now: Any) -> object:
    """A value that the column may hold, and does not hold now."""
    match column:
        case "at":
            moved = now + timedelta(microseconds=chance.choice([-1, 1, 10**6, -(10**9), 86_400 * 10**6]))
            return connection.ops.adapt_datetimefield_value(moved)
        case "operation" | "part_of":
            return stored(random_uuid(chance))
        case "account_id" | "id":
            return now + 1
        case "form":
            return chance.choice([form for form in (0, 1, 2, 3) if form != now])
        case "actor_id":
            return None if now else 1
        case "error_code":
            return chance.choice([code for code in (None, 0, 1, 40001, -5) if code != now])
        case "phase" | "state" | "action":
            return chance.choice([text for text in ("event", "failed", "move", "other") if text != now])
        case "details":
            return json.dumps(chance.choice([{**now, "forged": None}, {"asked": {}}, [], None, {"before": 1e300}]))
    return chance.choice([now + " ", now + "\u200b", now.swapcase() + "!", now[:-1] if now else "x"])


def change_a_line(by: Administrator, column: str) -> None:
    change = f"{column} + 1" if column in ("number", "account_id") else f"{column} || 'x'"
    by.run(f"UPDATE audit_line SET {column} = {change} WHERE id = %s", by.line())


def move_a_line_to_another_entry(by: Administrator) -> None:
    line = by.line()
    [(owner,)] = by.run("SELECT entry_id FROM audit_line WHERE id = %s", line)
    place = by.chance.choice([place for place in by.ids if place != owner])
    by.run("UPDATE audit_line SET entry_id = %s WHERE id = %s", place, line)


def delete_a_line(by: Administrator) -> None:
    by.run("DELETE FROM audit_line WHERE id = %s", by.line())


def insert_a_line(by: Administrator, entry: int | None = None) -> None:
    entry = by.one() if entry is None else entry
    account = Account.objects.values_list("pk", flat=True)[0]
    values = (entry, account, 14159999999, "", "key")
    by.run("INSERT INTO audit_line (entry_id, account_id, number, was, became) VALUES (%s, %s, %s, %s, %s)", *values)


def insert_a_line_of_no_entry(by: Administrator) -> None:
    gap = by.one(but_the_last=True) + 5
    insert_a_line(by, by.chance.choice([-(2**63), -1, 0, gap, by.ids[-1] + 1, 2**63 - 1]))


def insert_a_line_twice(by: Administrator) -> None:
    rest = by.columns("audit_line", "id")
    by.run(f"INSERT INTO audit_line ({rest}) SELECT {rest} FROM audit_line WHERE id = %s", by.line())


def change_the_order_of_lines(by: Administrator) -> None:
    [*owners] = by.run("SELECT entry_id FROM audit_line GROUP BY entry_id HAVING COUNT(*) > 1 ORDER BY entry_id")
    [owner] = by.chance.choice(owners)
    (first,), *_, (last,) = by.run("SELECT id FROM audit_line WHERE entry_id = %s ORDER BY id", owner)
    for was, becomes in ((first, -1), (last, first), (-1, last)):
        by.run("UPDATE audit_line SET id = %s WHERE id = %s", becomes, was)


def delete_an_entry_in_the_middle(by: Administrator) -> None:
    by.remove([by.one(but_the_last=True)])


def delete_an_entry_and_leave_its_lines(by: Administrator) -> None:
    [*owners] = by.run("SELECT DISTINCT entry_id FROM audit_line ORDER BY entry_id")
    by.run("DELETE FROM audit_entry WHERE id = %s", *by.chance.choice(owners))


def swap_two_entries(by: Administrator) -> None:
    one, two = by.chance.sample(by.ids, 2)
    for was, becomes in ((one, -1), (two, one), (-1, two)):
        by.move(was, becomes)


def move_an_entry_to_the_end(by: Administrator) -> None:
    by.move(by.one(but_the_last=True), by.ids[-1] + 1)


def move_an_entry_to_the_front(by: Administrator) -> None:
    by.move(by.chance.choice(by.ids[1:]), by.chance.choice([0, -7, -(2**63)]))


def copy_an_entry(by: Administrator) -> None:
    place = by.one()
    by.copy(place, by.chance.choice([place + 5, by.ids[-1] + 1, by.ids[0] - 1]))


def insert_a_forged_entry(by: Administrator) -> None:
    """With a hash of the right form, made without the key."""
    place = by.one() + by.chance.choice([-5, 5])
    by.copy(by.one(), place)
    by.run("UPDATE audit_entry SET hash = %s, actor_name = 'Bert' WHERE id = %s", by.chance.randbytes(32).hex(), place)


def replace_a_hash(by: Administrator) -> None:
    forged = [by.chance.randbytes(32).hex(), "", "é" * 32, chain.FIRST]
    by.run("UPDATE audit_entry SET hash = %s WHERE id = %s", by.chance.choice(forged), by.one())


def swap_two_hashes(by: Administrator) -> None:
    one, two = by.chance.sample(by.ids, 2)
    hashes = dict(by.run("SELECT id, hash FROM audit_entry"))
    for place, becomes in ((one, hashes[two]), (two, hashes[one])):
        by.run("UPDATE audit_entry SET hash = %s WHERE id = %s", becomes, place)


def make_hashes_without_the_key(by: Administrator) -> None:
    change_a_column(by, by.chance.choice(chain.COVERED))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "_key", lambda secret: b"a guess")
        by.rechain(by.ids[0])


def cut_the_end(by: Administrator) -> None:
    by.remove(by.ids[-by.chance.randint(1, ENTRIES - 1) :])


def restore_an_older_copy(by: Administrator) -> None:
    """Last week's, and what was done since then is done in another way."""
    cut_the_end(by)
    add_entries(by.chance, by.chance.randint(1, ENTRIES))


def empty_the_audit(by: Administrator) -> None:
    by.remove(by.ids)


def write_it_anew_with_the_key(by: Administrator) -> None:
    place = by.one()
    by.run("UPDATE audit_entry SET actor_name = 'Bert' WHERE id = %s", place)
    by.rechain(place)


def take_an_entry_out_with_the_key(by: Administrator) -> None:
    place = by.one()
    by.remove([place])
    by.rechain(place)


SEEN_IN_THE_CHAIN: list[Callable[[Administrator], object]] = [
    *(partial(change_a_column, column=column) for column in chain.COVERED),
    *(partial(change_a_line, column=column) for column in ("account_id", "number", "was", "became")),
    move_a_line_to_another_entry,
    delete_a_line,
    insert_a_line,
    insert_a_line_of_no_entry,
    insert_a_line_twice,
    change_the_order_of_lines,
    delete_an_entry_in_the_middle,
    delete_an_entry_and_leave_its_lines,
    swap_two_entries,
    move_an_entry_to_the_end,
    move_an_entry_to_the_front,
    copy_an_entry,
    insert_a_forged_entry,
    replace_a_hash,
    swap_two_hashes,
    make_hashes_without_the_key,
]
SEEN_BY_THE_ANCHOR: list[Callable[[Administrator], object]] = [
    cut_the_end,
    restore_an_older_copy,
    empty_the_audit,
    write_it_anew_with_the_key,
    take_an_entry_out_with_the_key,
]


def add_entries(chance: Random, count: int) -> list[int]:
    account, person = Account.objects.get(organisation_id="8888123"), Person.objects.get()
    return [add_entry(chance, account, person, place) for place in range(count)]


def add_entry(chance: Random, account: Account, person: Person, place: int) -> int:
    """An entry with up to five lines and with texts of all kinds; its id."""
    entry = Entry(
        account=account,
        operation=random_uuid(chance),
        phase=chance.choice(Phase.values),
        action=chance.choice(Action.values),
        state=chance.choice(State.values),
        actor=chance.choice([person, None]),
        actor_name=chance.choice(NASTY) or "Jane",
        address="192.0.2.7",
        session="5d41402a",
        application_key=chance.choice(["", "9f5c5e3a-1a54-4b8e-b0f5-0f7a4e6d2c11"]),
        reason=chance.choice(NASTY),
        message=chance.choice(NASTY),
        error_code=chance.choice([None, 40001, 0]),
        details={"z": place, "a": {"2": 0.1, "1": [None, True, -1.5]}, "names": {text: text for text in NASTY}},
    )
    changes = [Change(14150000000 + 10 * place + n, "", f"key {n}") for n in range(chance.choice([0, 1, 1, 2, 5]))]
    # Every tenth id is used, so that there are places between entries.
    entry.pk = 10 + (Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0)
    return chain.append(entry, changes).pk


@pytest.fixture
def administrator(acme: Account, take_away_triggers: Callable[[], None]) -> Iterator[Administrator]:
    chance = Random("numberadmin")
    Person.objects.create(name="Jane")
    ids: list[int] = []
    anchors: list[Anchor] = []
    while len(ids) < ENTRIES:
        ids += add_entries(chance, 20)
        anchors.append(chain.anchor())
    take_away_triggers()
    with connection.cursor() as cursor:
        yield Administrator(cursor, chance, ids, anchors)


def verdicts(by: Administrator, tamper: Callable[[Administrator], object]) -> tuple[Verdict, Verdict]:
    """What the proof says after a tampering, without anchors and with them; then it is undone."""
    with transaction.atomic():
        tamper(by)
        found = chain.verify(), chain.verify(by.anchors)
        transaction.set_rollback(True)
    return found


def test_each_of_two_hundred_tamperings_is_found_and_nothing_where_there_is_none(administrator):
    ways = [*SEEN_IN_THE_CHAIN, *SEEN_BY_THE_ANCHOR]
    wrong = []
    for turn in range(TAMPERINGS):
        way = ways[turn % len(ways)]
        alone, anchored = verdicts(administrator, way)
        seen = anchored.denied if way in SEEN_BY_THE_ANCHOR else alone.first_bad is not None
        untouched = chain.verify(administrator.anchors)
        if not seen or untouched != Verdict(ENTRIES, None):
            wrong.append((turn, way, alone, anchored, untouched))
    assert wrong == []


@pytest.mark.parametrize("way", SEEN_BY_THE_ANCHOR)
def test_what_the_anchor_is_for_is_not_seen_without_it(administrator, way):
    alone, anchored = verdicts(administrator, way)
    assert alone.first_bad is None
    assert anchored.denied in administrator.anchors


def test_an_administrator_who_changes_nothing_is_not_accused(administrator):
    expected = Verdict(ENTRIES, None)
    assert verdicts(administrator, lambda by: by.run("UPDATE audit_entry SET id = id")) == (expected, expected)
    assert verdicts(administrator, lambda by: by.rechain(by.ids[0])) == (expected, expected)
