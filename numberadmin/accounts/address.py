"""Where a request comes from. Only the proxies of TRUSTED_PROXIES are believed when they name somebody else."""

import ipaddress
import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNIX = "unix"
# An address that stands with a port: an IPv6 address is in brackets then.
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5}", re.ASCII)


def of(request: HttpRequest) -> str:
    """The address of whoever asks, in its plain spelling: the last one in X-Forwarded-For that no trusted proxy has.

    A proxy that names something else than an address is taken for who asks.
    """
    address = _plain(request.META.get("REMOTE_ADDR", ""))
    if not _trusted(address):
        return address
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        named = _plain(hop)
        if not named:
            break
        address = named
        if not _trusted(address):
            break
    return address


def network(address: str) -> str:
    """What limits count as one place: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = read(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64 if found.version == 6 else 32), strict=False))


def read(text: str) -> Address:
    """An address as servers and proxies write it: with a port, with a zone, or an IPv4 address in IPv6's spelling,
    none of which tells who it is. Raises ValueError."""
    text = text.strip()
    if parts := _WITH_PORT.fullmatch(text):
        text = parts[1] or parts[2] or ""
    found = ipaddress.ip_address(text.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _plain(text: str) -> str:
    """Empty for what is no address, such as the peer of a Unix socket."""
    try:
        return str(read(text))
    except ValueError:
        return ""


def _trusted(address: str) -> bool:
    """A request over a Unix socket has no address: it is the proxy's, named `unix`."""
    if not address:
        return UNIX in settings.TRUSTED_PROXIES
    found = ipaddress.ip_address(address)
    return any(found in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@cache
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts if text != UNIX)
