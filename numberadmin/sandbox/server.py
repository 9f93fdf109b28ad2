"""The three hosts of the remote API: what each answers to which request."""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from numberadmin.sandbox import access, numbers, shop
from numberadmin.sandbox.faults import Faults, Reply, serve
from numberadmin.sandbox.listener import Handler, Listener
from numberadmin.sandbox.state import ApiError, Entry, State, encode

KEY, ORGANISATION = r"/v1/applications/key/([^/]+)/numbers", r"/v1/organisations/id/([^/]+)/numbers"


class Call:
    """A request that has been read: who asks for what."""

    def __init__(self, state: State, verb: str, target: str, headers: Any, body: bytes) -> None:
        self.state, self.verb, self.headers, self.body = state, verb, headers, body
        self.target = target
        self.path, _, query = target.partition("?")
        self.query = parse_qs(query, keep_blank_values=True)
        self.stale = False

    def account(self) -> str:
        """Who signed it."""
        return access.signed_by(self.state, self.headers, self.verb, self.target, self.body)

    def content(self) -> dict[str, Any]:
        """Its JSON object."""
        if self.headers.get_content_type() != "application/json":
            raise ApiError(41500, "The content type must be application/json.")
        return access.parse(self.body)


Rule = Callable[..., Any]


def _log_in(call: Call, kind: str, identity: str) -> Any:
    return access.log_in(call.state, call.headers, kind, identity, call.body)


def _instance(call: Call) -> Any:
    return access.create_instance(call.state, call.headers, call.body)


def _organisations(call: Call) -> Any:
    return access.organisations(call.state, call.account())


def _groups(call: Call, organisation: str) -> Any:
    access.owned(call.state, call.account(), organisation)
    return shop.groups(call.state, call.query.get("type", [None])[0])


def _reserve(call: Call, organisation: str) -> Any:
    owner = access.owned(call.state, call.account(), organisation)
    return shop.reserve(call.state, owner, call.content())


def _check_out(call: Call, organisation: str) -> Any:
    owner = access.owned(call.state, call.account(), organisation)
    return shop.check_out(call.state, owner, call.content())


def _rented(call: Call, organisation: str) -> Any:
    owner = access.owned(call.state, call.account(), organisation)
    return numbers.rented(call.state, owner, call.stale)


def _of_application(call: Call, key: str) -> Any:
    return numbers.of_application(call.state, numbers.owned(call.state, call.account(), key), call.stale)


def _replace(call: Call, key: str, capability: str) -> Any:
    return numbers.replace(call.state, call.account(), key, capability, call.content())


def _remove(call: Call, key: str, number: str) -> Any:
    return numbers.remove(call.state, call.account(), key, number)


ROUTES: dict[str, list[tuple[str, dict[str, Rule]]]] = {
    "user": [(r"/v1/users/([^/]+)/([^/]+)/authentication", {"POST": _log_in})],
    "api": [(r"/v1/instance", {"POST": _instance}), (r"/v1/organisations", {"GET": _organisations})],
    "portal": [
        (ORGANISATION + "/shop", {"GET": _groups, "PUT": _reserve, "POST": _check_out}),
        (ORGANISATION, {"GET": _rented}),
        (KEY, {"GET": _of_application}),
        (KEY + "/([^/]+)", {"PUT": _replace, "DELETE": _remove}),
    ],
}


def answer(listener: str, call: Call) -> Reply:
    """Do what was asked, all of it or nothing, and say so as the remote does."""
    try:
        with call.state.lock:
            result = _route(listener, call)
        if result is None:
            return Reply(204)
        return Reply(200, encode(result).encode(), {"Content-Type": "application/json; charset=utf-8"})
    except ApiError as error:
        content = encode({"errorCode": error.code, "message": error.message}).encode(errors="replace")
        return Reply(error.code // 100, content, {"Content-Type": "application/json; charset=utf-8"}, error.code)


def _route(listener: str, call: Call) -> Any:
    for pattern, rules in ROUTES[listener]:
        if found := re.fullmatch(pattern, call.path):
            if call.verb not in rules:
                raise ApiError(40500, f"The method {call.verb} is not allowed here.")
            return rules[call.verb](call, *map(unquote, found.groups()))
    raise ApiError(40400, "There is no such resource.")


class Exchange:
    """A call and the way back to its client, written down in the log as it goes."""

    def __init__(self, call: Call, entry: Entry, handler: Handler) -> None:
        self._call, self._entry, self._handler = call, entry, handler
        self.put, self.close, self.pause = handler.put, handler.close, handler.pause

    @property
    def gone(self) -> bool:
        return self._handler.gone

    def apply(self, stale: bool) -> Reply:
        """Do what was asked."""
        self._call.stale = stale or self._call.state.stale_reads
        reply = answer(self._entry.listener, self._call)
        self._entry.applied = reply.code is None
        return reply

    def pack(self, reply: Reply) -> tuple[bytes, bytes]:
        """Head and body; the log knows the answer before the client does."""
        self._entry.status, self._entry.code = reply.status, reply.code
        self._entry.ended = time.time()
        return self._handler.pack(reply, self._call.state.now())


def listener(name: str, host: str, port: int, state: State, faults: Faults) -> Listener:
    """A listener for one of the three hosts."""

    def take(handler: Handler, body: bytes) -> None:
        call = Call(state, handler.command, handler.path, handler.headers, body)
        fault = faults.take(name, call.verb, call.path)
        entry = state.begin(
            name, call.verb, call.path, _instance_of(call), _logged(call), fault.kind if fault else None
        )
        exchange = Exchange(call, entry, handler)
        serve(fault, exchange, exchange.apply)
        entry.ended = entry.ended or time.time()

    return Listener(host, port, take)


def _instance_of(call: Call) -> str | None:
    scheme, _, rest = call.headers.get("Authorization", "").partition(" ")
    return rest.strip().partition(":")[0] if scheme.lower() == "instance" else None


def _logged(call: Call) -> Any:
    """The body for the log, without what is secret in it."""
    try:
        content = json.loads(call.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return content
    return {name: value for name, value in content.items() if name not in ("password", "authorization")}
