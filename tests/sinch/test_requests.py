"""What each of the eleven calls puts on the wire."""

import json
import platform
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from numberadmin.sinch import Client, Identity, Ticket, User, sign
from tests.sinch.servers import INSTANCE, answer, serving

KEY = "bb7b4e39-4227-4913-8c81-2db4abb54fb3"
SHOP = "/v1/organisations/id/8888123/numbers/shop"
TICKET = Ticket(authorization="eyJh:Uc3U=", user=User(id="1", name="", email=""))


def headers_of(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


SIGNED: list[tuple[Callable[[Client], object], Any, str, str, bytes]] = [
    (lambda c: c.organisations(INSTANCE), answer(200, []), "GET", "/v1/organisations", b""),
    (lambda c: c.groups(INSTANCE, "8888123"), answer(200, []), "GET", SHOP, b""),
    (
        lambda c: c.reserve(INSTANCE, "8888123", 13, 1),
        answer(200, {"referenceId": "r"}),
        "PUT",
        SHOP,
        b'{"groupId":13,"quantity":1}',
    ),
    (
        lambda c: c.reserve(INSTANCE, "8888123", 13, 1, ["voice", "sms"]),
        answer(201, {"referenceId": "r"}),
        "PUT",
        SHOP,
        b'{"groupId":13,"quantity":1,"capabilities":["voice","sms"]}',
    ),
    (lambda c: c.check_out(INSTANCE, "8888123", ["a", "b"]), answer(204), "POST", SHOP, b'{"referenceIds":["a","b"]}'),
    (lambda c: c.numbers(INSTANCE, "8888123"), answer(200, []), "GET", "/v1/organisations/id/8888123/numbers", b""),
    (
        lambda c: c.application_numbers(INSTANCE, KEY),
        answer(200, []),
        "GET",
        f"/v1/applications/key/{KEY}/numbers",
        b"",
    ),
    (
        lambda c: c.set_application_numbers(INSTANCE, KEY, "voice", [14150005550]),
        answer(200, []),
        "PUT",
        f"/v1/applications/key/{KEY}/numbers/voice",
        b'{"numbers":[14150005550]}',
    ),
    (
        lambda c: c.remove_number(INSTANCE, KEY, 14150005551),
        answer(204),
        "DELETE",
        f"/v1/applications/key/{KEY}/numbers/14150005551",
        b"",
    ),
]


@pytest.mark.parametrize(("call", "answered", "verb", "path", "body"), SIGNED)
def test_a_call_is_sent_as_documented_and_signed_over_what_was_sent(
    call: Callable[[Client], object], answered: Any, verb: str, path: str, body: bytes
) -> None:
    with serving(answered) as server:
        call(server.client())
    (request,) = server.requests
    headers = headers_of(request)
    assert request.startswith(f"{verb} {path} HTTP/1.1\r\n".encode())
    assert body_of(request) == body
    assert headers["content-type"] == headers["accept"] == "application/json"
    signature = sign(INSTANCE.secret, verb, body, "application/json", headers["x-timestamp"], path)
    assert headers["authorization"] == f"Instance {INSTANCE.id}:{signature}"


@pytest.mark.parametrize(
    ("identity", "path"),
    [
        ("jane+x@example.com", "/v1/users/email/jane+x@example.com/authentication"),
        ("+46 70", "/v1/users/number/+4670/authentication"),
        ("zoë d", "/v1/users/username/zo%C3%AB%20d/authentication"),
    ],
)
def test_a_log_in_names_the_public_key_and_carries_the_password_in_the_body_only(identity: str, path: str) -> None:
    with serving(answer(200, {"authorization": "t", "user": {"id": 5}})) as server:
        ticket = server.client().log_in(Identity.parse(identity), "päss word")
    assert (ticket.authorization, ticket.user.id) == ("t", "5")
    (request,) = server.requests
    headers = headers_of(request)
    assert request.startswith(f"POST {path} HTTP/1.1\r\n".encode())
    assert json.loads(body_of(request)) == {"password": "päss word"}
    assert headers["authorization"] == "Application 669762D5-2B10-44E0-8418-BC9EE4457555"
    assert "x-timestamp" in headers


def test_an_instance_is_created_with_the_ticket_and_a_version() -> None:
    with serving(answer(201, {"id": "i", "secret": "bRo7", "expiresIn": 60})) as server:
        assert server.client().create_instance(TICKET).id == "i"
    (request,) = server.requests
    assert headers_of(request)["authorization"] == "User eyJh:Uc3U="
    sent = json.loads(body_of(request))
    assert sent["authorization"] == "eyJh:Uc3U="
    assert sent["version"] == {"os": platform.system(), "platform": headers_of(request)["user-agent"]}


def test_the_program_names_itself_with_its_version() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    with serving(answer(200, [])) as server:
        server.client().organisations(INSTANCE)
    assert headers_of(server.requests[0])["user-agent"] == f"numberadmin/{project['version']}"


def test_a_base_with_a_path_is_part_of_what_is_signed() -> None:
    with serving(answer(200, [])) as server:
        server.url += "/base"
        server.client().organisations(INSTANCE)
    headers = headers_of(server.requests[0])
    signature = sign(INSTANCE.secret, "GET", b"", "application/json", headers["x-timestamp"], "/base/v1/organisations")
    assert headers["authorization"].endswith(f":{signature}")
