"""The team of an account: who is in it, as what, and with which sessions."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from numberadmin.accounts import factor, sessions
from numberadmin.accounts.actor import Actor, active, digest, opens
from numberadmin.accounts.models import Account, Invitation, Membership, Person, Session
from numberadmin.accounts.roles import May, Role, allows
from numberadmin.audit.models import Action
from numberadmin.money import Money
from numberadmin.services import permission, record
from numberadmin.services.models import Request
from numberadmin.services.results import Forbidden, NotHere, Outcome, Refusal

# One number for the whole installation: on PostgreSQL, changes of teams follow one another.
ADVISORY_LOCK = 7_301_554_201
# The roles that may change the team.
OWNING = [role for role in Role if allows(role, May.TEAM)]


@dataclass(frozen=True)
class Powers:
    """A role, and what a buyer may spend in one checkout."""

    role: Role
    limit: Money | None = None

    def in_words(self) -> str:
        label = self.role.label.lower()
        if self.role != Role.BUYER:
            return label
        if self.limit is None:
            return f"{label}, each checkout to be approved"
        return f"{label}, up to {self.limit} a checkout"

    def columns(self) -> dict[str, Any]:
        """As a membership and an invitation keep them."""
        return {
            "role": self.role,
            "limit_amount": self.limit and self.limit.amount,
            "limit_currency": self.limit.currency if self.limit else "",
        }


@dataclass(frozen=True)
class Member:
    """A person on the team's page, with the sessions that are open."""

    membership: Membership
    has_factor: bool
    sessions: list["Opened"]

    @property
    def person(self) -> Person:
        return self.membership.person


@dataclass(frozen=True)
class Opened:
    """A session as its owner, or an owner of the team, sees it. `id` is what the audit calls it."""

    id: str
    address: str
    agent: str
    used_at: dt.datetime
    account: str
    mine: bool


def members(actor: Actor) -> list[Member]:
    """Everybody who is or was in the team, the active ones first."""
    rows = Membership.objects.filter(account=actor.account).select_related("person").order_by("-is_active", "id")
    with_factor = set(Person.objects.filter(secondfactor__isnull=False).values_list("pk", flat=True))
    opened = sessions_of(actor, account=actor.account)
    return [Member(row, row.person_id in with_factor, opened.get(row.person_id, [])) for row in rows]


def sessions_of(actor: Actor, **which: object) -> dict[int, list[Opened]]:
    """The sessions that are open, by person."""
    found: dict[int, list[Opened]] = {}
    for row in sessions.alive(person__isnull=False, **which).select_related("account").order_by("-used_at"):
        data = row.get_decoded()
        found.setdefault(row.person_id or 0, []).append(
            Opened(
                id=digest(row.session_key),
                address=data.get("address", ""),
                agent=data.get("agent", ""),
                used_at=row.used_at,
                account=row.account.name if row.account else "",
                mine=row.session_key == actor.session_key,
            )
        )
    return found


def change_role(*, actor: Actor, operation: UUID, person_id: int, powers: Powers) -> Outcome:
    """Ends the person's sessions on the account: they sign in again with what they may do now."""

    def change() -> tuple[Action, str]:
        row = member(actor.account, person_id)
        before = powers_of(row)
        if before == powers:
            raise Refusal(f"{row.person.name} is {powers.in_words()} already. Nothing was changed.")
        if powers.role != Role.OWNER:
            _not_the_last_owner(actor.account, row)
        Membership.objects.filter(pk=row.pk).update(**powers.columns())
        sessions.end(row.person, actor.account)
        over = _given_up(actor, row, powers.role)
        return Action.ROLE, f"{row.person.name} is {powers.in_words()} now, and was {before.in_words()}.{over}"

    return once(actor, operation, {"person": person_id, "powers": powers.in_words()}, change, may=May.TEAM)


def deactivate(*, actor: Actor, operation: UUID, person_id: int) -> Outcome:
    """Puts a person out of the team, and ends at once what they could come back by. What they did stays in the
    audit."""

    def change() -> tuple[Action, str]:
        row = member(actor.account, person_id)
        _not_the_last_owner(actor.account, row)
        Membership.objects.filter(pk=row.pk).update(is_active=False)
        ended = sessions.end(row.person, actor.account)
        over = _given_up(actor, row, None)
        return Action.DEACTIVATE, f"Deactivated {row.person.name}. {_count(ended, 'open session')} ended.{over}"

    return once(actor, operation, {"person": person_id}, change, may=May.TEAM)


def activate(*, actor: Actor, operation: UUID, person_id: int) -> Outcome:
    def change() -> tuple[Action, str]:
        row = member(actor.account, person_id, is_active=False)
        Membership.objects.filter(pk=row.pk).update(is_active=True)
        over = _given_up(actor, row, Role(row.role))
        message = f"{row.person.name} is in the team again, as {powers_of(row).in_words()}.{over}"
        if not opens(row):
            message += " The password was set by a link of another team and does not open this one: invite them anew."
        return Action.ACTIVATE, message

    return once(actor, operation, {"person": person_id}, change, may=May.TEAM)


def reset_factor(*, actor: Actor, operation: UUID, person_id: int) -> Outcome:
    """For somebody who has lost app and recovery codes: the password alone signs in until a new app is set up."""

    def change() -> tuple[Action, str]:
        row = member(actor.account, person_id)
        if not factor.has(row.person):
            raise Refusal(f"{row.person.name} has no second factor. Nothing was changed.")
        only_here(row, "take away the second factor")
        factor.end(row.person)
        sessions.end(row.person)
        message = f"Took away the second factor of {row.person.name}, whose sessions were ended."
        return Action.SECOND_FACTOR, message

    return once(actor, operation, {"person": person_id}, change, may=May.TEAM)


def end_session(*, actor: Actor, operation: UUID, session_id: str) -> Outcome:
    """Ends one session of the team."""
    rows = sessions.alive(account=actor.account, person__isnull=False)
    return once(actor, operation, {"session": session_id}, lambda: ended(rows, session_id), may=May.TEAM)


def ended(among: QuerySet[Session], session_id: str) -> tuple[Action, str]:
    """Ends the one of the sessions that has this id. Raises NotHere."""
    row = next((row for row in among.select_related("person") if digest(row.session_key) == session_id), None)
    if row is None or row.person is None:
        raise NotHere("There is no such session: it has ended by now. Nothing was changed.")
    row.delete()
    address = row.get_decoded().get("address") or "an unknown address"
    return Action.END_SESSION, f"Ended a session of {row.person.name} from {address}."


def once(
    actor: Actor,
    operation: UUID,
    asked: Mapping[str, Any],
    change: Callable[[], tuple[Action, str]],
    *,
    may: May | None = None,
) -> Outcome:
    """Makes a change of people and writes it into the audit, in one transaction, once for an operation. Changes follow
    one another, and each looks again whether it `may`. Raises Forbidden, SignedOut and what `change` raises."""
    # An operation is of one kind: `change` is a function inside of the one that names it.
    asked = {"do": change.__qualname__.partition(".")[0], **asked}
    permission.ensure(actor, may or May.READ)
    with transaction.atomic(durable=True):
        one_at_a_time()
        if earlier := record.earlier(actor, operation, asked):
            return earlier
        membership = actor.now()
        if membership is None or not membership.may(may or May.READ):
            raise Forbidden("What you may do was changed a moment ago. Nothing was changed by you.")
        action, message = change()
        details = {"asked": dict(asked)}
        return record.event(actor.account, actor, action, message, operation=operation, details=details)


def one_at_a_time() -> None:
    """For the rest of the transaction. On SQLite a transaction that writes is alone by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


def member(account: Account, person_id: int, is_active: bool = True) -> Membership:
    """Raises NotHere."""
    rows = Membership.objects.select_related("person", "account")
    row = rows.filter(account=account, person=person_id, is_active=is_active).first()
    if row is None:
        raise NotHere("There is nobody like that in the team now. Nothing was changed.")
    return row


def only_here(row: Membership, what: str) -> None:
    """Raises Refusal for somebody who is in another team as well: its owners have not agreed."""
    if Membership.objects.filter(person=row.person, is_active=True).exclude(account=row.account).exists():
        raise Refusal(
            f"{row.person.name} is in another team as well, so an owner of one team cannot {what}. Whoever runs this "
            "server can. Nothing was changed."
        )


def _not_the_last_owner(account: Account, row: Membership) -> None:
    if row.role == Role.OWNER and not active(account).filter(role=Role.OWNER).exclude(pk=row.pk).exists():
        raise Refusal(
            f"{row.person.name} is the last owner of {account.name}: make somebody else an owner first. "
            "Nothing was changed."
        )


def _given_up(actor: Actor, row: Membership, role: Role | None) -> str:
    """Ends what does not outlive the rights that somebody has had until this role, or none: links that they have made
    or were to use, and requests that wait. Says so."""
    now, requests = timezone.now(), Request.objects.none()
    links = Q(person=None, email=row.person.login or "")
    if role not in OWNING:
        links |= Q(maker=row.person)
    if role is None:
        links |= Q(person=row.person)
    if role is None or not allows(role, May.BUY):
        requests = Request.objects.filter(account=actor.account, asked_by=row.person, state=Request.State.WAITING)
    opening = Invitation.objects.filter(links, account=actor.account, closed_at=None, ends_at__gt=now)
    closed = opening.update(closed_at=now)
    ended = requests.update(state=Request.State.DECLINED, decided_by=actor.person.name, decided_at=now)
    return "".join(
        [
            f" {_count(closed, 'link')} that they had made or were to use closed." if closed else "",
            f" {_count(ended, 'request')} of theirs for a checkout ended." if ended else "",
        ]
    )


def powers_of(row: Membership | Invitation) -> Powers:
    return Powers(Role(row.role), row.limit)


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
