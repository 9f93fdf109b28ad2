from decimal import Decimal

import pytest

from tests.sandbox.people import Person, refused

SHOP = "/v1/organisations/id/8888123/numbers/shop"


def test_a_group_has_the_fields_of_the_reference(jane: Person) -> None:
    groups = {item["groupId"]: item for item in jane.ask("GET", SHOP).json()}
    assert groups[2] == {
        "groupId": 2,
        "country": "UK",
        "countryId": "GB",
        "city": "LONDON",
        "type": "Voice",
        "availability": 12,
        "areaCode": "020",
        "cost": {"amount": 2.0, "currencyId": "USD"},
    }


def test_capabilities_are_listed_by_some_groups_only(jane: Person) -> None:
    groups = {item["groupId"]: item for item in jane.ask("GET", SHOP).json()}
    assert groups[15]["capabilities"] == ["sms", "voice"]
    assert "capabilities" not in groups[13]


def test_an_amount_keeps_its_digits(jane: Person) -> None:
    answer = jane.ask("GET", SHOP)
    assert '"amount":2.00,' in answer.text
    assert {item["cost"]["amount"] for item in answer.json()} <= {Decimal(n) / 4 for n in range(4, 19)}


def test_one_type_can_be_asked_for(jane: Person) -> None:
    found = jane.ask("GET", SHOP + "?type=sms").json()
    assert {16, 75} <= {item["groupId"] for item in found}
    assert 13 not in {item["groupId"] for item in found}


@pytest.mark.parametrize("kind", ["fax", ""])
def test_a_type_that_does_not_exist_is_refused(jane: Person, kind: str) -> None:
    assert refused(jane.ask("GET", f"{SHOP}?type={kind}")) == 40001
