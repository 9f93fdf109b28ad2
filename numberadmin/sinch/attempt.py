"""One try at a call: how long it may last, whether a byte of it was sent, and the socket to cut when late."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer
from time import monotonic
from types import TracebackType
from typing import Any


class Attempt:
    """Used as a context: on leaving it the watch over the socket ends.

    `ends` is a monotonic time; `connect_timeout`, in seconds, covers the name's look-up and all addresses.
    """

    def __init__(self, ends: float, connect_timeout: float) -> None:
        self.ends = ends
        self.connect_timeout = connect_timeout
        self.sent = False
        self.over = False
        self.trouble: BaseException | None = None
        self._guard: socket.socket | None = None
        self._lock = Lock()
        self._timer = Timer(max(self.left(), 0), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Attempt":
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._release()

    def left(self) -> float:
        """Seconds until the deadline; below zero after it."""
        return self.ends - monotonic()

    def open(self, host: str, port: int, options: Iterable[tuple[Any, ...]]) -> socket.socket:
        """A connected socket. Each address gets an equal share of the time that is left for connecting."""
        ends = min(self.ends, monotonic() + self.connect_timeout)
        addresses = _look_up(host, port, ends - monotonic())
        failure: OSError = socket.gaierror("no address")
        for place, (family, kind, protocol, _, address) in enumerate(addresses):
            sock = socket.socket(family, kind, protocol)
            try:
                self._watch(sock)
                for option in options:
                    sock.setsockopt(*option)
                sock.settimeout(max((ends - monotonic()) / (len(addresses) - place), 0.001))
                sock.connect(address)
                return sock
            except OSError as error:
                sock.close()
                failure = error
        raise failure

    def about_to_send(self, sock: socket.socket) -> None:
        """Note that bytes leave now; a kept connection comes under watch here."""
        if not self.sent:
            self._watch(sock)
            sock.settimeout(max(self.left(), 0.001))
            self.sent = True

    def _watch(self, sock: socket.socket) -> None:
        # A duplicate: TLS takes the descriptor over, and a closed one may soon belong to someone else.
        guard = socket.fromfd(sock.fileno(), sock.family, sock.type)
        with self._lock:
            self._release()
            if self.over:
                guard.close()
                raise TimeoutError
            self._guard = guard

    def _cut(self) -> None:
        with self._lock:
            self.over = True
            if self._guard:
                with suppress(OSError):
                    self._guard.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._guard:
            self._guard.close()
            self._guard = None


def _look_up(host: str, port: int, seconds: float) -> list[Any]:
    """The addresses of a host. The system's look-up knows no deadline, so it is waited for only so long."""
    found: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)))
        except OSError as error:
            found.put(error)
        except UnicodeError:
            found.put(socket.gaierror("not a host name"))

    Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=max(seconds, 0.001))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer
