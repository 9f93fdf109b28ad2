"""After a backup was put back, people are as they were then: what could let in somebody who has been put out since is
ended, and the people are listed to be looked through."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from numberadmin.accounts.models import Account, Invitation, Membership, Person, Restoration, Session
from numberadmin.audit.models import Action
from numberadmin.services import record, team
from numberadmin.services.models import Plan

PAUSED = "Paused after a backup was put back: what it did since then is not known here. Look before it goes on."


@dataclass(frozen=True)
class Ended:
    """How many of each there were."""

    sessions: int
    links: int
    plans: int

    def __str__(self) -> str:
        return (
            f"Sessions and half sign-ins ended: {self.sessions}. Links closed: {self.links}. Plans paused: "
            f"{self.plans}. No browser counts as known."
        )


@dataclass(frozen=True)
class Listed:
    """A person in a team, or in none."""

    name: str
    email: str
    team: str
    role: str
    is_active: bool
    has_factor: bool
    seen_at: dt.datetime | None


def end_what_was_open() -> Ended:
    """All in one transaction, and an entry for each account. It may be done again."""
    with transaction.atomic(durable=True):
        team.one_at_a_time()
        sessions, _ = Session.objects.all().delete()
        now = timezone.now()
        links = Invitation.objects.filter(closed_at=None, ends_at__gt=now).update(closed_at=now)
        plans = Plan.objects.filter(state=Plan.State.APPLYING).update(state=Plan.State.PAUSED, message=PAUSED)
        # Mails and work that were waiting then.
        DBTaskResult.objects.all().delete()
        Restoration.objects.create()
        ended = Ended(sessions, links, plans)
        for account in Account.objects.order_by("id"):
            message = "Whoever runs the server ended all sessions, links and known browsers: a backup was put back."
            record.event(account, None, Action.END_SESSION, message)
    return ended


def people() -> Iterator[Listed]:
    """Everybody by team, the active ones first; at the end who is in none."""
    with_factor = set(Person.objects.filter(secondfactor__isnull=False).values_list("pk", flat=True))
    rows = Membership.objects.select_related("person", "account")
    for row in rows.order_by("account__name", "account_id", "-is_active", "person__name"):
        person = row.person
        yield Listed(
            person.name,
            person.login or person.email,
            f"{row.account.name} ({row.account.organisation_id})",
            row.role,
            row.is_active and person.is_active,
            person.pk in with_factor,
            row.seen_at,
        )
    for person in Person.objects.filter(accounts=None).order_by("name"):
        yield Listed(
            person.name, person.login or person.email, "", "", person.is_active, person.pk in with_factor, None
        )
