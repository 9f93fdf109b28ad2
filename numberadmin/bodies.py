"""The body of a request, bounded before anything of it is parsed: its length, the time it may take to arrive, and how
many arrive at once. What is refused is not read, and nothing of it is kept."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from numberadmin import web
from numberadmin.few import Crowded, Few
from numberadmin.middleware import GetResponse

# In bytes: of whoever is not signed in, and of a page that says nothing else (web.takes).
STRANGER = 65_536
PAGE = 2_500_000
# In seconds, for the whole of a body. Behind a proxy that buffers, bodies arrive at once.
STRANGER_SECONDS = 10.0
SECONDS = 60.0

# Slow senders hold half of the threads at most, whoever they are.
arriving = Few(places=1_000)
PATIENCE = 2.0


def bounded(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        return _refused(request) or get_response(request)

    return middleware


def _refused(request: HttpRequest) -> HttpResponse | None:
    """The answer to a body that is not taken. Reads the one that is."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        text = "What was sent does not say how long it is (Content-Length), so it was not read."
        return _problem(request, 411, "Length missing", text)
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    known = length > STRANGER and bool(request.actor)  # type: ignore[attr-defined]
    most = _taken_by_page(request) if known else STRANGER
    if length > most:
        return _too_large(request, length, most, known)
    return _read(request, length, known) if length and request.method == "POST" else None


def _taken_by_page(request: HttpRequest) -> int:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return STRANGER
    return int(getattr(view, "takes", PAGE))


def _too_large(request: HttpRequest, length: int, most: int, known: bool) -> HttpResponse:
    if known:
        size = f"What was sent has {length / 1e6:.1f} MB, and this page takes {most / 1e6:.1f} MB at most."
        return _problem(request, 413, "Too large", f"{size} It was not read, so it is not kept. Do it in parts.")
    return _problem(
        request,
        413,
        "Too large",
        f"What was sent has {length / 1e3:,.0f} kB, and whoever is not signed in may send {STRANGER / 1024:.0f} kB. "
        "It was not read, so it is not kept. If you were signed in, your session has ended: sign in, and send it "
        "again.",
    )


def _read(request: HttpRequest, length: int, known: bool) -> HttpResponse | None:
    """Takes the body into memory; the answer where it does not arrive."""
    try:
        with arriving.place(PATIENCE), _within(request, SECONDS if known else STRANGER_SECONDS):
            arrived = len(request.body)
    except Crowded:
        _end_reading(request)
        text = "The server is busy with what others send slowly. Try again in some seconds."
        return _problem(request, 503, "Busy", text, retry_after=5)
    if arrived < length:
        return _problem(request, 408, "Not arrived", "Not all of what you sent arrived in time. Send it again.")
    return None


@contextmanager
def _within(request: HttpRequest, seconds: float) -> Iterator[None]:
    """Ends the reading after so long: what comes later is not waited for."""
    timer = Timer(seconds, _end_reading, [request])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end_reading(request: HttpRequest) -> None:
    """What has come already can still be read, and after that it is the end: also for the server, which would wait for
    a slow sender with all its other connections. Where the server does not give its socket, nothing happens."""
    connection = request.META.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        # It may be closed already.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def _problem(request: HttpRequest, status: int, title: str, text: str, retry_after: int = 0) -> HttpResponse:
    return web.problem(request, status, title, f"{text} Nothing was changed.", retry_after)
