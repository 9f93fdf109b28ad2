"""Turns what came of an attempt into one of the three kinds of error."""

import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from urllib3.exceptions import SSLError

from numberadmin.sinch import reading
from numberadmin.sinch.attempt import Attempt
from numberadmin.sinch.errors import REFUSALS, BadCredentials, ClockOff, NotSent, SinchError, Unanswered
from numberadmin.sinch.transport import Answer, TooLarge


def failed(call: str, host: str, attempt: Attempt, error: BaseException, seconds: float) -> SinchError:
    """The error for an attempt that brought no complete answer; `seconds` is the deadline of the call."""
    if not attempt.sent:
        bad_certificate = isinstance(attempt.trouble, ssl.SSLCertVerificationError)
        return NotSent(call, f"{_unconnected(host, attempt)} Nothing was sent.", may_pass=not bad_certificate)
    if attempt.over or attempt.left() <= 0:
        return Unanswered(call, f"No complete answer came within {seconds:g} seconds.")
    if isinstance(error, TooLarge):
        return Unanswered(call, "The answer was larger than this program takes in.")
    return Unanswered(call, "The connection broke off before the answer was complete.", may_pass=True)


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
    message = f"The answer could not be read: {reason}."
    return Unanswered(call, message, status=answer.status, may_pass=True)


def refused(call: str, answer: Answer, hidden: tuple[str, ...]) -> SinchError:
    """The error for an answer of any other status. A message that repeats one of `hidden` is dropped."""
    code, remote_message = reading.complaint(answer.body)
    if any(secret in remote_message for secret in hidden):
        remote_message = ""
    kind, message = REFUSALS.get(code or 0, (Unanswered, ""))
    if code is None or not message or code // 100 != answer.status:
        kind, message = Unanswered, _unusable(answer.status, code)
    if kind is BadCredentials and call == "log in":
        message = "Sinch does not know this identity with this password."
    error = kind(
        call,
        message,
        code=code,
        status=answer.status,
        remote_message=remote_message[:300],
        may_pass=answer.status >= 500,
    )
    if isinstance(error, ClockOff):
        error.seconds_off = _seconds_off(answer.date)
    return error


def _unusable(status: int, code: int | None) -> str:
    if 300 <= status < 400:
        return f"The answer was a redirection, which is not followed (HTTP {status})."
    if status == 503:
        return "Sinch is down for the moment (HTTP 503)."
    if status >= 500:
        return f"Sinch, or something on the way to it, reported a fault of its own (HTTP {status})."
    if status >= 400:
        return f"The answer was a refusal that cannot be relied on (HTTP {status}, code {code or 'missing'})."
    return f"The answer was not the one that this call promises (HTTP {status})."


def _seconds_off(date: str) -> float | None:
    try:
        theirs = parsedate_to_datetime(date)
        return (datetime.now(UTC) - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
