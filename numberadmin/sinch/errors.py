"""What can go wrong in a call, by what is known afterwards.

    SinchError
    ├── NotSent             nothing left this machine
    │   └── Resting             the host has failed several times and is given a rest
    ├── Refused             the remote said no: nothing was changed
    │   ├── BadCredentials      40100, 40102
    │   ├── ClockOff            40101
    │   ├── NotEnoughCredit     40200
    │   ├── NotOwner            40300
    │   ├── WrongScheme         40301
    │   ├── NotFound            40400
    │   ├── NoAccounting        42200
    │   └── InvalidRequest      40000, 40001, 40002, 40003
    └── Unanswered          sent, but no usable answer: a write may or may not have happened

Codes: the "Error Codes" sections of the reference. A code counts only where it agrees with the HTTP status.
"""


class SinchError(Exception):
    """A call that did not succeed. No text of it holds a password, ticket, secret or signature.

    `message` says in a sentence what happened; `remote_message` is the remote's own text, cleaned, at most
    300 characters, "" if there is none; `call` names the call ("check out"); `code` is the remote's error
    code and `status` the HTTP status, None where there was none; `may_pass` says that the same read may
    succeed in a moment.
    """

    def __init__(
        self,
        call: str,
        message: str,
        *,
        code: int | None = None,
        status: int | None = None,
        remote_message: str = "",
        may_pass: bool = False,
    ) -> None:
        super().__init__(call, message)
        self.call = call
        self.message = message
        self.code = code
        self.status = status
        self.remote_message = remote_message
        self.may_pass = may_pass

    def __str__(self) -> str:
        return f"{self.call}: {self.message}"


class NotSent(SinchError):
    """Not one byte of the request left this machine: nothing was changed, and it may be sent again."""


class Resting(NotSent):
    """Not tried: the host has failed several times in a row, and is asked again in some seconds."""


class Refused(SinchError):
    """The remote said no, with a documented code: nothing was changed."""


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


class NoAccounting(Refused):
    """Accounting is not set up for the organisation."""


class InvalidRequest(Refused):
    """The remote found a value missing or wrong."""


class Unanswered(SinchError):
    """Sent, but no usable answer came: a write may or may not have taken effect, now or later."""


REFUSALS: dict[int, tuple[type[Refused], str]] = {
    40000: (InvalidRequest, "Sinch did not accept the request."),
    40001: (InvalidRequest, "Sinch did not accept a value of the request."),
    40002: (InvalidRequest, "Sinch missed a value in the request."),
    40003: (InvalidRequest, "Sinch did not accept the request."),
    40100: (BadCredentials, "Sinch did not accept the credentials."),
    40101: (ClockOff, "Sinch did not accept the time of the request: this server's clock is off."),
    40102: (BadCredentials, "Sinch did not accept the signature of the request."),
    40200: (NotEnoughCredit, "The Sinch account has too little credit."),
    40300: (NotOwner, "The person who signed in is not the owner of this organisation."),
    40301: (WrongScheme, "Sinch wanted a request signed by an instance."),
    40400: (NotFound, "Sinch did not find what the request names."),
    42200: (NoAccounting, "Accounting is not set up for this organisation at Sinch."),
}
