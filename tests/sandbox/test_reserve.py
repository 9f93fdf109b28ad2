from typing import Any

import pytest

from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person, refused, until

ACME, GLOBEX = "8888123", "7777456"
SHOP = f"/v1/organisations/id/{ACME}/numbers/shop"


def test_a_reservation_lowers_the_availability_for_everybody(jane: Person, hank: Person, control: Control) -> None:
    before = control.state()["availability"]["13"]
    assert jane.reserve(ACME, 13, 2).json().keys() == {"referenceId"}
    shop = hank.ask("GET", f"/v1/organisations/id/{GLOBEX}/numbers/shop").json()
    assert {item["groupId"]: item["availability"] for item in shop}[13] == before - 2


BODIES = [
    ({"quantity": 1}, 40002),
    ({"groupId": [], "quantity": 1}, 40002),
    ({"groupId": [13, 14], "quantity": 1}, 40003),
    ({"groupId": 999, "quantity": 1}, 40003),
    ({"groupId": "13", "quantity": 1}, 40003),
    ({"groupId": True, "quantity": 1}, 40003),
    ({"groupId": 13}, 40002),
    ({"groupId": 13, "quantity": 0}, 40003),
    ({"groupId": 13, "quantity": -1}, 40003),
    ({"groupId": 13, "quantity": 1.5}, 40003),
    ({"groupId": 13, "quantity": 26}, 40003),
    ({"groupId": 5, "quantity": 1}, 40003),
    ({"groupId": 13, "quantity": 1, "capabilities": ["sms"]}, 40001),
    ({"groupId": 15, "quantity": 1, "capabilities": ["fax"]}, 40001),
    ({"groupId": 15, "quantity": 1, "capabilities": "sms"}, 40003),
    ({"groupId": 15, "quantity": 1, "capabilities": ["\ud800"]}, 40001),
    ({"groupId": 13, "quantity": 10**30}, 40003),
    (b"{", 40003),
    (b"[]", 40003),
    (b"[" * 100_000, 40003),
]


@pytest.mark.parametrize(("body", "code"), BODIES)
def test_a_reservation_that_cannot_be_is_refused(jane: Person, control: Control, body: Any, code: int) -> None:
    before = control.state()["availability"]
    assert refused(jane.ask("PUT", SHOP, body)) == code
    assert control.state()["availability"] == before
    assert control.state()["reservations"] == []


def test_a_refusal_says_what_was_wrong(jane: Person) -> None:
    assert jane.reserve(ACME, 999).json()["message"] == "Invalid number group: 999"
    assert jane.reserve(ACME, 15, capabilities=["fax"]).json()["message"] == "Invalid capability 'fax'"
    assert "2 available, 3 asked for" in jane.reserve(ACME, 42, 3).json()["message"]


def test_a_reservation_lapses_by_itself(jane: Person, control: Control) -> None:
    before = control.state()["availability"]["13"]
    control.set(lapse_seconds=1)
    jane.reserve(ACME, 13, 3)
    assert control.state()["availability"]["13"] == before - 3
    until(lambda: control.state()["availability"]["13"] == before)
    assert [item["state"] for item in control.state()["reservations"]] == ["lapsed"]


def test_one_reservation_can_be_made_to_lapse(jane: Person, control: Control) -> None:
    one, other = (jane.reserve(ACME, 13).json()["referenceId"] for _ in range(2))
    control.expire_reservations([one])
    states = {item["reference"]: item["state"] for item in control.state()["reservations"]}
    assert states == {one: "lapsed", other: "reserved"}
