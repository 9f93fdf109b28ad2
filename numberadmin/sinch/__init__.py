"""The client of the remote API. It knows nothing of Django, and no dict or float leaves it."""

from numberadmin.sinch.client import Client, Hosts, base_url
from numberadmin.sinch.errors import (
    BadCredentials,
    ClockOff,
    InvalidRequest,
    NoAccounting,
    NotEnoughCredit,
    NotFound,
    NotOwner,
    NotSent,
    Refused,
    Resting,
    SinchError,
    Unanswered,
    WrongScheme,
)
from numberadmin.sinch.rented import NO_MARK, RentedNumbers
from numberadmin.sinch.signing import InstanceAuth, sign
from numberadmin.sinch.types import (
    Identity,
    Instance,
    Listing,
    NumberGroup,
    Organisation,
    RentedNumber,
    Ticket,
    User,
)

__all__ = [
    "NO_MARK",
    "BadCredentials",
    "Client",
    "ClockOff",
    "Hosts",
    "Identity",
    "Instance",
    "InstanceAuth",
    "InvalidRequest",
    "Listing",
    "NoAccounting",
    "NotEnoughCredit",
    "NotFound",
    "NotOwner",
    "NotSent",
    "NumberGroup",
    "Organisation",
    "Refused",
    "RentedNumber",
    "RentedNumbers",
    "Resting",
    "SinchError",
    "Ticket",
    "Unanswered",
    "User",
    "WrongScheme",
    "base_url",
    "sign",
]
