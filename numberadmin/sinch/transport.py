"""Sends a prepared request once and takes in the whole answer, within a deadline and a size.

Whether anything was sent is told by the connection itself, which notes its first byte; the type of an
exception does not tell. Redirects, cookies, proxies and netrc belong to a `requests` session: there is none here.
"""

import logging
import socket
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from contextvars import ContextVar
from typing import Any

from msgspec import Struct
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from numberadmin.sinch.attempt import Attempt

POOL_SIZE = 8
_CHUNK = 65_536

_current: ContextVar[Attempt] = ContextVar("attempt")


class Answer(Struct, frozen=True):
    """An answer, its body decoded; `date` and `retry_after` are headers, "" where missing. `body` is empty where a feed
    took it; of a status that was not promised it is as much as came, for the status is what counts."""

    status: int
    body: bytes
    date: str
    retry_after: str = ""


Feed = Callable[[bytes], None]


class TooLarge(Exception):
    """The answer is larger than the call allows."""


class Adapter(HTTPAdapter):
    """Never sends anything again by itself; its connections report to the current attempt."""

    def __init__(self) -> None:
        super().__init__(pool_connections=3, pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _current.get().open(self._dns_host, self.port, self.socket_options or ())

    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            _current.get().trouble = error
            raise

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _current.get().about_to_send(self.sock)
        super().send(data)


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def exchange(
    adapter: Adapter, request: PreparedRequest, attempt: Attempt, max_bytes: int, promised: Collection[int], feed: Feed
) -> Answer:
    """Send and take in. What it raises says little: `attempt` knows what was sent and whether time ran out.

    The body of an answer with a promised status goes to `feed`; any other is kept, as far as it comes.
    """
    token = _current.set(attempt)
    try:
        limits = (attempt.connect_timeout, max(attempt.left(), 0.001))
        response = adapter.send(request, stream=True, timeout=limits, verify=True)
        with closing(response):
            if response.status_code not in promised:
                return _another(response, max_bytes)
            _take_in(response, max_bytes, feed)
        # A body without a length ends where the connection does: it may have been the deadline that ended it.
        if attempt.over:
            raise TimeoutError
        return _answer(response, b"")
    finally:
        _current.reset(token)


def _another(response: Response, max_bytes: int) -> Answer:
    body = bytearray()
    # Whatever cuts the body short, the status has been said.
    with suppress(RequestException, OSError, TooLarge):
        _take_in(response, max_bytes, body.extend)
    return _answer(response, bytes(body))


def _answer(response: Response, body: bytes) -> Answer:
    header = response.headers.get
    return Answer(response.status_code, body, header("Date", ""), header("Retry-After", ""))


def _take_in(response: Response, max_bytes: int, feed: Feed) -> None:
    size = 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge
        feed(chunk)


def _without_identity(record: logging.LogRecord) -> bool:
    """At DEBUG urllib3 writes each path, and the one of the log in names the person."""
    return "/users/" not in record.getMessage()


logging.getLogger("urllib3.connectionpool").addFilter(_without_identity)
