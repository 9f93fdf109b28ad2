"""What people are told by mail about their sign-in and their team, so that they see what somebody else did.

What the audit says of a way in is told to whom it concerns: one place, so that nothing is forgotten. A notice goes out
where mail is set up, once what it tells is committed, by the worker; it never slows or breaks a page. It has no link
and no secret in it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from numberadmin.accounts.actor import Actor, active, of_person
from numberadmin.accounts.models import Account, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Action
from numberadmin.services import mail

# What is told to the person whom it concerns, by the action that the audit has it under.
ABOUT = {
    Action.PASSWORD: "your sign-in",
    Action.SECOND_FACTOR: "the second factor",
    Action.SIGN_IN_LINK: "a link for a new password",
}
# By which somebody becomes an owner.
INTO_A_ROLE = (Action.ROLE, Action.JOIN, Action.ACTIVATE)


def of_event(account: Account, actor: Actor | None, action: Action, message: str, asked: Mapping[str, Any]) -> None:
    """To be called in the transaction that writes the entry. `asked` names a `person` where it concerns another one
    than the actor."""
    if not settings.MAIL_IS_SET_UP:
        return
    person_id = asked.get("person") or (actor.person.pk if actor else 0)
    by = f"{actor.person.name} ({_address(actor.person)})" if actor else "whoever runs the server"
    where = f", from the address {actor.address}" if actor and actor.address else ""
    what = f"{message}\n\nThis was done by {by}{where}"
    if action in ABOUT and person_id:
        # Who changes the e-mail is told at the one before: nobody has proven yet whose the new one is.
        itself = actor.person if actor and actor.person.pk == person_id else None
        if person := itself or Person.objects.filter(pk=person_id).first():
            _later(_tell, person, _address(person), account, ABOUT[action], what)
    elif action in INTO_A_ROLE and person_id:
        _later(_tell_owners, person_id, account, what)


def new_browser(actor: Actor) -> None:
    """Somebody signed in from a browser in which this person had not signed in before."""
    what = (
        f"Somebody signed in to {actor.account.name} as you, in a browser in which you had not signed in before: "
        f"from the address {actor.address or 'that is not known'}"
    )
    _later(_tell, actor.person, _address(actor.person), actor.account, "a sign-in from a new browser", what)


def too_many_tries(person: Person, what: str, address: str) -> None:
    """`what` is what the audit of each of their teams says."""
    team = of_person(person.pk).first()
    if team:
        what = f"{what}.\n\nThe last one came from the address {address or 'that is not known'}"
        _later(_tell, person, _address(person), team.account, "wrong tries at your sign-in", what)


def _later(tell: Callable[..., None], *what: Any) -> None:
    def told() -> None:
        tell(*what)

    if settings.MAIL_IS_SET_UP:
        transaction.on_commit(told, robust=True)


def _tell_owners(person_id: int, account: Account, what: str) -> None:
    owners = active(account).filter(role=Role.OWNER)
    if owners.filter(person=person_id).exists():
        for row in owners:
            _tell(row.person, _address(row.person), account, "a new owner", what)


def _tell(person: Person, address: str, account: Account, about: str, what: str) -> None:
    others = active(account).filter(role=Role.OWNER).exclude(person=person)
    owners = " or ".join(row.person.name for row in others[:3]) or "an owner"
    text = (
        f"Hello {person.name},\n\nthe audit of {account.name} on numberadmin says:\n\n{what}, "
        f"on {timezone.localtime():%-d %B %Y at %H:%M %Z}.\n\n"
        "If it was you, or you know of it, there is nothing to do. If not, sign in at the address that you know, "
        "set a new password on the page with your name, which ends all your other sessions, and tell an owner of "
        f"the team ({owners}) or whoever runs the server.\n"
    )
    mail.queue(address, f"numberadmin: {about}, {account.name}", text, kind=about)


def _address(person: Person) -> str:
    return person.login or person.email
