"""Signing in: with the Sinch account, which opens its instance, and as a person of a team.

Reference: "Log in", "Create an instance", "Get organisation".
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone

from numberadmin import sinch, text
from numberadmin.accounts import factor, instances, names
from numberadmin.accounts.actor import BY_PERSON, Actor, active, enterable, of_person
from numberadmin.accounts.guesses import Kind, Visitor, Wrong
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.accounts.seal import Unsealable
from numberadmin.accounts.sessions import alive
from numberadmin.audit.models import Action, Entry, State
from numberadmin.services import enrolment, notices, record, remote, team, tries
from numberadmin.services.results import Changed, Refusal
from numberadmin.services.room import Crowded, room

log = logging.getLogger("numberadmin.signin")

# Where there is no such host any more.
ACCOUNTS = (
    "numberadmin works with accounts of Sinch's RTC dashboard, as long as Sinch serves them there; accounts of today's "
    "Sinch have no such sign-in (README, “Which Sinch accounts work”)."
)
# A wrong sign-in of a person takes at least so many seconds, whatever was wrong about it.
WRONG_TAKES = 0.4


@dataclass(frozen=True)
class Opened:
    """What Sinch gave for the password: who it is, an instance, and the organisations it may act for (one or more)."""

    user: sinch.User
    instance: sinch.Instance
    organisations: tuple[sinch.Organisation, ...]


def open_instance(identity: str, password: str, visitor: Visitor, actor: Actor | None = None) -> Opened:
    """`actor` is who is signed in already, if somebody is. Raises Refusal with a sentence that tells a wrong password
    from an unreachable Sinch and from a wrong clock, and TooManyTries where Sinch is not asked any more."""
    try:
        who = sinch.Identity.parse(identity)
    except ValueError as error:
        raise Refusal(str(error)) from None
    attempt = tries.one(Kind.SINCH, f"{who.type} {who.value}", visitor, actor=actor)
    try:
        with room.place(settings.LOCK_SECONDS), attempt:
            return _opened(who, password)
    except Wrong as wrong:
        raise Refusal(str(wrong)) from None
    except Crowded:
        raise Refusal("Sinch is slow to answer now, and others are waiting for it. Try again in a minute.") from None


def _opened(who: sinch.Identity, password: str) -> Opened:
    client = remote.client()
    try:
        ticket = client.log_in(who, password)
    except (sinch.BadCredentials, sinch.NotFound):
        raise Wrong(
            "Sinch does not accept this sign-in: the e-mail, number or user name or the password is wrong."
        ) from None
    except sinch.SinchError as error:
        raise (Wrong if _may_be_a_guess(error) else Refusal)(_not_signed_in(error)) from None
    try:
        instance = client.create_instance(ticket)
        organisations = client.organisations(instance)
    except sinch.SinchError as error:
        raise Refusal(_not_signed_in(error)) from None
    if not organisations:
        raise Refusal(
            "This Sinch user belongs to no organisation, so there are no numbers to administrate. "
            "You are not signed in."
        )
    return Opened(ticket.user, instance, enrolment.among(organisations))


def account_of(organisation: sinch.Organisation) -> Account:
    """The account's row, made or brought up to date. Raises Forbidden where it may not come in."""
    enrolment.among([organisation])
    if not Account.objects.filter(organisation_id=organisation.id).exists():
        enrolment.ensure_open_to(organisation)
    told = {name: getattr(organisation, name) for name in ("website", "phone", "country_id", "vat_number")}
    told["name"] = organisation.name or f"Organisation {organisation.id}"
    account, _ = Account.objects.get_or_create(organisation_id=organisation.id, defaults=told)
    _bring_up_to_date(account, **told)
    return account


def connect(account: Account, user: sinch.User, instance: sinch.Instance, actor: Actor | None, address: str) -> None:
    """The team works through this instance from now on. Without an actor, whoever knows the Sinch password has
    connected it, from this address."""
    # Whoever has a Sinch account may call themself as they like there.
    name = f"{_name(user)} ({user.email})" if user.name and user.email else _name(user)
    instances.keep(account, instance, name)
    message = f"Connected {account.name} to Sinch with the sign-in of {name}."
    record.event(account, actor, Action.CONNECT, message, address=address)


def is_for_persons(account: Account, user: sinch.User) -> bool:
    """Whether the Sinch sign-in of `user` does not tell who it is: somebody else of the team has a password."""
    team = Membership.objects.filter(account=account, is_active=True, person__is_active=True)
    return team.filter(person__login__isnull=False).exclude(person__sinch_user_id=user.id).exists()


def enter(user: sinch.User, account: Account) -> Membership:
    """The person of a Sinch sign-in, who is an owner of the account. Raises Refusal where that was ended, or where
    nobody new may come."""
    if not Membership.objects.filter(person__sinch_user_id=user.id, account=account).exists():
        enrolment.ensure_open_to_newcomers(account)
    values = {"name": _name(user)[: names.LENGTH], "email": user.email}
    person, _ = Person.objects.get_or_create(sinch_user_id=user.id, defaults=values)
    if person.login is None:
        _bring_up_to_date(person, email=user.email)
    _, is_new = Membership.objects.get_or_create(person=person, account=account, defaults={"role": Role.OWNER})
    membership = of_person(person.pk).filter(account=account).first()
    if membership is None:
        raise Refusal(f"You are no longer in the team of {account.name}. You are not signed in.")
    _call(membership, _name(user), user.email)
    if is_new and active(account).exclude(person=person).exists():
        message = "Joined the team as owner, by a sign-in with the Sinch account."
        record.event(account, Actor(membership, None, "", ""), Action.JOIN, message)
    return membership


def _call(membership: Membership, name: str, email: str) -> None:
    """Who has not chosen a name here is called as at Sinch; whoever comes into a team where somebody is called alike
    gets a name that tells them apart. A sign-in is not refused for it."""
    person = membership.person
    if person.login is not None:
        name, email = person.name, person.login
    if names.is_called(person, membership.account, name, email):
        return
    with transaction.atomic():
        team.one_at_a_time()
        before = Person.objects.get(pk=person.pk).name
        called = names.called(person, name, email)
        if before != called and Entry.objects.filter(actor=person).exists():
            person.name = before
            for row in of_person(person.pk):
                row.person = person
                message = f"Is called {called} from now on, as at Sinch or to be told apart, and was {before} before."
                record.event(row.account, Actor(row, None, "", ""), Action.PASSWORD, message)
            person.name = called


def person(email: str, password: str, visitor: Visitor, invited: str = "") -> Person:
    """Who signs in with an e-mail and a password of their own. An unknown e-mail and a wrong password are told alike,
    and take alike long. Whose e-mail is `invited` may be in no team yet. Raises Refusal and TooManyTries."""
    began = time.monotonic()
    login = text.email(email)
    known = Person.objects.filter(login=login).first()
    try:
        with tries.one(Kind.PASSWORD, login, visitor, known):
            found = authenticate(None, username=login, password=password)
            if isinstance(found, Person):
                enrolment.ensure_some_team_admitted(found)
            if not isinstance(found, Person) or not (login == invited or of_person(found.pk).exists()):
                raise Wrong
            if login != invited and not enterable(found.pk, BY_PERSON):
                raise Refusal(
                    "Your password was set by a link of another team, and opens that one alone. You are not signed in. "
                    "Ask an owner of your team to invite you again: then you set a new one."
                )
            return found
    except Wrong:
        time.sleep(max(0.0, WRONG_TAKES - (time.monotonic() - began)))
        raise Refusal("The e-mail or the password is wrong. You are not signed in.") from None


def second_factor(person: Person, code: str, visitor: Visitor) -> str:
    """The code of somebody whose password was right; says which code it was. A right recovery code is never one too
    many. Raises Refusal and TooManyTries."""
    try:
        if factor.recovers(person, code):
            return "recovery code"
        with tries.one(Kind.CODE, str(person.pk), visitor, person):
            if not factor.takes(person, code):
                raise Wrong
        return "app code"
    except Unsealable:
        log.error("the second factor of person %s was sealed with a key that is gone", person.pk)
        raise Refusal(
            "Codes of your app cannot be checked any more, because a key of this server is gone. You are not "
            "signed in. Use one of your recovery codes, or ask an owner of your team, or whoever runs this "
            "server, to take the second factor away; then set it up anew."
        ) from None
    except (Wrong, factor.Spent):
        raise Refusal(
            "This code is wrong, or was used before. Wait for the next one that your app shows, or use a recovery code."
        ) from None


def entered(actor: Actor, how: Sequence[str], from_new_browser: bool = False) -> None:
    """`how` names what was shown, in its order: ["password", "app code"]. A browser that is new is told to who was here
    before in another one."""
    if from_new_browser and Membership.objects.filter(person=actor.person).exclude(seen_at=None).exists():
        notices.new_browser(actor)
    Membership.objects.filter(pk=actor.membership.pk).update(seen_at=timezone.now())
    message = f"Signed in to {actor.account.name}: {', '.join(how)}."
    record.event(actor.account, actor, Action.SIGN_IN, message, details={"how": list(how)})


def left(actor: Actor) -> None:
    """Whoever is alone takes the connection along, once no session is left."""
    if not active(actor.account).exclude(person=actor.person).exists() and not alive(account=actor.account).exists():
        instances.forget(actor.account)
    record.event(actor.account, actor, Action.SIGN_OUT, "Signed out.")


def old_page(actor: Actor, account: str) -> Refusal:
    """A form of a page that was drawn for somebody else, or another account, came in: it is refused, and that is
    written down."""
    other = f"another account than {actor.account.name}, which you are signed in to now"
    if account in ("", str(actor.account.pk)):
        other = f"somebody else than {actor.person.name}, who is signed in now"
    refusal = Changed(f"That page was drawn for {other}. Nothing was changed. The page is shown afresh.")
    details = {"account": account[:20]}
    record.event(actor.account, actor, Action.REFUSED, refusal.message, details=details, state=State.FAILED)
    return refusal


def _name(user: sinch.User) -> str:
    return user.name or user.email or f"Sinch user {user.id}"


def _bring_up_to_date(row: Person | Account, **values: str) -> None:
    """By a plain update of what is new: a row that is locked whole would stand in the way of every entry of the audit
    that names it, and two sign-ins at once would wait for each other for ever."""
    new = {name: value for name, value in values.items() if getattr(row, name) != value}
    if new:
        type(row)._default_manager.filter(pk=row.pk).update(**new)
        row.refresh_from_db()


def _may_be_a_guess(error: sinch.SinchError) -> bool:
    """Whether Sinch itself has looked at the sign-in and said no, whatever its reason."""
    is_refused = isinstance(error, sinch.Refused) and error.code is not None
    return is_refused and not isinstance(error, (sinch.ClockOff, sinch.TooManyRequests))


def _not_signed_in(error: sinch.SinchError) -> str:
    """What happened, that nobody is signed in, and what to do next."""
    effect = "You are not signed in."
    if isinstance(error, sinch.NotSent) and error.call == "log in":
        effect = "You are not signed in, and your password was not sent."
    match error:
        case sinch.BadCredentials():
            told = f"Sinch accepted the password, and then refused what it had given for it. {effect}"
            return f"{told} Try again in a minute."
        case sinch.NotOwner():
            said = remote.sentence(error.remote_message) or "it gave no reason."
            return f"Sinch refused this sign-in: {said} {effect} If it stays so, ask Sinch's support."
        case sinch.NoSuchHost() | sinch.Gone():
            return remote.told(error, f"{ACCOUNTS} {effect}")
        case _:
            return remote.told(error, effect)
