"""Rows of tables that may change, and that pages show who, what and when from: each carries a proof, which only the
program can make.

The audit's entries never change, so a chain proves them (`audit/chain.py`). A row of a `Proven` model has instead a
keyed hash over what it holds. Whatever goes through the model keeps it up to date: `save`, `create`, `update`, the bulk
ways. It stands for what was meant: where the row read back says otherwise, a trigger of the database did that, and the
change ends with `Altered` and is undone. A row whose proof does not hold is written like any other, but keeps a proof
that does not hold: a change through the pages does not turn a forged row into a proven one. `manage.py verify_audit`
looks at all of them.

What goes past the models (a migration that writes covered columns, SQL of our own) calls `seal` or `proof` itself.
"""

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, ClassVar, TypeVar

import msgspec
from django.conf import settings
from django.db import connection, models, transaction
from django.db.backends.utils import format_number

log = logging.getLogger("numberadmin.proven")
M = TypeVar("M", bound=models.Model)
PART = 500
Meant = Mapping[Any, Mapping[str, Any]]


class Altered(Exception):
    """The database keeps something else than was written. Nothing was changed."""


def proof(table: str, values: Sequence[Any]) -> str:
    """Stands for these values in this table, for whoever has the key."""
    text = msgspec.json.encode([table, *map(plain, values)], order="deterministic")
    return hmac.digest(_key(settings.AUDIT_KEY), text, "sha256").hex()[:32]


def plain(value: Any) -> Any:
    """The value as JSON has it, the same on both databases."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"numberadmin rows" + secret.encode()).digest()


class ProvenRows(models.QuerySet[M]):
    """Keeps the proofs of what it writes."""

    def update(self, **values: Any) -> int:
        if not covers(self.model, values):
            return super().update(**values)
        count = 0
        with transaction.atomic(savepoint=False):
            # Those that are held now, and no others: one that comes to match meanwhile would keep its old proof.
            sound, broken = _looked_at(self)
            for keys in _parts([*sound, *broken], PART):
                held: models.QuerySet[M] = models.QuerySet(self.model, using=self.db).filter(pk__in=keys)
                count += held.update(**values)
            changed = {_column(self.model, name): value for name, value in values.items()}
            seal(self.model, sound, meant={pk: row | changed for pk, row in sound.items()})
        return count

    def bulk_create(self, objs: Iterable[M], *args: Any, **options: Any) -> list[M]:
        with transaction.atomic(savepoint=False):
            made = super().bulk_create(objs, *args, **options)
            rows = {row.pk: row for row in made if row.pk is not None}
            # Of a row that was there before, less was written than the instance has.
            is_plain = not options.get("ignore_conflicts") and not options.get("update_conflicts")
            seal(self.model, rows, meant={pk: _held(row) for pk, row in rows.items()} if is_plain else {})
        return made

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], *args: Any, **options: Any) -> int:
        rows, names = list(objs), list(fields)
        with transaction.atomic(savepoint=False):
            count = super().bulk_update(rows, names, *args, **options)
            written = {_column(self.model, name) for name in names}
            for part in _parts(rows, PART):
                meant = {row.pk: {name: getattr(row, name) for name in written} for row in part}
                for pk, *values in self.model._base_manager.filter(pk__in=meant).values_list("pk", *written):
                    _compare(self.model, pk, dict(zip(written, values, strict=True)), meant[pk])
        return count


class Proven(models.Model):
    """A row with a proof over the columns of PROVEN, which it is never without."""

    PROVEN: ClassVar[tuple[str, ...]] = ()
    proof = models.CharField(max_length=32, default="", db_default="", editable=False)

    objects = ProvenRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is not None and not covers(type(self), fields):
            super().save(*args, **options)
            return
        with transaction.atomic(savepoint=False):
            # A session is written anew from what the browser's request has: it is no new row for that.
            is_new = self._state.adding and not options.get("force_update")
            before, broken = ({}, []) if is_new else _looked_at(type(self)._base_manager.filter(pk=self.pk))
            unread = self.get_deferred_fields()
            super().save(*args, **options)
            if not broken:
                now = {name: value for name, value in _held(self, unread).items() if _is_written(self, name, fields)}
                self.proof = seal(type(self), [self.pk], meant={self.pk: before.get(self.pk, {}) | now})

    @classmethod
    def lacking(cls) -> Iterator[str]:
        """Rows that the audit speaks of and that are not there, a sentence each."""
        yield from ()


def covers(model: type[models.Model], names: Iterable[str]) -> bool:
    """Whether one of the fields is covered by the model's proofs."""
    return not covered(model).isdisjoint(names)


@cache
def covered(model: type[models.Model]) -> frozenset[str]:
    """The names of the columns, and of the fields that have them."""
    columns = getattr(model, "PROVEN", ())
    return frozenset(columns) | {model._meta.get_field(column).name for column in columns}


def _column(model: type[models.Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "attname", name))


def _held(row: models.Model, unread: Collection[str] = ()) -> dict[str, Any]:
    return {column: getattr(row, column) for column in getattr(row, "PROVEN", ()) if column not in unread}


def _is_written(row: models.Model, column: str, names: Collection[str] | None) -> bool:
    return names is None or column in names or row._meta.get_field(column).name in names


def _compare(model: type[models.Model], pk: Any, row: Mapping[str, Any], meant: Mapping[str, Any]) -> None:
    """Raises Altered where the row has another value than was meant. What the database itself works out, an expression,
    is not known."""
    for column, value in meant.items():
        if column not in row or hasattr(value, "resolve_expression"):
            continue
        field = model._meta.get_field(column)
        if _encoded(field, value) != _encoded(field, row[column]):
            raise Altered(
                f"The database keeps another {column} than was written in {model._meta.db_table} {pk}."
                " Nothing was changed. Look at the database's triggers: manage.py verify_audit names them."
            )


def _encoded(field: Any, value: Any) -> bytes:
    value = field.to_python(value.pk if isinstance(value, models.Model) else value)
    if isinstance(field, models.DecimalField):
        value = format_number(value, field.max_digits, field.decimal_places)
    return msgspec.json.encode(plain(value), order="deterministic")


def seal(
    model: type[models.Model], keys: Collection[Any], columns: Sequence[str] = (), meant: Meant | None = None
) -> str:
    """Writes the proofs of rows as they are now, and gives the last of them. Belongs into the transaction that changed
    these rows. `columns` are the covered ones of a model as a migration has it; `meant` is what was written, by key and
    column: raises Altered where a row is otherwise."""
    last, columns = "", columns or getattr(model, "PROVEN", ())
    for part in _parts(keys, PART):
        table = model._meta.db_table
        proofs = []
        for pk, _, values in _values(model._base_manager.filter(pk__in=part), columns):
            _compare(model, pk, dict(zip(columns, values, strict=True)), (meant or {}).get(pk, {}))
            proofs.append((proof(table, values), pk))
        with connection.cursor() as cursor:
            key = model._meta.pk.column if model._meta.pk else "id"
            cursor.executemany(f"UPDATE {table} SET proof = %s WHERE {key} = %s", proofs)  # noqa: S608 - our names
        last = proofs[-1][0] if proofs else last
    return last


def seal_all(model: type[models.Model], columns: Sequence[str]) -> None:
    """For a migration: of a model as it is there, as far as it has the columns."""
    there = {field.attname for field in model._meta.concrete_fields}
    keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
    seal(model, keys, [name for name in columns if name in there])


def _looked_at(rows: models.QuerySet[Any]) -> tuple[dict[Any, dict[str, Any]], list[Any]]:
    """Rows, held against others until the transaction ends: those that hold, by key, with what they have, and the keys
    of those that do not.

    Without keeping entries of the audit from naming the rows, which a full lock of PostgreSQL would do.
    """
    model = rows.model
    locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    sound: dict[Any, dict[str, Any]] = {}
    broken: list[Any] = []
    for pk, stored, values in _values(locked, model.PROVEN):
        if hmac.compare_digest(stored, proof(model._meta.db_table, values)):
            sound[pk] = dict(zip(model.PROVEN, values, strict=True))
        else:
            broken.append(pk)
    if broken:
        log.error("%s: the proof of %s does not hold", model._meta.db_table, broken[:10])
    return sound, broken


def _values(rows: models.QuerySet[Any], columns: Sequence[str]) -> Iterator[tuple[Any, str, tuple[Any, ...]]]:
    for pk, stored, *values in rows.values_list("pk", "proof", *columns):
        yield pk, stored, tuple(values)


def _parts(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part
