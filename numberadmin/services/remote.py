"""The one client of the remote API in a process, and what its errors mean to a person.

What a person is told has three parts: what happened (`explain`), what it means for the change, which the caller knows,
and what to do next (`advice`). `told` puts them together.
"""

from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils import timezone

from numberadmin import sinch
from numberadmin.services import lock

# Below so many seconds a clock is not off: the answer's date has whole seconds and took its time.
CLOCK_SECONDS = 5.0


@cache
def client() -> sinch.Client:
    hosts = sinch.Hosts(user=settings.SINCH_USER_URL, api=settings.SINCH_API_URL, portal=settings.SINCH_PORTAL_URL)
    return sinch.Client(hosts, timeout=settings.SINCH_TIMEOUT, list_timeout=settings.SINCH_LIST_TIMEOUT)


def writing() -> sinch.Client:
    """The client for a call that changes something. Raises NotSent where the account's lock was lost meanwhile."""
    try:
        lock.ensure_held()
    except lock.Lost:
        message = "The connection to numberadmin's database broke, and with it the right to write. Nothing was sent."
        raise sinch.NotSent("write", message, may_pass=True) from None
    return client()


def is_general(code: int | None) -> bool:
    """Whether an error says nothing about what was asked, so that other requests would fail as this one: nothing was
    sent, the session has ended, there are too many requests, something on the way refuses, or Sinch is down."""
    return code is None or code // 100 in (401, 429) or code >= 50_000


def may_be_about_one(code: int | None) -> bool:
    """Whether a refusal of many numbers may be the fault of some: the others would be taken without them."""
    return code is not None and code // 100 == 400


def told(error: sinch.SinchError, effect: str = "") -> str:
    """What happened, what that means for the change, and what to do next."""
    return " ".join(part for part in (explain(error), effect, advice(error)) if part)


def explain(error: sinch.SinchError) -> str:
    """What happened, in whole sentences, with the reference that Sinch's support wants to hear."""
    wait = f"Sinch asks to wait until {_at(error.again_at)}." if error.again_at else ""
    reference = f"Sinch's reference for this: {error.reference}" if error.reference else ""
    return " ".join(sentence(part) for part in (_said(error), wait, reference) if part)


def advice(error: sinch.SinchError) -> str:
    """What the person can do next."""
    if error.again_at:
        return "Try again after that."
    match error:
        case sinch.BadCredentials():
            return "Sign in again and repeat it."
        case sinch.ClockOff(seconds_off=float(seconds)) if abs(seconds) >= CLOCK_SECONDS:
            return "Whoever runs this server should set its clock."
        case sinch.NotOwner():
            return "Connect the account to Sinch with the sign-in of its owner."
        case sinch.NotEnoughCredit():
            return "Add credit at Sinch, then try again."
        case sinch.NoAccounting():
            return "Ask Sinch to set it up."
        case sinch.Gone():
            return "Whoever runs this server should look at this address."
        case sinch.NoSuchHost():
            return "Try again in a minute. If it stays so, whoever runs this server should look at this address."
        case sinch.TooManyRequests() | sinch.Unanswered() | sinch.Resting() | sinch.NotSent(may_pass=True):
            return "Try again in a minute."
        case sinch.WrongScheme():
            return "If it stays so, tell whoever runs this server."
        case sinch.Refused(code=int()):
            return "If it stays so, ask Sinch's support."
        case _:
            return "If it stays so, tell whoever runs this server."


def sentence(text: str) -> str:
    """The text with a full stop, if it has no end of its own: Sinch's texts have one or not."""
    text = text.rstrip(" ,;:-")
    if not text:
        return ""
    return text if text.rstrip("\"'”’)]»").endswith((".", "!", "?", "…", "。", "！", "？")) else f"{text}."


def _said(error: sinch.SinchError) -> str:
    match error:
        case sinch.ClockOff(seconds_off=float(seconds)) if abs(seconds) >= CLOCK_SECONDS:
            return f"Sinch refused the request because this server's clock is off by about {abs(seconds):.0f} s."
        case sinch.ClockOff():
            return "Sinch did not accept the time of the request, though this server's clock is not seen to be off."
        case sinch.BadCredentials():
            return "Sinch no longer accepts this session."
        case sinch.NotOwner():
            return "Sinch says that the person who signed in is not the owner of this organisation."
        case sinch.NotEnoughCredit():
            return "The Sinch account has too little credit for this."
        case sinch.NoAccounting():
            return "Accounting is not set up for this organisation at Sinch, so it cannot rent numbers."
        case sinch.NotSent(call="write"):
            return error.message
        case sinch.NotSent():
            return f"Sinch could not be reached. {error.message}"
        case sinch.Unanswered():
            return error.message
        case _:
            return _refusal(error)


def _refusal(error: sinch.SinchError) -> str:
    if error.code and error.remote_message and not isinstance(error, sinch.TooManyRequests):
        return f"Sinch refused: {error.remote_message}"
    return f"{error.message.rstrip('.')}: {error.remote_message}" if error.remote_message else error.message


def _at(moment: datetime) -> str:
    is_near = moment - timezone.now() < timedelta(hours=12)
    return f"{timezone.localtime(moment):{'%H:%M:%S %Z' if is_near else '%d %b %Y %H:%M %Z'}}"
