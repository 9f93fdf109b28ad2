"""How a request is signed ("Authorization" on the provider's page "Using REST"), by code of the sandbox's own.

The client signs by another piece of code: with one for both, a mistake in it would be right on both sides.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import md5, sha256
from hmac import HMAC, compare_digest


def is_signed(
    signature: str, secret: str, resources: Iterable[str], verb: str, body: bytes, content_type: str, timestamp: str
) -> bool:
    """Whether the signature is that of one of the resources."""
    given = signature.encode(errors="replace")
    made = (signature_of(secret, verb, body, content_type, timestamp, resource) for resource in resources)
    return any(compare_digest(one.encode(), given) for one in made)


def signature_of(secret: str, verb: str, body: bytes, content_type: str, timestamp: str, resource: str) -> str:
    """Five lines, without an end to the last: the verb, the MD5 of the body (an empty line without one), the content
    type, the timestamp, and the resource."""
    digest = b64encode(md5(body, usedforsecurity=False).digest()).decode() if body else ""
    lines = [verb, digest, content_type, "x-timestamp:" + timestamp, resource]
    key = b64decode(secret)
    return b64encode(HMAC(key, "\n".join(lines).encode(), sha256).digest()).decode()
