"""What the calls take and give. Nothing here holds a float, a dict or a text that was not cleaned."""

import re
from datetime import datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from numberadmin.money import Money

T = TypeVar("T")
# The capabilities by which numbers are assigned ("Accepted values for numberCapability are sms or voice"). A number may
# have others, now or later, by which it cannot be.
ASSIGNABLE = frozenset({"sms", "voice"})


class NumberGroup(Struct, frozen=True, kw_only=True):
    """A kind of number that can be rented. `type` as sent ("Voice"); `cost` None where the price is unclear;
    `capabilities` lower case in the remote's order, empty where it listed none."""

    group_id: int
    country: str
    country_id: str
    city: str
    type: str
    availability: int
    area_code: str
    cost: Money | None
    capabilities: tuple[str, ...]


class RentedNumber(Struct, frozen=True, kw_only=True):
    """A number of the account. `application_key` is "" when unassigned; `capabilities` sorted, lower case,
    without repeats; `expires` aware, in UTC."""

    number: int
    group_id: int | None
    capabilities: tuple[str, ...]
    application_key: str
    country_id: str
    city: str
    country: str
    area_code: str
    expires: datetime | None
    cost: Money | None


class Organisation(Struct, frozen=True, kw_only=True):
    """An organisation that the person may act for; all but `id` may be ""."""

    id: str
    name: str = ""
    website: str = ""
    country_id: str = ""
    phone: str = ""
    vat_number: str = ""


class User(Struct, frozen=True, kw_only=True):
    """Who logged in; `name` and `email` may be ""."""

    id: str
    name: str
    email: str


class Ticket(Struct, frozen=True, kw_only=True):
    """Proof of a log in, good for creating an instance."""

    authorization: str
    user: User

    def __repr__(self) -> str:
        return f"Ticket(user={self.user!r})"


class Instance(Struct, frozen=True, kw_only=True):
    """What signs requests. `secret` is the base64 text as sent; `expires_at` aware, in UTC."""

    id: str
    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Instance(id={self.id!r}, expires_at={self.expires_at!r})"


class Listing(Struct, Generic[T], frozen=True, kw_only=True):
    """The rows of a list that could be read, and a sentence for each one that could not. `unread` are the ids or
    numbers of these, as far as they could be read."""

    rows: tuple[T, ...]
    damaged: tuple[str, ...] = ()
    unread: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every row was read."""
        return not self.damaged


_REFUSED = re.compile(r"[/\\%?#]")
_PUNCTUATION = re.compile(r"[\s().\-]")


class Identity(Struct, frozen=True, kw_only=True):
    """Whom to log in as ("Log in" in the reference)."""

    type: Literal["email", "number", "username"]
    value: str

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Tell e-mail, number and user name apart; ValueError with a sentence for what is none of them."""
        text = text.strip()
        if not text:
            raise ValueError("Enter an e-mail address, a phone number or a user name.")
        if len(text) > 254:
            raise ValueError("This is longer than the 254 characters that an e-mail address can have.")
        if text in (".", "..") or _REFUSED.search(text) or not text.isprintable():
            raise ValueError("This holds a character that no e-mail address, number or user name has here.")
        if "@" in text:
            return cls(type="email", value=_email(text))
        digits = _PUNCTUATION.sub("", text).removeprefix("+")
        if digits.isascii() and digits.isdigit():
            return cls(type="number", value=_number(digits))
        return cls(type="username", value=text)


def _email(text: str) -> str:
    before, _, after = text.rpartition("@")
    if not before or not after or "@" in before or " " in text:
        raise ValueError("This is not a whole e-mail address.")
    return text


def _number(digits: str) -> str:
    digits = digits.removeprefix("00")
    if not 1 <= len(digits) <= 15:
        raise ValueError("A phone number has at most 15 digits, with the country code first.")
    return f"+{digits}"
