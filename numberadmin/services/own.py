"""What people change about themselves: their password, their second factor, their sessions."""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from numberadmin.accounts import factor, guesses, sessions
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Person
from numberadmin.audit.models import Action
from numberadmin.services import team
from numberadmin.services.results import Conflict, Outcome, Refusal, TooManyTries


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
    login, name = login.strip().lower()[:254], " ".join(name.split())[:100] or person.name
    if not first:
        has_password(person, current)
    try:
        validate_email(login)
    except ValidationError:
        raise Refusal("Give an e-mail address like name@example.com to sign in with. Nothing was changed.") from None
    if password or first:
        check_password(password, Person(pk=person.pk, name=name, login=login, email=person.email))

    def change() -> tuple[Action, str]:
        person.login, person.name, person.email = login, name, person.email or login
        if password:
            person.set_password(password)
        try:
            with transaction.atomic():
                person.save(update_fields=["login", "name", "email", "password"])
        except IntegrityError:
            raise Refusal(f"{login} is the sign-in of somebody else. Nothing was changed.") from None
        if not password:
            return Action.PASSWORD, f"Signs in with {login} now, and is called {name}."
        ended = sessions.end(person, but=actor.session_key)
        what = "Set a password of their own." if first else "Changed the password."
        return Action.PASSWORD, f"{what} {ended} other session{'' if ended == 1 else 's'} ended."

    outcome = team.once(actor, operation, {"login": login, "name": name}, change)
    if outcome.repeated and password and not Person.objects.get(pk=person.pk).check_password(password):
        raise Conflict("This form was sent before with another password. This one was not set. Reload the page.")
    return outcome


def has_password(person: Person, password: str) -> None:
    """Raises Refusal where it is not the person's password."""
    try:
        with guesses.limited([guesses.Limit(f"own {person.pk}", 5, 900)]):
            if not person.check_password(password):
                raise guesses.Wrong
    except guesses.TooMany:
        raise TooManyTries("There were too many wrong tries. Try again in a quarter of an hour.") from None
    except guesses.Wrong:
        raise Refusal("The password you have now is another one. Nothing was changed.") from None


def begin_factor(*, actor: Actor, operation: UUID, seed: str, code: str, password: str) -> tuple[Outcome, list[str]]:
    """From now on the person is asked for a code of the app that has this seed. Gives the recovery codes."""
    has_password(actor.person, password)
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
    has_password(actor.person, password)
    codes: list[str] = []

    def change() -> tuple[Action, str]:
        _with_factor(actor.person)
        codes.extend(factor.new_codes(actor.person))
        return Action.SECOND_FACTOR, "Made new recovery codes; the ones before work no more."

    return team.once(actor, operation, {}, change), codes


def end_factor(*, actor: Actor, operation: UUID, password: str) -> Outcome:
    has_password(actor.person, password)

    def change() -> tuple[Action, str]:
        _with_factor(actor.person)
        factor.end(actor.person)
        return Action.SECOND_FACTOR, "Took away their own second factor."

    return team.once(actor, operation, {}, change)


def end_session(*, actor: Actor, operation: UUID, session_id: str) -> Outcome:
    """Ends one of the person's own sessions, on whatever account."""
    rows = sessions.alive(person=actor.person)
    return team.once(actor, operation, {"session": session_id}, lambda: team.ended(rows, session_id))


def end_others(*, actor: Actor, operation: UUID) -> Outcome:
    """Ends all of the person's sessions but this one."""

    def change() -> tuple[Action, str]:
        count = sessions.end(actor.person, but=actor.session_key)
        return Action.END_SESSION, f"Ended {count} other session{'' if count == 1 else 's'} of their own."

    return team.once(actor, operation, {}, change)


def _with_factor(person: Person) -> None:
    if not factor.has(person):
        raise Refusal("You have no second factor. Nothing was changed.")
