from typing import Any
from urllib.error import HTTPError

import pytest

from numberadmin.sandbox import Sandbox, sample
from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person, log_in

ACME = sample.DEMO_ORGANISATION
SUPPORT, *_, NIGHT_DESK = sample.DEMO_APPLICATIONS


def test_the_log_tells_each_request_in_order(jane: Person, control: Control) -> None:
    control.clear_log()
    jane.reserve(ACME, 13, 2)
    jane.reserve(ACME, 999)
    good, bad = control.log()
    assert (good["listener"], good["verb"], good["instance"]) == ("portal", "PUT", jane.instance)
    assert good["path"] == f"/v1/organisations/id/{ACME}/numbers/shop"
    assert good["body"] == {"groupId": 13, "quantity": 2}
    assert (good["status"], good["code"], good["applied"]) == (200, None, True)
    assert (bad["status"], bad["code"], bad["applied"]) == (400, 40003, False)
    assert good["seq"] < bad["seq"]
    assert good["started"] <= good["ended"] <= bad["ended"]
    assert control.log(after=good["seq"]) == [bad]


def test_the_log_keeps_no_password_and_no_ticket(sandbox: Sandbox, jane: Person, control: Control) -> None:
    log_in(sandbox, "demo@example.com", "a-wrong-password")
    written = str(control.log())
    assert "password" not in written
    assert jane.ticket not in written
    assert jane.secret not in written


def test_an_application_is_assigned_directly_and_wholly(control: Control) -> None:
    control.set(assign={SUPPORT: {"voice": [14155550100]}})
    assert control.state()["assignments"][SUPPORT] == {"sms": [], "voice": [14155550100]}
    control.set(assign={SUPPORT: {}})
    assert control.state()["assignments"][SUPPORT] == {"sms": [], "voice": []}


def test_numbers_can_be_rented_and_released_from_elsewhere(jane: Person, control: Control) -> None:
    control.set(rent={ACME: {"32": 2}}, release=[14155550100])
    numbers = {item["number"] for item in jane.numbers(ACME)}
    assert len(numbers) == 61
    assert 14155550100 not in numbers
    assert 14155550100 not in control.state()["assignments"][SUPPORT]["voice"]


def test_accounting_and_availability_can_be_set(jane: Person, control: Control) -> None:
    control.set(accounting={ACME: False}, availability={"5": 3})
    reference = jane.reserve(ACME, 5, 3).json()["referenceId"]
    assert jane.check_out(ACME, reference).json()["errorCode"] == 42200


BAD: list[dict[str, Any]] = [
    {"nonsense": 1},
    {"credit": {"1": {"USD": "1"}}},
    {"assign": {SUPPORT: {"voice": [1]}}},
    {"clock_skew": "late"},
]


@pytest.mark.parametrize("changes", BAD)
def test_a_change_that_makes_no_sense_is_refused(control: Control, changes: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as error:
        control.set(**changes)
    assert error.value.code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "quake"},
        {"kind": "html", "match": {"port": 1}},
        {"kind": "html", "a": 1},
        {"kind": "html", "match": {"path": "("}},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(control: Control, wrong: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as error:
        control.fault(**wrong)
    assert error.value.code == 400


def test_a_reset_forgets_everything(jane: Person, control: Control) -> None:
    jane.assign(NIGHT_DESK, [14155550106])
    control.set(clock_skew=900)
    control.fault(kind="html", times=9)
    control.reset("empty")
    assert control.log() == []
    assert jane.ask("GET", f"/v1/organisations/id/{ACME}/numbers").json()["errorCode"] == 40100
    assert control.state()["rented"][ACME] == []


def test_a_number_is_rented_again_and_an_application_deleted_from_elsewhere(jane: Person, control: Control) -> None:
    control.set(release=[14155550100])
    control.set(rent_numbers={ACME: {"13": [14155550100]}}, deleted=[SUPPORT])
    assert 14155550100 in control.state()["rented"][ACME]
    assert jane.application(SUPPORT).status_code == 404
