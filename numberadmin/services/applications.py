"""The applications that numbers are assigned to.

Sinch has no list of them: they are known by the keys on numbers, and by the keys that people add.
"""

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from numberadmin import sinch, text
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, State
from numberadmin.services import counts, gone, permission, record, remote, settle, tallies
from numberadmin.services.counts import Held
from numberadmin.services.lock import Taken, turn
from numberadmin.services.models import Application
from numberadmin.services.results import NotHere, Outcome, Refusal, SignInAgain

NAME_LENGTH = 100
# How somebody writes in a file that a number is to be in no application.
NOT_NAMES = ("none", "unassign", "-")


def every(account: Account) -> list[Application]:
    """The account's applications, by name, the nameless ones last."""
    return counts.of(account).applications


def choosable(account: Account) -> list[Application]:
    """Those that Sinch knows, as far as is known."""
    return [row for row in every(account) if row.gone_at is None]


def names(account: Account) -> dict[str, str]:
    """The name of each application by its key; empty where it has none."""
    return dict(Application.objects.filter(account=account).values_list("key", "name"))


def with_counts(account: Account) -> list[Held]:
    """The same, those that are gone from Sinch last, with how many numbers each has and what these cost a period."""
    found = counts.of(account)
    held = {row.application: row for row in found.held()}
    rows = sorted(found.applications, key=lambda row: row.gone_at is not None)
    return [held.get(row) or Held(row, 0, []) for row in rows]


def known(account: Account, key: str) -> Application:
    application = Application.objects.filter(account=account, key__iexact=key.strip()).first() if key else None
    if application is None:
        raise NotHere(
            "This application is not known here. Choose one of the list, or add its key on the page Applications. "
            "Nothing was changed."
        )
    return application


def add(*, actor: Actor, operation: UUID, application_key: str, name: str) -> Outcome:
    """Adds an application by its key, after asking Sinch for it; of a known one, changes the name. One that was gone
    from Sinch is asked for again.

    The name stays in numberadmin: Sinch has none, and no list of applications either.
    """
    name = text.clean(name, NAME_LENGTH)
    try:
        key = str(uuid.UUID(text.plain(application_key)))
    except ValueError:
        raise Refusal(
            "An application key looks like 4d5e6f70-1a2b-4c3d-8e9f-0a1b2c3d4e5f. Nothing was added."
        ) from None
    if name.lower() in NOT_NAMES:
        raise Refusal(f"In a file “{name}” stands for no application. Choose another name. Nothing was added.")
    asked = {"application_key": key, "name": name}
    try:
        with turn(actor.account.pk, settings.LOCK_SECONDS):
            permission.ensure(actor, May.CHANGE)
            return record.earlier(actor, operation, asked) or _added(
                actor, operation, application_key, key, name, asked
            )
    except Taken:
        raise settle.busy(actor.account) from None


def _added(
    actor: Actor, operation: UUID, application_key: str, key: str, name: str, asked: Mapping[str, Any]
) -> Outcome:
    row = Application.objects.filter(account=actor.account, key__iexact=key).first()
    if row and row.gone_at:
        _checked_key(actor, text.plain(application_key), key, "Sinch still knows no application with this key.")
        with transaction.atomic(durable=True):
            gone.unmark(actor.account, row.key)
    if row and row.name == name:
        if row.gone_at:
            return Outcome(operation, State.SUCCEEDED, f"Sinch knows {row.label} again. It can be chosen as before.")
        return Outcome(operation, State.SUCCEEDED, f"{row.label} has that name already. Nothing was changed.")
    before = row.name if row else ""
    if row is None:
        row = Application(account=actor.account, key=_checked_key(actor, text.plain(application_key), key))
    message = _told(row, name, Application.objects.filter(account=actor.account, name__iexact=name).exclude(pk=row.pk))
    row.name, row.gone_at = name, None
    with transaction.atomic(durable=True):
        row.save()
        tallies.touch(actor.account)
        return record.event(
            actor.account,
            actor,
            Action.NAME_APPLICATION,
            message,
            operation=operation,
            application_key=row.key,
            details={"asked": dict(asked), "before": before, "after": name},
        )


def _told(row: Application, name: str, namesakes: QuerySet[Application]) -> str:
    short = f"{row.key[:8]}…"
    if row.pk is None:
        told = f"Added application {short}" + (f" as {name}." if name else ".")
    else:
        told = f"Renamed application {short} from {row.name or 'no name'} to {name or 'no name'}."
    return f"{told} Another application has this name too." if name and namesakes.exists() else told


def _checked_key(actor: Actor, typed: str, key: str, unknown: str = "Sinch knows no application with this key.") -> str:
    """The key as Sinch writes it: as typed, or in lower case where Sinch does not know it as typed."""
    for spelling in dict.fromkeys((typed, key)):
        try:
            listing = remote.client().application_numbers(actor.instance, spelling)
        except sinch.NotFound:
            continue
        except sinch.BadCredentials as error:
            raise SignInAgain(remote.told(error, "Nothing was added.")) from None
        except sinch.SinchError as error:
            effect = "The key could not be checked, so nothing was added."
            raise Refusal(remote.told(error, effect)) from None
        written = (row.application_key for row in listing.rows if row.application_key.lower() == key)
        return next(written, spelling)
    raise NotHere(f"{unknown} Check it in the Sinch dashboard. Nothing was added.")
