from datetime import UTC, datetime, timedelta
from uuid import UUID

import phonenumbers
import pytest

from numberadmin.sandbox import sample
from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person

ACME = sample.DEMO_ORGANISATION


def test_there_are_groups_of_many_kinds_in_eight_countries(jane: Person) -> None:
    groups = jane.ask("GET", f"/v1/organisations/id/{ACME}/numbers/shop").json()
    assert len(groups) == 24
    assert len({item["countryId"] for item in groups}) == 8
    assert {item["type"] for item in groups} == {"Voice", "Sms"}
    assert {item["cost"]["currencyId"] for item in groups} == {"USD", "EUR"}
    assert 0 in {item["availability"] for item in groups}


def test_acme_has_sixty_numbers_in_four_of_its_five_applications(jane: Person, control: Control) -> None:
    numbers = jane.numbers(ACME)
    keys = {item["applicationKey"] for item in numbers if "applicationKey" in item}
    assert len(numbers) == 60
    assert keys == set(list(sample.DEMO_APPLICATIONS)[:4])
    assert all(UUID(key) for key in sample.DEMO_APPLICATIONS)
    assert {tuple(item["capabilities"]) for item in numbers} == {("voice",), ("sms",), ("sms", "voice")}


@pytest.mark.parametrize(("days", "least"), [(3, 6), (10, 10), (30, 20)])
def test_some_numbers_expire_soon(jane: Person, days: int, least: int) -> None:
    limit = datetime.now(UTC) + timedelta(days=days)
    soon = [n for n in jane.numbers(ACME) if "expires" in n and datetime.fromisoformat(n["expires"]) < limit]
    assert len(soon) >= least


def test_globex_has_its_own_six_numbers(hank: Person, jane: Person) -> None:
    theirs = {item["number"] for item in hank.numbers(sample.GLOBEX_ORGANISATION)}
    assert len(theirs) == 6
    assert theirs.isdisjoint(item["number"] for item in jane.numbers(ACME))
    assert hank.application(sample.GLOBEX_APPLICATION).json()


def test_each_number_is_possible_in_its_country(jane: Person) -> None:
    for item in jane.numbers(ACME):
        number = phonenumbers.parse(f"+{item['number']}")
        assert phonenumbers.is_possible_number(number)
        assert number.country_code == phonenumbers.country_code_for_region(item["countryId"])


def test_a_large_account_can_be_had(control: Control) -> None:
    control.reset("demo", scale=2_000)
    state = control.state()
    assert len(set(state["rented"][ACME])) == 2_000
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(f"+{n}")) for n in state["rented"][ACME])
    acme = [key for key, owner in state["applications"].items() if owner == sample.DEMO_IDENTITY]
    assert len([key for key in acme if any(state["assignments"][key].values())]) == 10
