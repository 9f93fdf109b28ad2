"""Turns what came of an attempt into one of the three kinds of error.

Of a write, an answer with a status of 400 to 499 proves that nothing was done: it is a refusal of the remote, or of
something in front of it that did not pass the request on. `IN_DOUBT` are the ones that prove nothing, because they may
come from something that gave up waiting for an answer; `CONFLICTS` prove it only in the remote's own form, because a
request that something on the way has sent twice meets its own effect the second time.
"""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from urllib3.exceptions import SSLError

from numberadmin.sinch import reading
from numberadmin.sinch.attempt import Attempt
from numberadmin.sinch.errors import (
    REFUSALS,
    BadCredentials,
    ClockOff,
    Gone,
    NoSuchHost,
    NotSent,
    Refused,
    SinchError,
    TooManyRequests,
    Unanswered,
)
from numberadmin.sinch.reading import Complaint
from numberadmin.sinch.transport import Answer, TooLarge
from numberadmin.sinch.values import clean

IN_DOUBT = (408, 499)
CONFLICTS = (409, 425)
# Nobody asks to be left alone for longer; what says so cannot be read.
_LONGEST_WAIT = timedelta(days=31)


def failed(call: str, host: str, attempt: Attempt, error: BaseException, seconds: float) -> SinchError:
    """The error for an attempt that brought no complete answer; `seconds` is the deadline of the call."""
    if not attempt.sent:
        kind = NoSuchHost if isinstance(attempt.trouble, socket.gaierror) else NotSent
        bad_certificate = isinstance(attempt.trouble, ssl.SSLCertVerificationError)
        return kind(call, f"{_unconnected(host, attempt)} Nothing was sent.", may_pass=not bad_certificate)
    if attempt.over or attempt.left() <= 0:
        return Unanswered(call, f"Sinch gave no complete answer within {seconds:g} seconds.")
    if isinstance(error, TooLarge):
        return Unanswered(call, "Sinch's answer was larger than this program takes in.")
    return Unanswered(call, "The connection to Sinch broke off before the answer was complete.", may_pass=True)


def _unconnected(host: str, attempt: Attempt) -> str:
    match attempt.trouble:
        case socket.gaierror():
            return f"The name {host} could not be found."
        case ssl.SSLCertVerificationError():
            return f"{host} could not prove who it is: its certificate was not accepted."
        case ssl.SSLError() | SSLError():
            return f"A secure connection to {host} could not be made."
        case ConnectionRefusedError():
            return f"{host} refused the connection."
        case TimeoutError():
            return f"{host} could not be connected to in time."
        case _:
            return f"No connection to {host} could be made."


def unreadable(call: str, answer: Answer, reason: str) -> SinchError:
    """The error for an answer of the right status whose body is not what was promised."""
    message = f"Sinch's answer could not be read: {reason}."
    return Unanswered(call, message, status=answer.status, may_pass=True)


def refused(call: str, host: str, answer: Answer, hidden: tuple[str, ...]) -> SinchError:
    """The error for an answer of any other status. A text that repeats one of `hidden` is dropped."""
    complaint = reading.complaint(answer.body)
    kind, message = _meaning(answer.status, host, complaint)
    if kind is BadCredentials and call == "log in":
        message = "Sinch does not know this identity with this password."
    error = kind(
        call,
        message,
        code=complaint.code,
        status=answer.status,
        remote_message=clean(_without(hidden, complaint.message), 300),
        reference=clean(_without(hidden, complaint.reference), 64),
        again_at=_again_at(answer),
        may_pass=answer.status >= 500 or answer.status in IN_DOUBT,
    )
    if isinstance(error, ClockOff):
        error.seconds_off = _seconds_off(answer.date)
    return error


def _without(hidden: tuple[str, ...], text: str) -> str:
    return "" if any(secret in text for secret in hidden) else text


def _meaning(status: int, host: str, complaint: Complaint) -> tuple[type[SinchError], str]:
    """The kind of error and a sentence: by the code where it agrees with the status, else by the status alone."""
    own, code = complaint.own, complaint.code or 0
    if not 400 <= status < 500 or status in IN_DOUBT or (status in CONFLICTS and not own):
        return Unanswered, _unusable(status)
    if code // 100 == status and code in REFUSALS:
        return REFUSALS[code]
    if status == 401:
        return BadCredentials, "Sinch did not accept the credentials."
    if status == 429:
        return TooManyRequests, "Sinch answered that it gets too many requests (429)."
    if status in (404, 410) and not own:
        return Gone, f"{host} answered that there is nothing at this address ({status})."
    who = "Sinch" if own else "Sinch, or something on the way to it,"
    return Refused, f"{who} refused the request ({status})."


def _unusable(status: int) -> str:
    if 300 <= status < 400:
        return f"Sinch's answer was a redirection, which is not followed ({status})."
    if status == 503:
        return "Sinch answered that it is down (503)."
    if status >= 500:
        return f"Sinch, or something on the way to it, answered with a fault of its own ({status})."
    if status >= 400:
        return f"Sinch, or something on the way to it, answered {status}, which does not tell whether it was done."
    return f"Sinch's answer was not the one that this call promises ({status})."


def _again_at(answer: Answer) -> datetime | None:
    """From `Retry-After`, which holds seconds or a date. A date is by the clock of the one that answered."""
    now, text = datetime.now(UTC), answer.retry_after.strip()
    try:
        if text.isascii() and text.isdigit():
            wait = timedelta(seconds=int(text))
        else:
            wait = _date(text) - (_date(answer.date) if answer.date else now)
        return now + wait if timedelta() <= wait <= _LONGEST_WAIT else None
    except (ValueError, TypeError, OverflowError):
        return None


def _seconds_off(date: str) -> float | None:
    try:
        return (datetime.now(UTC) - _date(date)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def _date(text: str) -> datetime:
    read = parsedate_to_datetime(text)
    return read.replace(tzinfo=read.tzinfo or UTC)
