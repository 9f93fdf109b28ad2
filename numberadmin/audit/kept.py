"""Proving the rows that may change: that each holds by its proof, and that none is missing that the audit speaks of."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from numberadmin.accounts.models import Account, Invitation, Membership, Person
from numberadmin.audit import stored
from numberadmin.audit.models import Action, Entry, State
from numberadmin.audit.walk import UNREADABLE
from numberadmin.proven import Proven, proof

# On SQLite one long query would keep the writers waiting.
BATCH = 2000


def problems() -> Iterator[str]:
    """What does not hold, a sentence each; nothing where all does. Reads the database in little memory, and may be
    asked while people work."""
    for model in apps.get_models():
        if issubclass(model, Proven):
            yield from _broken(model)
            yield from model.lacking()
    yield from _people_lacking()


def _broken(model: type[Proven]) -> Iterator[str]:
    """Rows that do not hold: the first of each table, and how many more."""
    bad: list[Any] = []
    for pk, values in _rows(model):
        if values is None or values[0] != proof(model._meta.db_table, values[1:]):
            bad.append(pk)
            if len(bad) > BATCH:
                break
    if bad:
        more = f", and {len(bad) - 1:,} more" if len(bad) > 1 else ""
        yield f"{_called(model)} {bad[0]}{more}: what pages show of it was changed past the program."


def _rows(model: type[Proven]) -> Iterator[tuple[Any, Sequence[Any] | None]]:
    """Each row's key, with its proof and what that covers; None for one that cannot be read."""
    columns, last = ("pk", "proof", *model.PROVEN), None
    while True:
        rows = model._default_manager.order_by("pk").filter(Q() if last is None else Q(pk__gt=last))
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        try:
            for pk, *values in stored.read(model._default_manager.filter(pk__in=keys).order_by("pk"), columns, BATCH):
                yield pk, values
        except UNREADABLE:
            yield from _one_by_one(model, keys, columns)
        last = keys[-1]


def _one_by_one(
    model: type[Proven], keys: Sequence[Any], columns: Sequence[str]
) -> Iterator[tuple[Any, Sequence[Any] | None]]:
    for key in keys:
        try:
            for pk, *values in stored.read(model._default_manager.filter(pk=key), columns, 1):
                yield pk, values
        except UNREADABLE:
            yield key, None


def _called(model: type[models.Model]) -> str:
    name = model._meta.verbose_name
    return f"The {name}"


def _people_lacking() -> Iterator[str]:
    """Everybody who did something is kept, and is or was in the team where they did it."""
    acted = Entry.objects.exclude(actor=None)
    gone = acted.filter(~Exists(Person.objects.filter(pk=OuterRef("actor_id"))))
    gone |= acted.filter(
        ~Exists(Membership.objects.filter(person=OuterRef("actor_id"), account=OuterRef("account_id")))
    )
    yield from missing(gone, "The person who did it, or their place in the team, is not there")
    accounts = Entry.objects.filter(~Exists(Account.objects.filter(pk=OuterRef("account_id"))))
    yield from missing(accounts, "The account is not there")
    yield from _links_lacking()


def _links_lacking() -> Iterator[str]:
    """Each link that the audit says was made has its row."""
    made = Entry.objects.filter(action__in=[Action.INVITE, Action.SIGN_IN_LINK], state=State.SUCCEEDED)
    # In this order: more may be made meanwhile.
    counts = dict(made.order_by().values_list("account").annotate(Count("pk")))
    rows = dict(Invitation.objects.order_by().values_list("account").annotate(Count("pk")))
    for account, count in counts.items():
        if rows.get(account, 0) < count:
            yield f"Links that were made in the team {account} are not there."


def missing(entries: "models.QuerySet[Entry]", what: str) -> Iterator[str]:
    """A sentence where there are such entries: they speak of a row that is not there."""
    for place in entries.order_by("id").values_list("id", flat=True)[:1]:
        yield f"{what} that entry {place} speaks of."
