"""What can go wrong in a call, by what is known afterwards.

    SinchError
    ├── NotSent             nothing left this machine
    │   ├── NoSuchHost          the host's name is not known
    │   └── Resting             the host has failed several times and is given a rest
    ├── Refused             the answer says no, by a status of 400 to 499: nothing was changed
    │   ├── BadCredentials      any 401 but 40101, whatever its code or body
    │   ├── ClockOff            40101
    │   ├── NotEnoughCredit     40200
    │   ├── NotOwner            40300
    │   ├── WrongScheme         40301
    │   ├── NotFound            40400
    │   ├── Gone                404 or 410 that does not come from this API
    │   ├── NoAccounting        42200
    │   ├── InvalidRequest      40000, 40001, 40002, 40003
    │   └── TooManyRequests     429
    └── Unanswered          sent, and what came does not tell: a write may or may not have happened

What is left in doubt: no answer, half of one, an unreadable success, a redirection, a status of 500 and more, and the
few of 400 to 499 that may come after the request was taken on (see `outcomes`).

Codes: the "Error Codes" sections of the reference. A code counts only where it agrees with the HTTP status.
"""

from datetime import datetime


class SinchError(Exception):
    """A call that did not succeed. No text of it holds a password, ticket, secret or signature.

    `message` says in a sentence what happened; `remote_message` is the remote's own text, cleaned, at most
    300 characters, "" if there is none; `call` names the call ("check out"); `code` is the remote's error
    code and `status` the HTTP status, None where there was none; `reference` is what the remote's support wants to
    hear, cleaned, at most 64 characters, "" if there is none; `again_at` is when the remote wants to be asked again,
    aware, None where it does not say; `may_pass` says that the same read may succeed in a moment.
    """

    def __init__(
        self,
        call: str,
        message: str,
        *,
        code: int | None = None,
        status: int | None = None,
        remote_message: str = "",
        reference: str = "",
        again_at: datetime | None = None,
        may_pass: bool = False,
    ) -> None:
        super().__init__(call, message)
        self.call = call
        self.message = message
        self.code = code
        self.status = status
        self.remote_message = remote_message
        self.reference = reference
        self.again_at = again_at
        self.may_pass = may_pass

    def __str__(self) -> str:
        return f"{self.call}: {self.message}"


class NotSent(SinchError):
    """Not one byte of the request left this machine: nothing was changed, and it may be sent again."""


class NoSuchHost(NotSent):
    """The name of the host could not be found."""


class Resting(NotSent):
    """Not tried: the host has failed several times in a row, and is asked again in some seconds."""


class Refused(SinchError):
    """The answer says no: nothing was changed. It may come from something on the way to the remote."""


class BadCredentials(Refused):
    """Wrong password at log in; at every other call the instance is no longer accepted."""


class ClockOff(Refused):
    """The remote did not accept the timestamp. `seconds_off`: how far ours is ahead, None if unknown."""

    seconds_off: float | None = None


class NotEnoughCredit(Refused):
    """The account cannot pay for the reserved numbers."""


class NotOwner(Refused):
    """The person is not the owner of the organisation."""


class WrongScheme(Refused):
    """The remote wanted an instance-signed request."""


class NotFound(Refused):
    """No such application, or a reservation that lapsed or never was."""


class Gone(Refused):
    """There is no such API at the address of the host."""


class NoAccounting(Refused):
    """Accounting is not set up for the organisation."""


class InvalidRequest(Refused):
    """The remote found a value missing or wrong."""


class TooManyRequests(Refused):
    """The remote takes no more requests for now; see `again_at`."""


class Unanswered(SinchError):
    """Sent, but no usable answer came: a write may or may not have taken effect, now or later."""


REFUSALS: dict[int, tuple[type[Refused], str]] = {
    40000: (InvalidRequest, "Sinch did not accept the request."),
    40001: (InvalidRequest, "Sinch did not accept a value of the request."),
    40002: (InvalidRequest, "Sinch missed a value in the request."),
    40003: (InvalidRequest, "Sinch did not accept the request."),
    40100: (BadCredentials, "Sinch did not accept the credentials."),
    40101: (ClockOff, "Sinch did not accept the time of the request."),
    40102: (BadCredentials, "Sinch did not accept the signature of the request."),
    40200: (NotEnoughCredit, "The Sinch account has too little credit."),
    40300: (NotOwner, "The person who signed in is not the owner of this organisation."),
    40301: (WrongScheme, "Sinch wanted a request signed by an instance."),
    40400: (NotFound, "Sinch did not find what the request names."),
    42200: (NoAccounting, "Accounting is not set up for this organisation at Sinch."),
}
