"""Where a request comes from. Only the proxies of TRUSTED_PROXIES are believed when they name somebody else."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def of(request: HttpRequest) -> str:
    """The address of whoever asks: the last one in X-Forwarded-For that no trusted proxy has."""
    address: str = request.META.get("REMOTE_ADDR", "")
    if not _trusted(address):
        return address
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_address(hop.strip()):
            break
        address = hop.strip()
        if not _trusted(address):
            break
    return address


def network(address: str) -> str:
    """What limits count as one place: an IPv4 address, or the /64 of an IPv6 address."""
    if not _is_address(address):
        return address
    bits = 64 if ipaddress.ip_address(address).version == 6 else 32
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _trusted(address: str) -> bool:
    """A request over a Unix socket has no address: it is the proxy's, named `unix`."""
    if not _is_address(address):
        return "unix" in settings.TRUSTED_PROXIES
    networks = (ipaddress.ip_network(text) for text in settings.TRUSTED_PROXIES if text != "unix")
    return any(ipaddress.ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
