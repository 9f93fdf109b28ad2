"""People who use the remote API: a small client that signs by itself, apart from the project's own."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from numberadmin.sandbox import Sandbox

JSON = "application/json"
LOG_IN = {"Authorization": "Application 669762D5-2B10-44E0-8418-BC9EE4457555"}
VERSION = {"os": "Debian", "platform": "tests"}


def timestamp(seconds: float = 0) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what must come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def send(verb: str, url: str, headers: dict[str, str], data: bytes, seconds: float = 20) -> requests.Response:
    """One request on a connection of its own, whatever proxies the machine has."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(verb, url, data=data, headers=headers, timeout=seconds, allow_redirects=False)


def post(url: str, headers: dict[str, str], body: Any) -> requests.Response:
    return send("POST", url, {"X-Timestamp": timestamp(), "Content-Type": JSON, **headers}, json.dumps(body).encode())


def log_in(sandbox: Sandbox, identity: str, password: str, kind: str = "email") -> requests.Response:
    url = f"{sandbox.urls['user']}/v1/users/{kind}/{identity}/authentication"
    return post(url, LOG_IN, {"password": password})


class Person:
    """Someone with an instance; what they ask for is signed."""

    def __init__(self, sandbox: Sandbox, identity: str, password: str) -> None:
        self.urls = sandbox.urls
        self.ticket = log_in(sandbox, identity, password).json()["authorization"]
        body = {"authorization": self.ticket, "version": VERSION}
        answer = post(f"{self.urls['api']}/v1/instance", {"Authorization": f"User {self.ticket}"}, body).json()
        self.instance, self.secret = answer["id"], answer["secret"]

    def headers(
        self, verb: str, url: str, body: bytes, content_type: str = JSON, skew: float = 0, signs_query: bool = False
    ) -> dict[str, str]:
        sent = timestamp(skew)
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if signs_query else parts.path
        digest = base64.b64encode(hashlib.md5(body).digest()).decode() if body else ""
        text = f"{verb}\n{digest}\n{content_type}\nx-timestamp:{sent}\n{path}"
        signature = hmac.new(base64.b64decode(self.secret), text.encode(), hashlib.sha256).digest()
        sender = f"Instance {self.instance}:{base64.b64encode(signature).decode()}"
        return {"Authorization": sender, "X-Timestamp": sent, "Content-Type": content_type}

    def ask(self, verb: str, path: str, body: Any = None, *, host: str = "portal", **options: Any) -> requests.Response:
        url = self.urls[host] + path
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        changed = options.pop("headers", {})
        return send(verb, url, self.headers(verb, url, data, **options) | changed, data)

    def reserve(self, organisation: str, group: int, quantity: int = 1, **more: Any) -> requests.Response:
        body = {"groupId": group, "quantity": quantity, **more}
        return self.ask("PUT", f"/v1/organisations/id/{organisation}/numbers/shop", body)

    def check_out(self, organisation: str, *references: str) -> requests.Response:
        body = {"referenceIds": list(references)}
        return self.ask("POST", f"/v1/organisations/id/{organisation}/numbers/shop", body)

    def numbers(self, organisation: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", f"/v1/organisations/id/{organisation}/numbers")
        assert answer.status_code == 200
        return list(answer.json())

    def assign(self, key: str, numbers: Any, capability: str = "voice") -> requests.Response:
        return self.ask("PUT", f"/v1/applications/key/{key}/numbers/{capability}", {"numbers": numbers})

    def unassign(self, key: str, number: int | str) -> requests.Response:
        return self.ask("DELETE", f"/v1/applications/key/{key}/numbers/{number}")

    def application(self, key: str) -> requests.Response:
        return self.ask("GET", f"/v1/applications/key/{key}/numbers")


def refused(answer: requests.Response) -> int:
    """The error code of a refusal, whose status must fit it."""
    content = answer.json()
    assert set(content) == {"errorCode", "message"}
    assert content["message"]
    assert answer.status_code == content["errorCode"] // 100
    return int(content["errorCode"])
