"""A try at a secret: limited, and written down where it was wrong or one too many: whose, from where, of which kind.

Every one stands in the log. The audit of each of the person's teams has the wrong ones, and the first that was refused
in a window: as many as the limits let through, so that nobody fills it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.conf import settings
from django.utils import timezone

from numberadmin import text
from numberadmin.accounts import guesses
from numberadmin.accounts.actor import Actor, of_person
from numberadmin.accounts.guesses import Kind, TooMany, Visitor, Wrong
from numberadmin.accounts.models import Person
from numberadmin.audit.models import Action, State
from numberadmin.few import Few
from numberadmin.services import notices, record
from numberadmin.services.results import TooManyTries

log = logging.getLogger("numberadmin.signin")
# Tries hold half of a process's threads at most, and never the last two. Those that ask Sinch have the room for that.
at_once = Few(places=1_000)
ACTION = {Kind.SINCH: Action.CONNECT, Kind.OWN: Action.PASSWORD, Kind.LOGIN: Action.PASSWORD}
# What somebody can do who is refused.
OTHERWISE = {Kind.CODE: ", or use one of your recovery codes", Kind.OWN: "", Kind.LOGIN: ""}


@contextmanager
def one(
    kind: Kind, who: str, visitor: Visitor, person: Person | None = None, actor: Actor | None = None
) -> Iterator[None]:
    """Around one try at a secret of `who`, who is `person` if there is one; `actor` if somebody is signed in already.

    Raises TooManyTries before the try, and few.Crowded where too many are made at this moment. A try that was wrong
    leaves the block by Wrong, which goes on from here.
    """
    place = nullcontext() if kind == Kind.SINCH else at_once.place(settings.LOCK_SECONDS)
    try:
        with place, guesses.limited(guesses.limits(kind, who, visitor)):
            yield
    except Wrong:
        _log("wrong", kind, who, visitor, person)
        _record(f"A wrong {kind} was given", kind, visitor, person, actor)
        raise
    except TooMany as error:
        _log("refused", kind, who, visitor, person)
        if error.first:
            until = timezone.localtime(error.again_at)
            what = f"After too many wrong ones, no {kind} is looked at until {until:%H:%M}"
            _record(what, kind, visitor, person, actor)
            if person:
                notices.too_many_tries(person, what, visitor.address)
        raise _too_many(kind, error, actor) from None


def _log(what: str, kind: Kind, who: str, visitor: Visitor, person: Person | None) -> None:
    """What was typed may be a password in the wrong field: it stands here as a digest."""
    log.warning(
        "%s try: %s, person=%s identity=%s address=%s browser=%s",
        what,
        kind,
        person.pk if person else "",
        guesses.short(text.email(who)),
        visitor.address,
        "known" if visitor.device else "new",
    )


def _record(what: str, kind: Kind, visitor: Visitor, person: Person | None, actor: Actor | None) -> None:
    whose = f" for {person.name} ({person.login or person.email})" if person else ""
    message = f"{what}{whose}, in a {'known' if visitor.device else 'new'} browser."
    action = ACTION.get(kind, Action.SIGN_IN)
    for account in [actor.account] if actor else [row.account for row in of_person(person.pk)] if person else []:
        record.event(
            account,
            actor,
            action,
            message,
            details={"tried": str(kind)},
            state=State.FAILED,
            address=visitor.address,
        )


def _too_many(kind: Kind, error: TooMany, actor: Actor | None) -> TooManyTries:
    minutes = max(1, round((error.again_at - timezone.now()).total_seconds() / 60))
    effect = "Nothing was changed." if actor else "You are not signed in."
    otherwise = OTHERWISE.get(kind, ", or in a browser that you have signed in with before")
    return TooManyTries(
        f"There were too many wrong tries, so this one was not made. {effect} Try again in {minutes} min{otherwise}."
    )
