"""What can be made to go wrong on the way between a request and its answer."""

import gzip
import json
import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

KINDS = ("delay", "lag", "lose", "drop", "truncate", "drip", "html", "status", "refuse", "body", "gzip", "stale")
MATCHES = ("verb", "path", "listener", "nth")


@dataclass(frozen=True)
class Reply:
    """An answer before it is put on the wire; a 204 has no body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    code: int | None = None


class Wire(Protocol):
    """The way back to the client. Nothing raises where the client has gone."""

    @property
    def gone(self) -> bool: ...
    def put(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def pause(self, seconds: float) -> None: ...
    def pack(self, reply: Reply) -> tuple[bytes, bytes]: ...


@dataclass
class Fault:
    """One thing that goes wrong, `times` times, from the `nth` matching request on.

    `delay` waits and applies; `lag` applies and waits (`seconds`). `lose` applies and `drop` does not, and neither
    answers. `truncate` applies and stops after `keep` bytes (half of it), `drip` applies and sends a byte every
    `seconds`. `html` and `status` (`status`, `code`, `message`, `headers`) apply nothing. `body` applies, `refuse`
    does not, and both answer `body` instead (a text as it stands, in `encoding`, or any JSON value; `status`,
    `content_type`, `headers`), `gzip` as many zero `megabytes`. `stale` answers a list as it was before the last write.
    """

    kind: str
    match: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    seconds: float = 1.0
    status: int | None = None
    code: int | None = None
    message: str = "Told to fail."
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = ""
    encoding: str = "utf-8"
    content_type: str = "application/json"
    megabytes: int = 1
    keep: int | None = None
    seen: int = field(default=0, init=False)
    taken: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault of the kind {self.kind!r}: it is one of {', '.join(KINDS)}.")
        if unknown := set(self.match) - set(MATCHES):
            raise ValueError(f"A fault cannot match {', '.join(sorted(unknown))}: only {', '.join(MATCHES)}.")
        re.compile(self.match.get("path", ""))

    def meets(self, listener: str, verb: str, path: str) -> bool:
        """Whether the fault is about such a request."""
        return (
            self.match.get("verb", verb).upper() == verb
            and self.match.get("listener", listener) == listener
            and re.search(self.match.get("path", ""), path) is not None
        )


class Faults:
    """The faults in waiting, in the order they were asked for: the first that fits a request is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def take(self, listener: str, verb: str, path: str) -> Fault | None:
        """The fault that this request meets, if any."""
        found = None
        with self._lock:
            for fault in self._waiting:
                if not fault.meets(listener, verb, path):
                    continue
                fault.seen += 1
                if found is None and fault.taken < fault.times and fault.seen >= fault.match.get("nth", 1):
                    fault.taken += 1
                    found = fault
        return found


def serve(fault: Fault | None, wire: Wire, apply: Callable[[bool], Reply]) -> None:
    """Answer a request, or fail to, as the fault says; `apply` does what was asked, reading stale data if told to."""
    if fault is None:
        _send(wire, apply(False))
        return
    match fault.kind:
        case "delay":
            wire.pause(fault.seconds)
            _send(wire, apply(False))
        case "lag":
            reply = apply(False)
            wire.pause(fault.seconds)
            _send(wire, reply)
        case "lose":
            apply(False)
            wire.close()
        case "drop":
            wire.close()
        case "truncate":
            _truncate(wire, apply(False), fault.keep)
        case "drip":
            _drip(wire, apply(False), fault.seconds)
        case "stale":
            _send(wire, apply(True))
        case "html" | "status":
            _send(wire, _refusal(fault))
        case "refuse":
            _send(wire, _instead(fault))
        case "body" | "gzip":
            apply(False)
            _send(wire, _instead(fault))


def _send(wire: Wire, reply: Reply) -> None:
    wire.put(b"".join(wire.pack(reply)))


def _truncate(wire: Wire, reply: Reply, keep: int | None) -> None:
    head, body = wire.pack(reply)
    # Without a body it is the status that is cut: what else stands in the head is missed by few clients.
    wire.put(head + body[: len(body) // 2 if keep is None else keep] if body else head[: len("HTTP/1.1 20")])
    wire.close()


def _drip(wire: Wire, reply: Reply, seconds: float) -> None:
    head, body = wire.pack(reply)
    if body:
        wire.put(head)
    for byte in body or head:
        if wire.gone:
            return
        wire.put(bytes([byte]))
        wire.pause(seconds)


def _refusal(fault: Fault) -> Reply:
    if fault.kind == "html":
        status = fault.status or 502
        page = f"<html><head><title>{status}</title></head><body><h1>{status} Bad Gateway</h1></body></html>\n"
        return Reply(status, page.encode(), {"Content-Type": "text/html"} | fault.headers)
    status = fault.status or (fault.code or 50000) // 100
    code = fault.code or status * 100
    content = json.dumps({"errorCode": code, "message": fault.message}).encode()
    return Reply(status, content, {"Content-Type": "application/json"} | fault.headers, code)


def _instead(fault: Fault) -> Reply:
    headers = {"Content-Type": fault.content_type}
    if fault.kind == "gzip":
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(bytes(fault.megabytes * 1_000_000), compresslevel=9)
    elif isinstance(fault.body, str):
        content = fault.body.encode(fault.encoding, "surrogatepass" if fault.encoding == "utf-8" else "strict")
    else:
        content = json.dumps(fault.body).encode()
    return Reply(fault.status or 200, content, headers | fault.headers)
