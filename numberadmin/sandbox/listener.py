"""HTTP on a port: reads whole requests, hands them to a function, and can be stopped under its clients."""

import contextlib
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from numberadmin.sandbox.faults import Reply

BODY_LIMIT = 20_000_000
IDLE_SECONDS = 120


class Handler(BaseHTTPRequestHandler):
    """One connection; it is also the way back to the client that a fault works on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: "Listener"
    gone = False

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > BODY_LIMIT:
            self.send_error(411 if "Transfer-Encoding" in self.headers else 413)
            self.close()
            return
        self.server.serve(self, self.rfile.read(int(length)))

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - http.server names them so

    def pack(self, reply: Reply, now: datetime) -> tuple[bytes, bytes]:
        """Head and body as they go on the wire."""
        headers = {"Date": format_datetime(now, usegmt=True), **reply.headers}
        if reply.status != 204:
            headers["Content-Length"] = str(len(reply.body))
        phrase = self.responses.get(reply.status, ("Unknown",))[0]
        lines = [
            f"HTTP/1.1 {reply.status} {phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        return "\r\n".join(lines).encode("latin-1"), reply.body

    def put(self, data: bytes) -> None:
        """Send, unless the client has gone."""
        try:
            self.wfile.write(data)
        except OSError:
            self.close()

    def close(self) -> None:
        """Hang up."""
        self.gone = self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self.server.stopped.wait(seconds)


class Listener(ThreadingHTTPServer):
    """A server on a port of its own, for many clients at once; port 0 is any free one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, host: str, port: int, serve: Callable[[Handler, bytes], None]) -> None:
        super().__init__((host, port), Handler)
        self.serve = serve
        self.stopped = threading.Event()
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://{self.server_name}:{self.server_port}"

    def run(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving and hang up on whoever is still there."""
        self.stopped.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        # The library's own way looks the host's name up, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what is wrong here; a client that hangs up is not."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
