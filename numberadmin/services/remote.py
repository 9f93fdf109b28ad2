"""The one client of the remote API in a process, and what its errors mean to a person."""

from functools import cache

from django.conf import settings

from numberadmin import sinch
from numberadmin.services import lock

# The error codes that mean: this session's instance is no longer accepted.
SESSION_CODES = (40100, 40102)


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
        raise sinch.NotSent("write", message) from None
    return client()


def explain(error: sinch.SinchError) -> str:
    """What happened, in a sentence. What it means for the person's change is for the caller to add."""
    match error:
        case sinch.ClockOff(seconds_off=float(seconds)):
            return f"Sinch refused the request because this server's clock is off by about {abs(seconds):.0f} s."
        case sinch.ClockOff():
            return "Sinch refused the request because this server's clock is off."
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
            return f"Sinch gave no usable answer. {error.message}"
        case _:
            return f"Sinch refused: {error.remote_message or error.message}"
