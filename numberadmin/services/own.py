"""What people change about themselves: their password, their second factor, their sessions."""

from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from numberadmin import text
from numberadmin.accounts import factor, names, sessions
from numberadmin.accounts.actor import BY_PERSON, BY_SINCH, Actor, enterable, needs_person, of_person, opens
from numberadmin.accounts.guesses import Kind, Wrong
from numberadmin.accounts.models import Account, Person
from numberadmin.audit.models import Action
from numberadmin.services import record, team, tries
from numberadmin.services.results import Conflict, Outcome, Refusal


def check_password(password: str, person: Person) -> None:
    """Raises Refusal where the password is too short or easy to guess; AUTH_PASSWORD_VALIDATORS decide."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refusal(f"{error.messages[0]} The password was not set.") from None


def set_password(*, actor: Actor, operation: UUID, login: str, name: str, password: str, current: str) -> Outcome:
    """Sets or changes how the person signs in; an empty password keeps the one there is. With a new one all their other
    sessions end. `current` is the password until now, where there is one."""
    person, first = actor.person, actor.person.login is None
    login, name = text.email(login)[:254], _name(name, person.name)
    if not first:
        has_password(actor, current)
        if password and password == current and not opens(actor.membership):
            raise Refusal("Choose a password that is new: an owner of another team may know this one. It was not set.")
    try:
        validate_email(login)
    except ValidationError:
        raise Refusal("Give an e-mail address like name@example.com to sign in with. Nothing was changed.") from None
    if (login, name) != (person.login, person.name):
        ensure_sure(actor)
    if password or first:
        check_password(password, Person(pk=person.pk, name=name, login=login, email=person.email))

    # Outside of the transaction: it takes long, and may have to wait.
    hashed = make_password(password) if password else ""

    def change() -> tuple[Action, str]:
        changed, said = Person.objects.get(pk=person.pk), []
        if changed.name != name:
            said.append(f"Is called {name} from now on, and was {changed.name} before.")
        if changed.login not in (None, login):
            said.append(f"Signs in with {login} from now on, and did with {changed.login} before.")
        if password:
            changed.password_from = _origin(actor, changed)
            changed.password = hashed
        changed.login, changed.name, changed.email = login, name, changed.email or login
        _save(changed)
        if password:
            ended = sessions.end(person, but=actor.session_key)
            what = "Set a password of their own." if first else "Changed the password."
            said.append(f"{what} {ended} other session{'' if ended == 1 else 's'} ended.")
        message = " ".join(said) or "Changed nothing of the sign-in."
        if person.name != name:
            _tell_other_teams(actor, message)
        return Action.PASSWORD, message

    # Whoever tries out which e-mails are taken is somebody who guesses.
    attempt = tries.one(Kind.LOGIN, str(person.pk), actor.visitor, person, actor)
    try:
        with attempt if login != person.login else nullcontext():
            outcome = team.once(actor, operation, {"login": login, "name": name}, change)
    except Wrong:
        raise Refusal(
            f"{login} cannot be your sign-in. Nothing was changed. Choose another e-mail; if it is yours, tell whoever "
            "runs this server."
        ) from None
    if outcome.repeated and password and not Person.objects.get(pk=person.pk).check_password(password):
        raise Conflict("This form was sent before with another password. This one was not set. Reload the page.")
    # What was recorded, was so under the name before.
    person.refresh_from_db()
    return outcome


def _origin(actor: Actor, person: Person) -> Account | None:
    """The team that a new password opens alone, if it is one. Who knows the password until now and signed in with Sinch
    to a team that it does not open has proven themself in both. A first password that is set by a Sinch sign-in opens
    no other team in which that sign-in is not enough."""
    if person.login is None:
        rows = of_person(person.pk).exclude(account=actor.account)
        return actor.account if any(needs_person(row) for row in rows) else None
    return None if actor.by == BY_SINCH and not opens(actor.membership) else person.password_from


def _name(name: str, now: str) -> str:
    """One that was given to tell people apart may have an e-mail behind it, and may be kept."""
    try:
        return names.checked(now) if name.strip() in ("", now) else names.chosen(name)
    except names.BadName as error:
        raise Refusal(f"{error} Nothing was changed. Choose another name.") from None


def _save(changed: Person) -> None:
    """Raises Wrong where the sign-in is somebody else's, and Refusal where the name is."""
    try:
        with transaction.atomic():
            changed.save(update_fields=["login", "name", "email", "password", "password_from"])
    except IntegrityError:
        raise Wrong from None
    try:
        names.claim(changed)
    except names.BadName as error:
        raise Refusal(f"{error} Nothing was changed. Choose another name.") from None


def _tell_other_teams(actor: Actor, message: str) -> None:
    """Their audits name the person too. Each says it under the name before."""
    for row in of_person(actor.person.pk).exclude(account=actor.account):
        row.person = actor.person
        record.event(row.account, actor.in_team(row), Action.PASSWORD, message)


def in_reach(actor: Actor) -> dict[str, Any]:
    """Which of the person's sessions they see and end: those in the teams that they may enter."""
    teams = [row.account_id for row in enterable(actor.person.pk, actor.by or BY_SINCH)]
    return {"person": actor.person, "account__in": teams}


def ensure_sure(actor: Actor) -> None:
    """What holds in each of the person's teams is not changed by a password that opens only one of them. Raises
    Refusal."""
    if actor.by == BY_PERSON and not all(map(opens, of_person(actor.person.pk))):
        raise Refusal(
            "You are in another team too, which your password does not open, because it was set by a link of this one. "
            "Nothing was changed. Sign in to that team first, and set a new password there."
        )


def has_password(actor: Actor, password: str) -> None:
    """Raises Refusal where it is not the person's password, and TooManyTries."""
    try:
        with tries.one(Kind.OWN, str(actor.person.pk), actor.visitor, actor.person, actor):
            if not actor.person.check_password(password):
                raise Wrong
    except Wrong:
        raise Refusal("The current password is wrong. Nothing was changed.") from None


def begin_factor(*, actor: Actor, operation: UUID, seed: str, code: str, password: str) -> tuple[Outcome, list[str]]:
    """From now on the person is asked for a code of the app that has this seed. Gives the recovery codes."""
    ensure_sure(actor)
    has_password(actor, password)
    codes: list[str] = []

    def change() -> tuple[Action, str]:
        new = factor.begin(actor.person, seed, code)
        if new is None:
            raise Refusal("This is not the code that the app shows now. Nothing was changed. Try the next one.")
        codes.extend(new)
        sessions.end(actor.person, but=actor.session_key)
        return Action.SECOND_FACTOR, "Set up a second factor."

    return team.once(actor, operation, {}, change), codes


def new_codes(*, actor: Actor, operation: UUID, password: str) -> tuple[Outcome, list[str]]:
    """Recovery codes in place of those before, which work no more."""
    ensure_sure(actor)
    has_password(actor, password)
    codes: list[str] = []

    def change() -> tuple[Action, str]:
        _with_factor(actor.person)
        codes.extend(factor.new_codes(actor.person))
        return Action.SECOND_FACTOR, "Made new recovery codes; the ones before work no more."

    return team.once(actor, operation, {}, change), codes


def end_factor(*, actor: Actor, operation: UUID, password: str) -> Outcome:
    ensure_sure(actor)
    has_password(actor, password)

    def change() -> tuple[Action, str]:
        _with_factor(actor.person)
        factor.end(actor.person)
        return Action.SECOND_FACTOR, "Took away their own second factor."

    return team.once(actor, operation, {}, change)


def end_session(*, actor: Actor, operation: UUID, session_id: str) -> Outcome:
    """Ends one of the person's own sessions."""
    rows = sessions.alive(**in_reach(actor))
    return team.once(actor, operation, {"session": session_id}, lambda: team.ended(rows, session_id))


def end_others(*, actor: Actor, operation: UUID) -> Outcome:
    """Ends all of the person's sessions but this one."""

    def change() -> tuple[Action, str]:
        count, _ = sessions.alive(**in_reach(actor)).exclude(session_key=actor.session_key).delete()
        return Action.END_SESSION, f"Ended {count} other session{'' if count == 1 else 's'} of their own."

    return team.once(actor, operation, {}, change)


def _with_factor(person: Person) -> None:
    if not factor.has(person):
        raise Refusal("You have no second factor. Nothing was changed.")
