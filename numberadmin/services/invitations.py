"""Links by which somebody joins a team, or sets a new password: each works once, within 72 hours."""

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from numberadmin import text
from numberadmin.accounts import factor, guesses, names, sessions
from numberadmin.accounts.actor import Actor, active, opens
from numberadmin.accounts.guesses import Limit
from numberadmin.accounts.models import Account, Invitation, Membership, Person
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, State
from numberadmin.services import enrolment, own, record, team
from numberadmin.services.results import NotHere, Outcome, Refusal, TooManyTries
from numberadmin.services.team import Powers

log = logging.getLogger(__name__)

HOURS = 72
# So many links a team makes in an hour, and in a day for one address.
AN_HOUR, TO_ONE_A_DAY = 20, 5


def still_open(account: Account | None = None) -> QuerySet[Invitation]:
    """The links that open something, of the account or of all: as long as who made one may still do so, and whom it is
    for is in the team."""
    team_now = Membership.objects.filter(account=OuterRef("account"), is_active=True, person__is_active=True)
    made = Q(by_server=True) | Exists(team_now.filter(person=OuterRef("maker"), role__in=team.OWNING))
    meant = Q(person=None) | Exists(team_now.filter(person=OuterRef("person")))
    rows = Invitation.objects.filter(made, meant, closed_at=None, ends_at__gt=timezone.now())
    return (rows.filter(account=account) if account else rows).select_related("maker").order_by("-made_at")


def invite(*, actor: Actor, operation: UUID, email: str, powers: Powers) -> tuple[Outcome, str]:
    """A link by which somebody joins the team; and its token, which is not kept (empty where the operation was
    posted before)."""
    email = _email(email)
    if actor.person.login is None or not opens(actor.membership):
        raise Refusal(
            "Set a password of your own first, on the page with your name: once there are two of you, the Sinch "
            "account no longer tells who is signing in. Nobody was invited."
        )
    if any(opens(row) for row in active(actor.account).filter(person__login=email)):
        raise Refusal(f"{email} is in the team already. Nobody was invited.")

    token = secrets.token_urlsafe(32)

    def change() -> tuple[Action, str]:
        still_open(actor.account).filter(email=email, person=None).update(closed_at=timezone.now())
        _keep(actor.account, actor.person, token, email, powers, None)
        return Action.INVITE, f"Invited {email} as {powers.in_words()}. The link works once, for {HOURS} hours."

    asked = {"email": email, "powers": powers.in_words()}
    return _made(actor, operation, asked, change, token)


def sign_in_link(*, actor: Actor, operation: UUID, person_id: int) -> tuple[Outcome, str]:
    """A link by which a person of the team sets a new password; and its token."""

    token = secrets.token_urlsafe(32)

    def change() -> tuple[Action, str]:
        row = team.member(actor.account, person_id)
        team.only_here(row, "set a new password for them")
        email = _email(row.person.login or row.person.email)
        _keep(actor.account, actor.person, token, email, team.powers_of(row), row.person)
        message = f"Made a link by which {row.person.name} sets a new password. It works once, for {HOURS} hours."
        return Action.SIGN_IN_LINK, message

    return _made(actor, operation, {"person": person_id}, change, token)


def link_from_the_server(*, account: Account, person: Person) -> str:
    """For whoever runs the server: the token of a link for somebody whom no owner can help. The second factor is taken
    away. Raises NotHere for somebody who is not in the team."""
    enrolment.ensure_admitted(account)
    membership = team.member(account, person.pk)
    token = secrets.token_urlsafe(32)
    with transaction.atomic(durable=True):
        team.one_at_a_time()
        factor.end(person)
        _keep(account, None, token, person.login or person.email, team.powers_of(membership), person)
        message = f"Whoever runs the server made a link by which {person.name} sets a new password."
        details = {"asked": {"person": person.pk}}
        record.event(account, None, Action.SIGN_IN_LINK, message, details=details)
    return token


def take_back(*, actor: Actor, operation: UUID, invitation_id: int) -> Outcome:
    def change() -> tuple[Action, str]:
        row = still_open(actor.account).filter(pk=invitation_id).first()
        if row is None or not still_open().filter(pk=row.pk).update(closed_at=timezone.now()):
            raise NotHere("There is no such open link: it was used, taken back, or is over. Nothing was changed.")
        return Action.UNINVITE, f"Took back the link for {row.email}."

    return team.once(actor, operation, {"invitation": invitation_id}, change, may=May.TEAM)


def opened_by(token: str) -> Invitation:
    """What a link opens. Raises NotHere where it opens nothing any more, and Forbidden."""
    row = still_open().filter(digest=_digest(token)).select_related("account", "person").first() if token else None
    if row is None:
        raise NotHere("This link opens nothing any more: it was used, taken back, or is over. Ask for a new one.")
    enrolment.ensure_admitted(row.account)
    return row


def join(*, token: str, name: str, password: str, address: str) -> Membership:
    """Somebody new follows an invitation, or somebody of the team a link for a new password. The link is used up.
    Raises Refusal: who has a sign-in already signs in, and accepts the invitation."""
    link = opened_by(token)
    person = link.person or Person(email=link.email, login=link.email, name=_name(name))
    person.joins = link.account
    own.check_password(password, person)
    if link.person is None and Person.objects.filter(login=link.email).exists():
        raise _has_a_sign_in(link)
    # Outside of the transaction: it takes long, and may have to wait.
    hashed = make_password(password)
    with transaction.atomic(durable=True):
        _use(link)
        if link.person and not link.by_server:
            # They may have come into another team since the link was made.
            team.only_here(team.member(link.account, link.person.pk), "set a new password for them")
        person.login = person.login or link.email
        _gets_password(person, hashed, None if link.by_server else link.account)
        membership = _joined(link, person)
        if link.person:
            message = f"Set a new password by a link of {_maker(link)}."
            record.event(link.account, Actor(membership, None, "", address), Action.PASSWORD, message)
        else:
            _record_joining(link, membership, address)
    return membership


def accept(*, token: str, person: Person, password: str, address: str) -> Membership:
    """Somebody who has signed in takes an invitation to their e-mail. Where the password was set by a link of another
    team, they give a new one, which opens all of their teams. Raises Refusal."""
    link = opened_by(token)
    if not is_for(link, person):
        raise NotHere(f"This invitation is for {link.email}. You have not joined.")
    if any(opens(row) for row in active(link.account).filter(person=person)):
        raise Refusal(f"You are in the team of {link.account.name} already. Nothing was changed.")
    renews = needs_password(link, person)
    if renews:
        person.joins = link.account
        own.check_password(password, person)
        if person.check_password(password):
            raise Refusal("Choose a password that is new: an owner of another team may know this one. It was not set.")
    hashed = make_password(password) if renews else ""
    with transaction.atomic(durable=True):
        _use(link)
        if renews:
            _gets_password(person, hashed, None)
        membership = _joined(link, person)
        _record_joining(link, membership, address)
    return membership


def is_for(link: Invitation, person: Person) -> bool:
    """Whether it is an invitation to that person's e-mail."""
    return link.person is None and person.login == link.email


def needs_password(link: Invitation, person: Person) -> bool:
    """Whether the person's password would not open the team that the link leads into."""
    return person.password_from_id not in (None, link.account_id)


def _use(link: Invitation) -> None:
    """Belongs into the transaction that does what the link is for. Raises NotHere."""
    team.one_at_a_time()
    if not still_open().filter(pk=link.pk).update(closed_at=timezone.now()):
        raise NotHere("This link was used a moment ago. Nothing was changed.")


def _record_joining(link: Invitation, membership: Membership, address: str) -> None:
    message = f"Joined the team as {team.powers_of(membership).in_words()}, invited by {_maker(link)}."
    record.event(link.account, Actor(membership, None, "", address), Action.JOIN, message)


def _has_a_sign_in(link: Invitation) -> Refusal:
    return Refusal(
        f"{link.email} has a sign-in here already: press “Sign in and accept”. You have not joined yet, and no "
        "password was set. If you have never set one here, tell whoever runs this server."
    )


def _name(name: str) -> str:
    try:
        return names.chosen(name)
    except names.BadName as error:
        raise Refusal(f"{error} You have not joined yet.") from None


def _claim(person: Person) -> None:
    try:
        names.claim(person)
    except names.BadName as error:
        raise Refusal(
            f"{error} Nothing was changed: you have not joined, and the link still works. Choose another name; if you "
            "are in another team already, change yours there first, on the page with your name."
        ) from None


def _gets_password(person: Person, hashed: str, origin: Account | None) -> None:
    """Ends all of the person's sessions. `origin` is the team that the password opens alone, if it is one."""
    person.password, person.password_from = hashed, origin
    try:
        with transaction.atomic():
            person.save(update_fields=["login", "password", "password_from"] if person.pk else None)
    except IntegrityError:
        raise Refusal(f"{person.login} got a sign-in here a moment ago. Nothing was changed.") from None
    sessions.end(person)


def _joined(link: Invitation, person: Person) -> Membership:
    """Who is in the team keeps the role that they have there now."""
    if link.person is None:
        values = team.powers_of(link).columns()
        Membership.objects.get_or_create(person=person, account=link.account, defaults=values)
        rows = Membership.objects.filter(person=person, account=link.account, is_active=False)
        rows.update(is_active=True, **values)
    _claim(person)
    return Membership.objects.select_related("person", "account").get(
        person=person, account=link.account, is_active=True
    )


def undelivered(actor: Actor, token: str) -> None:
    """A link that could not be sent to the person, and that nobody else is to see, is taken back."""
    row = still_open(actor.account).filter(digest=_digest(token)).first()
    if row:
        take_back(actor=actor, operation=uuid4(), invitation_id=row.pk)


def _made(
    actor: Actor, operation: UUID, asked: Mapping[str, Any], change: Callable[[], tuple[Action, str]], token: str
) -> tuple[Outcome, str]:
    """A repeated operation has made its token before, and nobody knows it now. One too many is written down."""
    try:
        outcome = team.once(actor, operation, asked, change, may=May.TEAM)
    except TooManyTries as refusal:
        log.warning("one link too many: account=%s person=%s", actor.account.pk, actor.person.pk)
        details = {"asked": dict(asked)}
        record.event(actor.account, actor, Action.REFUSED, refusal.message, details=details, state=State.FAILED)
        raise
    return outcome, "" if outcome.repeated else token


def _ensure_few(account: Account, email: str) -> None:
    """Links are sent to people who have not asked for them. Raises TooManyTries."""
    to = guesses.short(email)
    try:
        guesses.use_up(
            [
                Limit(f"{guesses.BY_DAY}links of {account.pk} to {to}", TO_ONE_A_DAY, guesses.DAY),
                Limit(f"links of {account.pk}", AN_HOUR, guesses.HOUR),
            ]
        )
    except guesses.TooMany as error:
        again = timezone.localtime(error.again_at)
        raise TooManyTries(
            f"A team makes at most {AN_HOUR} links an hour, and {TO_ONE_A_DAY} a day for one address, so this one was "
            f"not made. Nothing was changed. Try again after {again:%H:%M %Z on %-d %B}."
        ) from None


def _maker(link: Invitation) -> str:
    return link.maker.name if link.maker else "whoever runs the server"


def _keep(account: Account, by: Person | None, token: str, email: str, powers: Powers, person: Person | None) -> None:
    """`by` nobody: whoever runs the server makes it. Raises TooManyTries."""
    if by:
        _ensure_few(account, email)
    Invitation.objects.create(
        account=account,
        person=person,
        email=email,
        **powers.columns(),
        digest=_digest(token),
        maker=by,
        by_server=by is None,
        ends_at=timezone.now() + dt.timedelta(hours=HOURS),
    )


def _email(given: str) -> str:
    email = text.email(given)[:254]
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal("Give an e-mail address like name@example.com. Nothing was changed.") from None
    return email


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
