"""How settings are read from the environment: each as what it is, and within its range.

An empty variable is the same as one that is not set. What cannot be read is collected, so that whoever starts the
server is told all of it at once, a sentence each.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from numberadmin.accounts.address import UNIX, read

Value = TypeVar("Value")
ON = ("on", "true", "yes", "y", "ok", "1")
OFF = ("off", "false", "no", "n", "0")
DATABASES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
# A host as ALLOWED_HOSTS has it: `*`, a name, a name with all below it (`.example.com`), or an IPv6 address.
_HOST = re.compile(r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


class Unreadable(ImproperlyConfigured):
    """Settings that cannot be read, a line each: for whoever starts the server."""


class Environment:
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._wrong: list[str] = []

    def read(self, name: str, default: Value, parse: Callable[[str], Value]) -> Value:
        """What `parse` makes of the setting, or the default if it is not set.

        Where `parse` raises ValueError, its sentence is kept for `check`. A sentence holds nothing secret.
        """
        text = self._values.get(name, "")
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.refuse(name, str(error))
            return default

    def refuse(self, name: str, sentence: str) -> None:
        self._wrong.append(f"{name}: {sentence}")

    def check(self) -> None:
        """Raises Unreadable with all that could not be read."""
        if self._wrong:
            raise Unreadable("\n".join(["numberadmin does not start: settings cannot be read.", *self._wrong]))


def text(text: str) -> str:
    if not text.strip():
        raise ValueError("It is blank.")
    return text.strip()


def words(text: str) -> list[str]:
    """A list by commas, of at least one."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise ValueError("It names nothing.")
    return found


def switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in ON + OFF:
        raise ValueError(f"{text!r} is neither on nor off.")
    return word in ON


def number(least: float, most: float) -> Callable[[str], float]:
    """A number, mostly of seconds, from `least` to `most`."""

    def parse(text: str) -> float:
        if not _NUMBER.fullmatch(text.strip()) or not least <= float(text) <= most:
            raise ValueError(f"{text!r} is no number from {least:g} to {most:.0f}.")
        return float(text)

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is no whole number from {least} to {most}.")
        return int(text)

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        for choice in choices:
            if text.strip().lower() == choice.lower():
                return choice
        raise ValueError(f"{text!r} is none of {', '.join(choices)}.")

    return parse


def key(least: int) -> Callable[[str], str]:
    """A secret of at least so many characters, taken as it is."""

    def parse(text: str) -> str:
        if len(text) < least:
            raise ValueError(
                f"It has {len(text)} characters and needs {least} or more, as `openssl rand -base64 48` prints them."
            )
        return text

    return parse


def keys(least: int) -> Callable[[str], list[str]]:
    """Secrets by commas. The first one seals; the others only open what they sealed, so these may be short."""

    def parse(text: str) -> list[str]:
        found = [word for word in text.split(",") if word]
        return [key(least)(found[0] if found else ""), *found[1:]]

    return parse


def hosts(text: str) -> list[str]:
    found = [word.lower() for word in words(text)]
    for word in found:
        if not _HOST.fullmatch(word):
            raise ValueError(
                f"{word!r} is no host name: write names alone, without scheme, port or path, as in "
                "numbers.example.com, or .example.com with all below it."
            )
    return found


def origins(text: str) -> list[str]:
    found = [word.lower().rstrip("/") for word in words(text)]
    for word in found:
        parts = urlsplit(word)
        if parts.scheme not in ("http", "https") or word != f"{parts.scheme}://{parts.netloc}" or "@" in word:
            raise ValueError(f"{word!r} is no origin: write scheme and host, as in https://numbers.example.com.")
    return found


def ids(text: str) -> list[str]:
    """Ids of organisations at Sinch. None of them may be empty: an empty list would let everybody in."""
    found = [word.strip() for word in text.split(",")]
    for word in found:
        if not _ID.fullmatch(word):
            raise ValueError(f"“{word}” is no such id: write the ids of organisations, as in 8888123,7777456.")
    return found


def networks(text: str) -> list[str]:
    """Addresses and networks, and `unix`."""
    return [_network(word) for word in words(text)]


def _network(word: str) -> str:
    if word == UNIX:
        return word
    try:
        return str(read(word)) if "/" not in word else str(ipaddress.ip_network(word))
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise ValueError(
            f"{word!r} is no address: write addresses or networks, as in 10.0.0.5 or 10.0.0.0/8, or {UNIX}."
        ) from None
    raise ValueError(f"{word!r} is no network: write {meant} for the network, or the address alone.")


def database(text: str) -> dict[str, Any]:
    text = text.strip()
    if urlsplit(text).scheme not in DATABASES:
        raise ValueError("It begins with sqlite:// or postgres://, as in sqlite:////data/numberadmin.sqlite3.")
    try:
        found: dict[str, Any] = environ.Env.db_url_config(text)
    except (ValueError, KeyError, ImproperlyConfigured):
        raise ValueError("It is no address of a database, as in postgres://user:password@host:5432/name.") from None
    if found["NAME"] in ("", ":memory:"):
        raise ValueError("It names no database: all processes share one, so it cannot be in memory.")
    return found


def mail(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = environ.Env.email_url_config(text.strip())
        named = found["EMAIL_HOST"] or not found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    except (ValueError, KeyError, ImproperlyConfigured):
        named = False
    if not named:
        raise ValueError("It is no address of a mail server, as in smtp+tls://user:password@host:587.")
    return found


def sender(text: str) -> str:
    _, address = parseaddr(text)
    if not text.isprintable() or not all(address.partition("@")):
        raise ValueError(f"{text!r} is no e-mail address, as in numbers@example.com.")
    return text.strip()


def zone(text: str) -> str:
    try:
        return ZoneInfo(text.strip()).key
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is no time zone, as in Europe/Berlin.") from None
