"""Passwords, tickets, secrets, signatures and identities stay out of logs, texts and representations."""

import logging
import traceback
from collections.abc import Callable

import pytest

from numberadmin.sinch import Client, Identity, SinchError, Ticket, User
from tests.sinch.servers import INSTANCE, Behaviour, answer, drop, error, hang, serving

PASSWORD = "canary-password"
IDENTITY = "canary-identity@example.com"
TICKET = Ticket(authorization="canary-ticket", user=User(id="1", name="", email=""))

CALLS: list[Callable[[Client], object]] = [
    lambda client: client.log_in(Identity.parse(IDENTITY), PASSWORD),
    lambda client: client.create_instance(TICKET),
    lambda client: client.organisations(INSTANCE),
    lambda client: client.check_out(INSTANCE, "8888123", ["r"]),
]


def signatures(requests: list[bytes]) -> list[str]:
    lines = [line for request in requests for line in request.decode().split("\r\n")]
    return [line.rpartition(":")[2] for line in lines if line.startswith("Authorization: Instance")]


@pytest.mark.parametrize(
    "behaviour", [drop, hang, answer(302), answer(500), error(401, 40100, "no"), answer(200, b"{")]
)
@pytest.mark.parametrize("call", CALLS)
def test_a_failure_tells_no_secret_anywhere(
    call: Callable[[Client], object], behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(behaviour) as server, pytest.raises(SinchError) as caught:
        call(server.client(timeout=0.8))
    told = "\n".join((caplog.text, *traceback.format_exception(caught.value), repr(caught.value.args)))
    assert server.requests
    for canary in ("canary", INSTANCE.secret, *signatures(server.requests)):
        assert canary not in told


def test_an_error_holds_on_to_no_other_exception() -> None:
    with serving(drop) as server, pytest.raises(SinchError) as caught:
        CALLS[0](server.client())
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_message_of_the_remote_that_repeats_a_secret_is_dropped() -> None:
    for text, call in ((f"no {PASSWORD}", CALLS[0]), ("for canary-ticket", CALLS[1]), (INSTANCE.secret, CALLS[3])):
        with serving(error(400, 40003, text)) as server, pytest.raises(SinchError) as caught:
            call(server.client())
        assert caught.value.remote_message == ""


def test_a_reference_of_the_remote_that_repeats_a_secret_is_dropped() -> None:
    body = {"errorCode": 40003, "reference": f"x {INSTANCE.secret}"}
    with serving(answer(400, body)) as server, pytest.raises(SinchError) as caught:
        CALLS[3](server.client())
    assert caught.value.reference == ""


def test_a_success_logs_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(answer(200, {"authorization": "canary-answer", "user": {"id": 1}})) as server:
        ticket = server.client().log_in(Identity.parse(IDENTITY), PASSWORD)
    assert "canary" not in caplog.text
    assert "log in" in caplog.text
    assert "canary" not in repr(ticket)


def test_an_instance_does_not_show_its_secret() -> None:
    assert INSTANCE.secret not in repr(INSTANCE)
    assert INSTANCE.secret not in f"{INSTANCE}"
