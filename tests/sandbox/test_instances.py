import time
from typing import Any

import pytest

from numberadmin.sandbox import Sandbox
from numberadmin.sandbox.control import Control
from tests.sandbox.people import VERSION, Person, post, refused


def create(sandbox: Sandbox, jane: Person, body: Any, **headers: str) -> Any:
    return post(f"{sandbox.urls['api']}/v1/instance", {"Authorization": f"User {jane.ticket}", **headers}, body)


def test_a_ticket_becomes_an_instance_for_two_days(sandbox: Sandbox, jane: Person) -> None:
    answer = create(sandbox, jane, {"authorization": jane.ticket, "version": VERSION}).json()
    assert set(answer) == {"id", "secret", "expiresIn"}
    assert answer["expiresIn"] == 172800


@pytest.mark.parametrize(("left_out", "code"), [("version", 40002), ("os", 40002), ("platform", 40002)])
def test_nothing_of_the_version_may_be_left_out(sandbox: Sandbox, jane: Person, left_out: str, code: int) -> None:
    version = {name: value for name, value in VERSION.items() if name != left_out}
    body = {"authorization": jane.ticket, "version": version}
    body.pop(left_out, None)
    assert refused(create(sandbox, jane, body)) == code


def test_the_ticket_may_be_in_the_header_alone(sandbox: Sandbox, jane: Person) -> None:
    assert create(sandbox, jane, {"version": VERSION}).status_code == 200


@pytest.mark.parametrize(("wish", "given"), [(128_000, 128_000), (999_999, 172_800), (0, 172_800), ("x", 172_800)])
def test_a_shorter_time_may_be_wished_for(sandbox: Sandbox, jane: Person, wish: Any, given: int) -> None:
    body = {"authorization": jane.ticket, "version": VERSION, "expiresIn": wish}
    assert create(sandbox, jane, body).json()["expiresIn"] == given


def test_header_and_body_must_hold_the_same_ticket(sandbox: Sandbox, jane: Person, hank: Person) -> None:
    assert refused(create(sandbox, jane, {"authorization": hank.ticket, "version": VERSION})) == 40100


def test_an_unknown_ticket_is_refused(sandbox: Sandbox, jane: Person) -> None:
    body = {"authorization": "nonsense", "version": VERSION}
    assert refused(create(sandbox, jane, body, Authorization="User nonsense")) == 40100


def test_another_scheme_than_user_is_refused(sandbox: Sandbox, jane: Person) -> None:
    body = {"authorization": jane.ticket, "version": VERSION}
    assert refused(create(sandbox, jane, body, Authorization=f"Instance {jane.ticket}")) == 40301


def test_an_expired_instance_is_refused(control: Control, jane: Person) -> None:
    assert jane.ask("GET", "/v1/organisations", host="api").status_code == 200
    control.expire_instances()
    assert refused(jane.ask("GET", "/v1/organisations", host="api")) == 40100


def test_an_instance_ends_when_its_time_is_over(sandbox: Sandbox, control: Control) -> None:
    control.set(instance_lifetime=0.2)
    short = Person(sandbox, "demo@example.com", "demo-password")
    time.sleep(0.3)
    assert refused(short.ask("GET", "/v1/organisations", host="api")) == 40100
