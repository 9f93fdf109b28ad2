"""Carries one call through: prepares it, sends it, reads reads again, writes the log line."""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from requests import PreparedRequest, Request
from requests.auth import AuthBase

from numberadmin.sinch import outcomes
from numberadmin.sinch.attempt import Attempt
from numberadmin.sinch.breaker import Breaker
from numberadmin.sinch.errors import NotSent, Refused, Resting, SinchError
from numberadmin.sinch.transport import Adapter, Answer, exchange
from numberadmin.sinch.values import Damaged

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

AGENT = "numberadmin/0.1.0"
READ_ATTEMPTS = 3
_PAUSE = 0.1

logger = logging.getLogger("numberadmin.sinch")


class Limits(Struct, frozen=True):
    """`seconds` for the whole call, `size` in bytes of the decoded answer."""

    seconds: float
    size: int


class Call(Struct, frozen=True, kw_only=True):
    """What is to be sent. `shown` stands for the path in the log; `promised` are the statuses of success;
    `hidden` must not come back in a text of the remote."""

    name: str
    verb: str
    url: str
    shown: str
    body: dict[str, Any] | None
    auth: AuthBase
    promised: tuple[int, ...]
    hidden: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Call({self.name!r})"

    @property
    def is_read(self) -> bool:
        """Whether sending it again changes nothing."""
        return self.verb == "GET"


class Taker(Protocol[T_co]):
    """Takes in the answer of a success, as it comes, and gives what it means: `Damaged` where it means nothing."""

    def feed(self, chunk: bytes) -> None: ...

    def done(self) -> T_co: ...


class _Whole(Generic[T]):
    """For answers that are small."""

    def __init__(self, read: Callable[[bytes], T]) -> None:
        self._read = read
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._body += chunk

    def done(self) -> T:
        return self._read(bytes(self._body))


class _Result(Struct, Generic[T]):
    """What came of an attempt: a value, or an error that is kept and raised later, outside of any handler, so
    that no exception with a URL or a header hangs on to it."""

    status: int | None
    value: T | None = None
    error: SinchError | None = None


class Caller:
    """Keeps connections for reads; a write gets a new one, for a kept one may be dead without showing it."""

    def __init__(self, connect_timeout: float) -> None:
        self._connect_timeout = connect_timeout
        self._adapter = Adapter()
        self._breakers: defaultdict[tuple[str, bool], Breaker] = defaultdict(Breaker)

    def perform(self, call: Call, read: Callable[[bytes], T], limits: Limits) -> T:
        """The answer's value as `read` takes it. Reads are tried up to three times within one deadline."""
        return self.stream(call, lambda: _Whole(read), limits)

    def stream(self, call: Call, taker: Callable[[], Taker[T]], limits: Limits) -> T:
        """The same for an answer that is taken in as it comes: by a new taker for each try."""
        started = time.monotonic()
        ends = started + limits.seconds
        tries = 1
        breaker = self._breakers[urlsplit(call.url).netloc, call.is_read]
        result = self._admitted(call, taker(), limits, ends, breaker)
        while call.is_read and tries < READ_ATTEMPTS and not breaker.is_open and _worth_another(result, ends, tries):
            tries += 1
            result = self._admitted(call, taker(), limits, ends, breaker)
        _log(call, result, time.monotonic() - started, tries)
        if result.error:
            raise result.error
        return result.value  # type: ignore[return-value]  # no error, so what `read` returned

    def _admitted(self, call: Call, taker: Taker[T], limits: Limits, ends: float, breaker: Breaker) -> _Result[T]:
        """One attempt, unless the host is given a rest."""
        if seconds := breaker.rest():
            return _Result(None, error=Resting(call.name, _resting(seconds)))
        result = self._attempt(call, taker, limits, ends)
        breaker.note(_is_outage(result.error))
        return result

    def _attempt(self, call: Call, taker: Taker[T], limits: Limits, ends: float) -> _Result[T]:
        request = _prepared(call)
        if request is None:
            return _Result(None, error=NotSent(call.name, "A value of the request cannot be sent. Nothing was."))
        attempt = Attempt(ends, self._connect_timeout)
        try:
            with attempt:
                answer = self._exchange(call, request, attempt, limits.size, taker.feed)
        except Exception as error:  # whatever it is, the attempt knows whether anything was sent
            host = str(urlsplit(call.url).hostname)
            return _Result(None, error=outcomes.failed(call.name, host, attempt, error, limits.seconds))
        return _taken(call, request, answer, taker)

    def _exchange(
        self, call: Call, request: PreparedRequest, attempt: Attempt, size: int, feed: Callable[[bytes], None]
    ) -> Answer:
        if call.is_read:
            return exchange(self._adapter, request, attempt, size, call.promised, feed)
        adapter = Adapter()
        try:
            return exchange(adapter, request, attempt, size, call.promised, feed)
        finally:
            adapter.close()


def _resting(seconds: float) -> str:
    return f"It has failed several times in a row, so it is asked again in {seconds:.0f} s. Nothing was sent."


def _is_outage(error: SinchError | None) -> bool:
    """Whether the host was not reached, did not answer in time, or reported a fault of its own."""
    if isinstance(error, NotSent):
        return error.may_pass
    return error is not None and not isinstance(error, Refused) and (error.status is None or error.status >= 500)


def _prepared(call: Call) -> PreparedRequest | None:
    """The request, signed; None for values that cannot be sent, or would change the path (dot segments)."""
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/json",
        "User-Agent": AGENT,
    }
    try:
        body = None if call.body is None else msgspec.json.encode(call.body)
        request = Request(call.verb, call.url, headers=headers, data=body, auth=call.auth).prepare()
    except (ValueError, OverflowError):
        return None
    return request if request.path_url == urlsplit(call.url).path else None


def _taken(call: Call, request: PreparedRequest, answer: Answer, taker: Taker[T]) -> _Result[T]:
    if answer.status not in call.promised:
        # The header in whole, its value, and the signature by itself.
        header = str(request.headers["Authorization"])
        value = header.partition(" ")[2]
        hidden = (*call.hidden, header, value, value.rpartition(":")[2])
        return _Result(answer.status, error=outcomes.refused(call.name, _address(call), answer, hidden))
    try:
        return _Result(answer.status, value=taker.done())
    except Damaged as damage:
        return _Result(answer.status, error=outcomes.unreadable(call.name, answer, str(damage)))


def _address(call: Call) -> str:
    """Of the host, as it is written in the settings, as far as it concerns anybody."""
    parts = urlsplit(call.url)
    return f"{parts.scheme}://{parts.netloc}"


def _worth_another(result: _Result[T], ends: float, tries: int) -> bool:
    """Whether the same read may succeed in a moment; waits for a moment at random, to spread a crowd."""
    if result.error is None or not result.error.may_pass:
        return False
    pause = random.uniform(0, _PAUSE * 2**tries)  # noqa: S311 - spreads load, guards nothing
    if time.monotonic() + pause >= ends:
        return False
    time.sleep(pause)
    return True


def _log(call: Call, result: _Result[T], seconds: float, tries: int) -> None:
    error = result.error
    code, reference = (error.code, "_".join(error.reference.split())) if error else (None, "")
    logger.info(
        "%s: %s %s status=%s code=%s ms=%d attempts=%d%s",
        *(call.name, call.verb, call.shown, result.status or "-", code or "-", seconds * 1000, tries),
        f" reference={reference}" if reference else "",
    )
