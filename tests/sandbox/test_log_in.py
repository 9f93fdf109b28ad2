import pytest

from numberadmin.sandbox import Sandbox
from tests.sandbox.people import LOG_IN, log_in, post, refused, send, timestamp


@pytest.mark.parametrize(
    ("kind", "identity"),
    [("email", "demo@example.com"), ("email", "demo%40example.com"), ("number", "+12055500000"), ("username", "demo")],
)
def test_each_kind_of_identity_opens_the_same_account(sandbox: Sandbox, kind: str, identity: str) -> None:
    answer = log_in(sandbox, identity, "demo-password", kind)
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == 123456789
    assert answer.json()["user"]["profile"]["name"]["full"] == "Jane Bloggs"
    assert answer.json()["authorization"]


@pytest.mark.parametrize(
    ("kind", "identity", "password"),
    [
        ("email", "demo@example.com", "wrong"),
        ("email", "nobody@example.com", "demo-password"),
        ("username", "demo@example.com", "demo-password"),
        ("email", "demo@example.com", "globex-password"),
    ],
)
def test_who_and_password_must_fit_together(sandbox: Sandbox, kind: str, identity: str, password: str) -> None:
    assert refused(log_in(sandbox, identity, password, kind)) == 40100


def test_an_unknown_person_and_a_wrong_password_get_the_same_answer(sandbox: Sandbox) -> None:
    unknown, wrong = log_in(sandbox, "nobody@example.com", "x"), log_in(sandbox, "demo@example.com", "x")
    assert unknown.json() == wrong.json()


def test_an_unknown_kind_of_identity_is_refused(sandbox: Sandbox) -> None:
    assert refused(log_in(sandbox, "demo", "demo-password", "facebook")) == 40001


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 40100),
        ({"Authorization": "Application"}, 40100),
        ({"Authorization": "Application bb7b4e39-4227-4913-8c81-2db4abb54fb3"}, 40100),
        ({"Authorization": "User 669762D5-2B10-44E0-8418-BC9EE4457555"}, 40301),
        (LOG_IN | {"X-Timestamp": ""}, 40101),
        (LOG_IN | {"X-Timestamp": "yesterday"}, 40101),
        (LOG_IN | {"X-Timestamp": timestamp(-3600)}, 40101),
    ],
)
def test_the_headers_must_be_those_of_the_reference(sandbox: Sandbox, headers: dict[str, str], code: int) -> None:
    url = f"{sandbox.urls['user']}/v1/users/email/demo@example.com/authentication"
    assert refused(post(url, headers, {"password": "demo-password"})) == code


@pytest.mark.parametrize(("body", "code"), [({}, 40002), ({"password": 7}, 40003), (["x"], 40003)])
def test_the_body_must_hold_a_password(sandbox: Sandbox, body: object, code: int) -> None:
    url = f"{sandbox.urls['user']}/v1/users/email/demo@example.com/authentication"
    assert refused(post(url, LOG_IN, body)) == code


def test_a_log_in_without_a_time_is_let_in_as_the_published_client_sends_none(sandbox: Sandbox) -> None:
    url = f"{sandbox.urls['user']}/v1/users/email/demo@example.com/authentication"
    assert send("POST", url, LOG_IN, b'{"password":"demo-password"}').status_code == 200


def test_the_scheme_word_may_be_in_any_case(sandbox: Sandbox) -> None:
    url = f"{sandbox.urls['user']}/v1/users/email/demo@example.com/authentication"
    headers = {"Authorization": LOG_IN["Authorization"].replace("Application", "application")}
    assert post(url, headers, {"password": "demo-password"}).status_code == 200
