from typing import Any

import pytest

from numberadmin.sandbox import sample
from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person, refused

ACME = sample.DEMO_ORGANISATION
SUPPORT, REMINDERS, TRACKING, _, NIGHT_DESK = sample.DEMO_APPLICATIONS
GLOBEX_APPLICATION = sample.GLOBEX_APPLICATION


def free(person: Person, capabilities: list[str]) -> list[int]:
    return [
        n["number"] for n in person.numbers(ACME) if "applicationKey" not in n and n["capabilities"] == capabilities
    ]


def listed(answer: Any) -> list[int]:
    assert answer.status_code == 200
    return [item["number"] for item in answer.json()]


def test_a_rented_number_has_the_fields_of_the_reference(jane: Person) -> None:
    number = next(item for item in jane.numbers(ACME) if item.get("applicationKey") == SUPPORT)
    assert number["number"] == 14155550100
    assert number["cost"] == {"amount": 1.0, "currencyId": "USD"}
    fields = {"number", "groupId", "capabilities", "applicationKey", "countryId", "city", "country", "areaCode"}
    assert set(number) == fields | {"expires", "cost"}


def test_an_application_lists_its_numbers_of_any_capability(jane: Person, control: Control) -> None:
    voice, sms = free(jane, ["voice"])[0], free(jane, ["sms", "voice"])[0]
    control.set(assign={NIGHT_DESK: {"voice": [voice], "sms": [sms]}})
    assert set(listed(jane.application(NIGHT_DESK))) == {voice, sms}


def test_a_write_sets_exactly_what_was_sent(jane: Person, control: Control) -> None:
    one, two, three = free(jane, ["voice"])[:3]
    assert listed(jane.assign(NIGHT_DESK, [one, two])) == sorted([one, two])
    assert listed(jane.assign(NIGHT_DESK, [three])) == [three]
    assert control.state()["assignments"][NIGHT_DESK] == {"sms": [], "voice": [three]}


def test_a_write_touches_one_capability(jane: Person, control: Control) -> None:
    one, two = free(jane, ["sms", "voice"])[:2]
    jane.assign(NIGHT_DESK, [one], "voice")
    jane.assign(NIGHT_DESK, [two], "sms")
    assert control.state()["assignments"][NIGHT_DESK] == {"sms": [two], "voice": [one]}


def test_a_number_is_taken_from_the_application_that_had_it(jane: Person, control: Control) -> None:
    taken = control.state()["assignments"][SUPPORT]["voice"][0]
    jane.assign(NIGHT_DESK, [taken])
    assert taken not in control.state()["assignments"][SUPPORT]["voice"]
    assert control.state()["assignments"][NIGHT_DESK]["voice"] == [taken]


def test_the_key_of_a_number_is_the_voice_one_before_the_sms_one(jane: Person, control: Control) -> None:
    one, two = free(jane, ["sms", "voice"])[:2]
    control.set(assign={SUPPORT: {"sms": [one, two]}, NIGHT_DESK: {"voice": [one]}})
    keys = {item["number"]: item.get("applicationKey") for item in jane.numbers(ACME)}
    assert (keys[one], keys[two]) == (NIGHT_DESK, SUPPORT)


def test_an_empty_write_empties_the_capability(jane: Person, control: Control) -> None:
    assert listed(jane.assign(TRACKING, [])) == []
    assert control.state()["assignments"][TRACKING]["voice"] == []


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([14155550199], 40003),
        (["14155550100"], 40003),
        ([True], 40003),
        ([None], 40003),
        ([1.5], 40003),
        ("1", 40003),
        (None, 40002),
    ],
)
def test_numbers_that_are_not_rented_here_are_refused(jane: Person, control: Control, numbers: Any, code: int) -> None:
    before = control.state()["assignments"]
    assert refused(jane.assign(SUPPORT, numbers)) == code
    assert control.state()["assignments"] == before


def test_one_bad_number_refuses_the_whole_write_by_name(jane: Person, hank: Person, control: Control) -> None:
    before, theirs = control.state()["assignments"], hank.numbers(sample.GLOBEX_ORGANISATION)[0]["number"]
    answer = jane.assign(SUPPORT, [free(jane, ["voice"])[0], theirs])
    assert refused(answer) == 40003
    assert str(theirs) in answer.json()["message"]
    assert control.state()["assignments"] == before


def test_a_number_without_the_capability_is_refused_by_name(jane: Person) -> None:
    answer = jane.assign(SUPPORT, free(jane, ["voice"])[:1], "sms")
    assert refused(answer) == 40003
    assert "sms" in answer.json()["message"]


@pytest.mark.parametrize("capability", ["fax", "Voice", "mms"])
def test_a_capability_that_does_not_exist_is_refused(jane: Person, capability: str) -> None:
    answer = jane.assign(SUPPORT, [], capability)
    assert refused(answer) == 40001
    assert answer.json()["message"] == f"Invalid number type: {capability}.  Type must be one of: sms, voice."


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-4000-8000-000000000000", GLOBEX_APPLICATION])
def test_an_application_of_nobody_or_of_another_account_is_not_found(jane: Person, key: str) -> None:
    for answer in (jane.application(key), jane.assign(key, []), jane.unassign(key, 14155550100)):
        assert refused(answer) == 40400
        assert answer.json()["message"] == f"Application with the key {key} was not found."


def test_a_removed_number_leaves_in_all_capabilities_and_stays_rented(jane: Person, control: Control) -> None:
    number = free(jane, ["sms", "voice"])[0]
    control.set(assign={NIGHT_DESK: {"voice": [number], "sms": [number]}})
    answer = jane.unassign(NIGHT_DESK, number)
    assert (answer.status_code, answer.content) == (204, b"")
    assert control.state()["assignments"][NIGHT_DESK] == {"sms": [], "voice": []}
    assert number in control.state()["rented"][ACME]


def test_removing_it_again_or_from_elsewhere_changes_nothing(jane: Person, control: Control) -> None:
    before = control.state()["assignments"]
    assert jane.unassign(NIGHT_DESK, before[SUPPORT]["voice"][0]).status_code == 204
    assert jane.unassign(NIGHT_DESK, free(jane, ["voice"])[0]).status_code == 204
    assert control.state()["assignments"] == before


@pytest.mark.parametrize("number", ["abc", "+14155550100", "1", "14155550199", "9" * 40, "%C2%B2"])
def test_what_is_no_number_of_the_account_is_refused(jane: Person, number: str) -> None:
    assert refused(jane.unassign(SUPPORT, number)) == 40003
