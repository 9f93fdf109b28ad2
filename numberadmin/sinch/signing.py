"""How a request says who sends it ("Authorization" in the reference)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase


def sign(secret_b64: str, verb: str, body: bytes, content_type: str, timestamp: str, resource: str) -> str:
    """The base64 signature of a request. `resource` is the path as on the wire, without host and query."""
    # MD5 is the protocol's choice: the digest travels inside the HMAC and protects nothing by itself.
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() if body else ""
    text = "\n".join((verb, digest, content_type, f"x-timestamp:{timestamp}", resource))
    return base64.b64encode(hmac.digest(base64.b64decode(secret_b64), text.encode(), "sha256")).decode()


def now() -> str:
    """The time as the remote wants it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class InstanceAuth(AuthBase):
    """Signs a prepared request: the body, the content type and the path exactly as they will be sent."""

    def __init__(self, instance_id: str, secret: str) -> None:
        self._id = instance_id
        self._secret = secret

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        timestamp = now()
        body = request.body or b""
        signature = sign(
            self._secret,
            str(request.method),
            body.encode() if isinstance(body, str) else body,
            str(request.headers["Content-Type"]),
            timestamp,
            urlsplit(str(request.url)).path,
        )
        request.headers["X-Timestamp"] = timestamp
        request.headers["Authorization"] = f"Instance {self._id}:{signature}"
        return request


class SchemeAuth(AuthBase):
    """Names the sender without a signature: `Application {key}` at log in, `User {ticket}` after it."""

    def __init__(self, scheme: str, value: str) -> None:
        self._header = f"{scheme} {value}"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["X-Timestamp"] = now()
        request.headers["Authorization"] = self._header
        return request
