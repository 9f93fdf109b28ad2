"""Signing in with a Sinch account. Reference: "Log in", "Create an instance", "Get organisation"."""

from dataclasses import dataclass

from django.conf import settings

from numberadmin import sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.audit.models import Action, State
from numberadmin.services import record, remote
from numberadmin.services.results import Changed, Refusal
from numberadmin.services.room import Crowded, room


@dataclass(frozen=True)
class Opened:
    """What Sinch gave for the password: who it is, an instance, and the organisations it may act for (one or more)."""

    user: sinch.User
    instance: sinch.Instance
    organisations: tuple[sinch.Organisation, ...]


def open_instance(identity: str, password: str) -> Opened:
    """Raises Refusal with a sentence that tells a wrong password from an unreachable Sinch and from a wrong clock."""
    try:
        who = sinch.Identity.parse(identity)
    except ValueError as error:
        raise Refusal(str(error)) from None
    try:
        with room.place(settings.LOCK_SECONDS):
            return _opened(who, password)
    except Crowded:
        raise Refusal("Sinch is slow to answer now, and others are waiting for it. Try again in a minute.") from None


def _opened(who: sinch.Identity, password: str) -> Opened:
    client = remote.client()
    try:
        ticket = client.log_in(who, password)
    except (sinch.BadCredentials, sinch.NotFound):
        raise Refusal(
            "Sinch does not accept this sign-in: the e-mail, number or user name or the password is wrong."
        ) from None
    except sinch.SinchError as error:
        raise Refusal(f"{remote.explain(error)} {_advice(error)}") from None
    try:
        instance = client.create_instance(ticket)
        organisations = client.organisations(instance)
    except sinch.SinchError as error:
        raise Refusal(f"{remote.explain(error)} {_advice(error)}") from None
    if not organisations:
        raise Refusal("This Sinch user belongs to no organisation, so there are no numbers to administrate.")
    return Opened(ticket.user, instance, organisations)


def enter(user: sinch.User, organisation: sinch.Organisation) -> tuple[Person, Account]:
    """The rows of the person and the account, made or brought up to date."""
    name = user.name or user.email or f"Sinch user {user.id}"
    person, _ = Person.objects.get_or_create(sinch_user_id=user.id, defaults={"name": name, "email": user.email})
    _bring_up_to_date(person, name=name, email=user.email)
    called = organisation.name or f"Organisation {organisation.id}"
    account, _ = Account.objects.get_or_create(organisation_id=organisation.id, defaults={"name": called})
    _bring_up_to_date(account, name=called)
    Membership.objects.get_or_create(person=person, account=account)
    return person, account


def _bring_up_to_date(row: Person | Account, **values: str) -> None:
    """By a plain update of what is new: a row that is locked whole would stand in the way of every entry of the audit
    that names it, and two sign-ins at once would wait for each other for ever."""
    new = {name: value for name, value in values.items() if getattr(row, name) != value}
    if new:
        type(row)._default_manager.filter(pk=row.pk).update(**new)
        row.refresh_from_db()


def entered(actor: Actor) -> None:
    record.event(actor.account, actor, Action.SIGN_IN, f"Signed in to {actor.account.name}.")


def left(actor: Actor) -> None:
    record.event(actor.account, actor, Action.SIGN_OUT, "Signed out.")


def old_page(actor: Actor, account: str) -> Refusal:
    """A form of a page that was drawn for another account came in: it is refused, and that is written down."""
    refusal = Changed(
        f"That page was drawn for another account than {actor.account.name}, which you are signed in to now. "
        "Nothing was changed. The page is shown afresh."
    )
    details = {"account": account[:20]}
    record.event(actor.account, actor, Action.REFUSED, refusal.message, details=details, state=State.FAILED)
    return refusal


def _advice(error: sinch.SinchError) -> str:
    match error:
        case sinch.ClockOff():
            return "You are not signed in. Whoever runs this server should set its clock."
        case sinch.NotSent():
            return "You are not signed in, and your password was not sent. Try again in a minute."
        case _:
            return "You are not signed in. Try again in a minute."
