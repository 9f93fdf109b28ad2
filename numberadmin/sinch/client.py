"""The ten calls, each a method. Every call ends with its promised value or with a `SinchError`."""

import platform
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import force_setattr

from numberadmin.sinch import reading, rented
from numberadmin.sinch.caller import AGENT, Call, Caller, Limits
from numberadmin.sinch.rented import RentedNumbers
from numberadmin.sinch.signing import InstanceAuth, SchemeAuth
from numberadmin.sinch.types import Identity, Instance, Listing, NumberGroup, Organisation, RentedNumber, Ticket

# The one key that the reference tells every client to log in with: it is public.
LOG_IN_KEY = "669762D5-2B10-44E0-8418-BC9EE4457555"


class Hosts(Struct, frozen=True):
    """The base URLs of the three hosts; ValueError with a sentence for one that cannot be used."""

    user: str
    api: str
    portal: str

    def __post_init__(self) -> None:
        for name in ("user", "api", "portal"):
            force_setattr(self, name, base_url(getattr(self, name)))


def base_url(url: str) -> str:
    """A base URL in its plain spelling. Raises ValueError with a sentence for one that cannot be used."""
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("A base URL of Sinch must begin with https:// (or http://).")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("A base URL of Sinch must name a host, without a user or password.")
    if parts.query or parts.fragment or parts.port == 0 or not url.isprintable() or " " in url:
        raise ValueError("A base URL of Sinch must be a plain address without a query.")
    return url.rstrip("/")


class Client:
    """The remote API. Safe to share between threads, and meant to live as long as the process.

    Times are in seconds, for a whole call with the retries of a read; sizes are in bytes after decompression.
    The list of rented numbers has limits of its own, `list_timeout` (60, or `timeout` if that is more) and
    `list_max_bytes`. Reads are sent up to three times, everything else exactly once.
    """

    def __init__(
        self,
        hosts: Hosts,
        *,
        timeout: float = 15.0,
        connect_timeout: float = 3.0,
        max_bytes: int = 10_000_000,
        list_timeout: float | None = None,
        list_max_bytes: int = 500_000_000,
    ) -> None:
        self._hosts = hosts
        self._caller = Caller(connect_timeout)
        self._limits = Limits(timeout, max_bytes)
        self._list_limits = Limits(max(60.0, timeout) if list_timeout is None else list_timeout, list_max_bytes)

    def log_in(self, identity: Identity, password: str) -> Ticket:
        """Trade a password for a ticket ("Log in"). BadCredentials when they do not fit together."""
        path = f"/v1/users/{identity.type}/{quote(identity.value, safe='@+', errors='replace')}/authentication"
        call = Call(
            name="log in",
            verb="POST",
            url=self._hosts.user + path,
            shown=f"/v1/users/{identity.type}/{{identity}}/authentication",
            body={"password": password},
            auth=SchemeAuth("Application", LOG_IN_KEY),
            promised=(200, 201),
            hidden=(password, identity.value),
        )
        return self._caller.perform(call, reading.ticket, self._limits)

    def create_instance(self, ticket: Ticket) -> Instance:
        """Trade a ticket for an instance, which signs all that follows ("Create an instance")."""
        version = {"os": platform.system() or "unknown", "platform": AGENT}
        call = Call(
            name="create instance",
            verb="POST",
            url=f"{self._hosts.api}/v1/instance",
            shown="/v1/instance",
            body={"authorization": ticket.authorization, "version": version},
            auth=SchemeAuth("User", ticket.authorization),
            promised=(200, 201),
            hidden=(ticket.authorization,),
        )
        return self._caller.perform(call, reading.instance, self._limits)

    def organisations(self, instance: Instance) -> tuple[Organisation, ...]:
        """The organisations that the person may act for ("Get organisation")."""
        call = _signed(instance, "organisations", "GET", self._hosts.api, "/v1/organisations")
        return self._caller.perform(call, reading.organisations, self._limits)

    def groups(self, instance: Instance, organisation_id: str) -> Listing[NumberGroup]:
        """What can be rented now ("Get numbers available to rent")."""
        call = self._portal(instance, "number groups", "GET", _shop(organisation_id))
        return self._caller.perform(call, reading.groups, self._limits)

    def reserve(
        self,
        instance: Instance,
        organisation_id: str,
        group_id: int,
        quantity: int,
        capabilities: Sequence[str] = (),
    ) -> str:
        """Hold numbers of a group and return the reference id ("Reserve number(s)"). Each call that succeeds
        holds more; name `capabilities` only where the group listed them."""
        body: dict[str, Any] = {"groupId": group_id, "quantity": quantity}
        if capabilities:
            body["capabilities"] = list(capabilities)
        call = self._portal(instance, "reserve", "PUT", _shop(organisation_id), body, (200, 201))
        return self._caller.perform(call, reading.reference, self._limits)

    def check_out(self, instance: Instance, organisation_id: str, references: Sequence[str]) -> None:
        """Rent all that the references hold, or nothing; this spends money ("Checkout reserved numbers")."""
        body = {"referenceIds": list(references)}
        call = self._portal(instance, "check out", "POST", _shop(organisation_id), body, (204,))
        self._caller.perform(call, reading.nothing, self._limits)

    def numbers(
        self, instance: Instance, organisation_id: str, progress: Callable[[int], None] | None = None
    ) -> RentedNumbers:
        """Every number of the organisation ("List all rented numbers"). The list may be long: it is taken in as it
        comes, and `progress` is told how many rows there were so far."""
        path = f"/v1/organisations/id/{_piece(organisation_id)}/numbers"
        call = self._portal(instance, "rented numbers", "GET", path)
        return self._caller.stream(call, lambda: rented.Taker(progress), self._list_limits)

    def application_numbers(self, instance: Instance, application_key: str) -> Listing[RentedNumber]:
        """The numbers of one application; NotFound where there is no such application
        ("Get numbers assigned to an application")."""
        call = self._portal(instance, "application's numbers", "GET", _application(application_key))
        return self._caller.perform(call, reading.numbers, self._limits)

    def set_application_numbers(
        self, instance: Instance, application_key: str, capability: str, numbers: Sequence[int]
    ) -> Listing[RentedNumber]:
        """Replace the numbers that an application has for one capability: those not named are removed from it
        ("Add numbers to an application (Overwrite)"). The answer is a hint, and a success even where some rows
        are damaged: what the application holds is told by `application_numbers`."""
        path = f"{_application(application_key)}/{_piece(capability)}"
        call = self._portal(instance, "set application's numbers", "PUT", path, {"numbers": list(numbers)})
        return self._caller.perform(call, reading.numbers, self._limits)

    def remove_number(self, instance: Instance, application_key: str, number: int) -> None:
        """Take one number out of an application; it stays rented ("Remove a number from an application")."""
        path = f"{_application(application_key)}/{number:d}"
        call = self._portal(instance, "remove number", "DELETE", path, None, (204,))
        self._caller.perform(call, reading.nothing, self._limits)

    def _portal(
        self,
        instance: Instance,
        name: str,
        verb: str,
        path: str,
        body: dict[str, Any] | None = None,
        promised: tuple[int, ...] = (200,),
    ) -> Call:
        return _signed(instance, name, verb, self._hosts.portal, path, body, promised)


def _signed(
    instance: Instance,
    name: str,
    verb: str,
    host: str,
    path: str,
    body: dict[str, Any] | None = None,
    promised: tuple[int, ...] = (200,),
) -> Call:
    return Call(
        name=name,
        verb=verb,
        url=host + path,
        shown=path,
        body=body,
        auth=InstanceAuth(instance.id, instance.secret),
        promised=promised,
        hidden=(instance.secret,),
    )


def _shop(organisation_id: str) -> str:
    return f"/v1/organisations/id/{_piece(organisation_id)}/numbers/shop"


def _application(key: str) -> str:
    return f"/v1/applications/key/{_piece(key)}/numbers"


def _piece(text: str) -> str:
    return quote(text, safe="", errors="replace")
