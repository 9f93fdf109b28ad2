"""What a service answers: an outcome of something that was tried, or a refusal before anything was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from numberadmin.audit.models import State

if TYPE_CHECKING:
    from numberadmin.services.deeds import Deed


@dataclass(frozen=True)
class Outcome:
    """What came of an operation. `repeated`: it had been posted before, and this is what came of it then."""

    operation: UUID
    state: str
    message: str
    numbers: tuple[int, ...] = ()
    repeated: bool = False

    @property
    def level(self) -> str:
        if self.state == State.SUCCEEDED:
            return "success"
        return "error" if self.state == State.FAILED else "warning"


class Refusal(Exception):
    """Refused here: nothing was sent to Sinch and nothing was changed. `message` is for the person."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotHere(Refusal):
    """The account has no such number, application, group or reservation."""

    status = 404


class Forbidden(Refusal):
    """The person's role does not allow it."""

    status = 403


class TooManyTries(Refusal):
    """There were too many of its kind lately: this one was not done."""

    status = 429


class Conflict(Refusal):
    """The operation's id was used before, for something else."""

    status = 409


class Busy(Refusal):
    """Somebody else's write on the account is under way or being checked."""

    status = 503


class NotRecorded(Refusal):
    """The audit could not be written, so nothing was sent."""

    status = 503


class Unread(Refusal):
    """What has to be read from Sinch before a write could not be, so nothing was sent."""


class Changed(Refusal):
    """What the person saw when pressing the button is no longer so: the page is shown afresh."""

    status = 409


class SignInAgain(Exception):
    """Sinch no longer accepts the team's instance, or the person is signed out; nothing was changed. Leads to where
    that can be mended, whatever the page."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SignedOut(SignInAgain):
    """The person was signed out, or put out of the team, before the thing was done; nothing was changed."""


@dataclass(frozen=True)
class Holder:
    """Where a number is: the application that holds it, and who put it there, as far as it was done here."""

    number: int
    application_key: str
    application_label: str
    assigned: "Deed | None"


class Lacking(Refusal):
    """The application lacks so many of its numbers, in two readings, that a person has to say that they are gone.

    `accept` is what the form posts to say so.
    """

    status = 409

    def __init__(self, message: str, numbers: Sequence[int], accept: str) -> None:
        super().__init__(message)
        self.numbers = tuple(numbers)
        self.accept = accept


class Held(Refusal):
    """Some of the numbers are in another application, and nobody has said that they are to be moved."""

    status = 409

    def __init__(self, message: str, holders: Sequence[Holder]) -> None:
        super().__init__(message)
        self.holders = tuple(holders)
