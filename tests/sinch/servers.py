"""Tiny servers on 127.0.0.1 that answer what a test tells them, well or badly."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from numberadmin.sinch import Client, Hosts, Instance

Behaviour = Callable[[socket.socket], None]

INSTANCE = Instance(
    id="00a3ffb1-0808-4dd4-9c7d-e4383d82e445",
    secret="bRo76GRddEyetgJDTgkLHA==",
    expires_at=datetime.now(UTC) + timedelta(days=2),
)


@dataclass
class Server:
    """`requests` holds every request as it came; `gone` is set when the test is over."""

    url: str
    tls: ssl.SSLContext | None = None
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def hosts(self) -> Hosts:
        return Hosts(self.url, self.url, self.url)

    def client(self, **limits: Any) -> Client:
        return Client(self.hosts, **({"timeout": 5.0} | limits))


@contextmanager
def serving(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that treats its requests as the behaviours say, the last of them for all that follow."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}", tls)
        threading.Thread(target=_accept, args=(listener, server, behaviours), daemon=True).start()
        try:
            yield server
        finally:
            server.gone.set()


def _accept(listener: socket.socket, server: Server, behaviours: tuple[Behaviour, ...]) -> None:
    with suppress(OSError):
        while not server.gone.is_set():
            connection, _ = listener.accept()
            server.connections += 1
            threading.Thread(target=_serve, args=(connection, server, behaviours), daemon=True).start()


def _serve(connection: socket.socket, server: Server, behaviours: tuple[Behaviour, ...]) -> None:
    connection.settimeout(10)
    with suppress(OSError), _secured(connection, server.tls) as connection:
        while request := _request(connection):
            server.requests.append(request)
            behaviours[min(len(server.requests), len(behaviours)) - 1](connection)


def _secured(connection: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return tls.wrap_socket(connection, server_side=True) if tls else connection


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (chunk := connection.recv(65_536)):
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answer(status: int = 200, body: Any = b"", *headers: str) -> Behaviour:
    """A well-formed answer; a body that is not bytes is sent as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = () if status == 204 else (f"Content-Length: {len(payload)}",)
    return raw("\r\n".join((f"HTTP/1.1 {status} X", *length, *headers, "", "")).encode() + payload)


def error(status: int, code: int, message: str = "", *headers: str) -> Behaviour:
    return answer(status, {"errorCode": code, "message": message}, *headers)


def raw(data: bytes, *, close: bool = False) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_RDWR)

    return behave


def drop(connection: socket.socket) -> None:
    """Read the request and close without a word."""
    connection.shutdown(socket.SHUT_RDWR)


def hang(connection: socket.socket) -> None:
    """Never answer; end when the client has gone away."""
    connection.recv(1)


def drip(start: bytes) -> Behaviour:
    """Send the start, then a space every 20 ms, for as long as the client listens (10 s at most)."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(500):
            connection.sendall(b" ")
            threading.Event().wait(0.02)

    return behave
