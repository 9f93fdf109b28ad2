"""Servers that behave badly: what is known afterwards, and how often a request was sent."""

import gzip
import socket
import time
from collections.abc import Callable

import pytest

from numberadmin.sinch import Client, Hosts, Instance, NotSent, SinchError, Unanswered
from tests.sinch.servers import INSTANCE, Behaviour, answer, drip, drop, hang, raw, serving

KEY = "bb7b4e39"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{"
OPEN_ENDED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"


def read(client: Client) -> object:
    return client.application_numbers(INSTANCE, KEY)


def write(client: Client) -> object:
    return client.set_application_numbers(INSTANCE, KEY, "voice", [1])


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def refused_by(url: str, call: Callable[[Client], object], **limits: float) -> SinchError:
    client = Client(Hosts(url, url, url), **({"timeout": 5.0} | limits))  # type: ignore[arg-type]
    with pytest.raises(SinchError) as caught:
        call(client)
    return caught.value


@pytest.mark.parametrize("call", [read, write])
def test_a_refused_connection_means_not_sent(call: Callable[[Client], object]) -> None:
    error = refused_by(f"http://127.0.0.1:{closed_port()}", call)
    assert isinstance(error, NotSent)
    assert error.message == "127.0.0.1 refused the connection. Nothing was sent."


def test_a_name_that_is_not_found_means_not_sent() -> None:
    error = refused_by("http://sinch.invalid", write, connect_timeout=2.0)
    assert isinstance(error, NotSent)
    assert "sinch.invalid could not be" in error.message


def test_a_connection_that_is_never_accepted_means_not_sent() -> None:
    with socket.socket() as listener, socket.socket() as queued:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        queued.connect(listener.getsockname())
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error = refused_by(address, write, connect_timeout=0.3)
    assert isinstance(error, NotSent)
    assert "in time" in error.message


@pytest.mark.parametrize(
    "behaviour",
    [drop, raw(HALF, close=True), raw(b"HTTP/1.1 200", close=True), raw(b"nonsense\r\n\r\n", close=True),
     answer(200, b""), answer(200, b"null"), answer(200, b"{}"), answer(200, b"<html>"), answer(200, b"[{]"),
     answer(200, b"[" * 100_000), answer(502, b"<html>Bad gateway"), answer(503, b""),
     answer(200, b"not gzip", "Content-Encoding: gzip")],
)  # fmt: skip
def test_an_answer_of_no_use_leaves_a_write_unknown_and_sent_once(behaviour: Behaviour) -> None:
    with serving(behaviour) as server, pytest.raises(Unanswered):
        write(server.client())
    assert len(server.requests) == 1


@pytest.mark.parametrize("behaviour", [drop, raw(HALF, close=True), answer(503), answer(200, b"[{")])
def test_a_read_is_sent_three_times_and_signed_anew(behaviour: Behaviour) -> None:
    with serving(behaviour) as server, pytest.raises(Unanswered):
        read(server.client())
    assert len(server.requests) == 3
    assert len(set(server.requests)) == 3


def test_a_read_that_succeeds_at_the_third_try_is_a_success() -> None:
    with serving(drop, answer(503), answer(200, [])) as server:
        assert server.client().groups(INSTANCE, "1").whole
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "behaviour",
    [hang, drip(b"HTTP/1.1 200 OK\r\nX:"), drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n["),
     drip(OPEN_ENDED), drip(b"HTTP/1.1 100 Continue\r\n\r\n")],
)  # fmt: skip
@pytest.mark.parametrize("call", [read, write])
def test_the_deadline_is_for_the_whole_call(call: Callable[[Client], object], behaviour: Behaviour) -> None:
    started = time.monotonic()
    with serving(behaviour) as server, pytest.raises(Unanswered, match=r"no complete answer within 0\.4 seconds"):
        call(server.client(timeout=0.4))
    # The servers would go on for ten seconds.
    assert time.monotonic() - started < 5
    assert len(server.requests) == 1


def test_a_server_that_drips_the_tls_handshake_is_left_at_the_deadline() -> None:
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = refused_by(f"https://127.0.0.1:{listener.getsockname()[1]}", write, timeout=0.4, connect_timeout=9.0)
    assert isinstance(error, NotSent)
    assert time.monotonic() - started < 5


def test_a_redirect_is_not_followed() -> None:
    with serving(answer(200, [])) as elsewhere:
        redirect = answer(302, b"", f"Location: {elsewhere.url}/", "Set-Cookie: a=b")
        with serving(redirect) as server, pytest.raises(Unanswered, match="redirection"):
            read(server.client())
    assert (len(server.requests), elsewhere.requests) == (1, [])


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = answer(200, gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip")
    with serving(bomb) as server, pytest.raises(Unanswered, match="larger"):
        server.client(max_bytes=1_000_000).groups(INSTANCE, "1")
    assert len(server.requests) == 1


def test_a_packed_answer_is_read() -> None:
    with serving(answer(200, gzip.compress(b'[{"groupId": 1}]'), "Content-Encoding: gzip")) as server:
        assert len(server.client().groups(INSTANCE, "1").rows) == 1


def test_the_list_of_rented_numbers_has_its_own_limits() -> None:
    with serving(answer(200, b"[" + b" " * 2_000 + b"]")) as server:
        client = server.client(max_bytes=1_000, list_max_bytes=10_000)
        assert not client.numbers(INSTANCE, "1").damaged
        with pytest.raises(Unanswered, match="larger"):
            client.groups(INSTANCE, "1")


def test_cookies_are_not_kept() -> None:
    with serving(answer(200, [], "Set-Cookie: session=x; Path=/")) as server:
        client = server.client()
        client.groups(INSTANCE, "1")
        client.groups(INSTANCE, "1")
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_the_environment_sets_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(answer(200, [])) as server:
        assert server.client().groups(INSTANCE, "1").whole


def test_reads_keep_their_connection_and_each_write_gets_a_new_one() -> None:
    with serving(answer(200, [])) as server:
        client = server.client()
        for call in (read, read, read, write, write, read):
            call(client)
    assert (server.connections, len(server.requests)) == (3, 6)


def test_a_kept_connection_that_died_is_no_failure_of_a_read() -> None:
    def answer_and_go(connection: socket.socket) -> None:
        answer(200, [])(connection)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(answer_and_go) as server:
        client = server.client()
        for _ in range(5):
            read(client)
    assert server.connections == 5


@pytest.mark.parametrize("key", [".", ".."])
def test_a_value_that_would_change_the_path_is_never_sent(key: str) -> None:
    with serving(answer(204)) as server, pytest.raises(NotSent):
        server.client().remove_number(INSTANCE, key, 7)
    assert server.requests == []


def test_a_value_with_a_slash_stays_one_piece_of_the_path() -> None:
    with serving(answer(204)) as server:
        server.client().remove_number(INSTANCE, "a/../b?c", 7)
    assert b" /v1/applications/key/a%2F..%2Fb%3Fc/numbers/7 " in server.requests[0]


def test_an_unusable_secret_means_not_sent() -> None:
    broken = Instance(id="i", secret="not base64", expires_at=INSTANCE.expires_at)
    with serving(answer(204)) as server, pytest.raises(NotSent):
        server.client().remove_number(broken, KEY, 7)
    assert server.requests == []
