from datetime import UTC, datetime
from typing import Any

import pytest

from numberadmin.sandbox.control import Control
from numberadmin.sandbox.shop import a_month_on
from tests.sandbox.people import Person, refused

ACME, GLOBEX, TRIALS = "8888123", "7777456", "7777457"
SHOP = f"/v1/organisations/id/{ACME}/numbers/shop"


def reference(person: Person, group: int = 13, quantity: int = 1, organisation: str = ACME, **more: Any) -> str:
    return str(person.reserve(organisation, group, quantity, **more).json()["referenceId"])


def money(control: Control, organisation: str = ACME) -> Any:
    state = control.state()
    return state["credit"][organisation], state["spent"][organisation], state["rented"][organisation]


def test_it_answers_nothing_and_rents_the_groups_next_numbers(jane: Person, control: Control) -> None:
    before = set(control.state()["rented"][ACME])
    answer = jane.check_out(ACME, reference(jane, 32, 2))
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(control.state()["rented"][ACME]) - before == {46406280400, 46406280401}


def test_it_takes_the_cost_of_each_currency_from_the_credit(jane: Person, control: Control) -> None:
    jane.check_out(ACME, reference(jane, 13, 3), reference(jane, 22, 2))
    credit, spent, _ = money(control)
    assert credit == {"USD": "97.00", "EUR": "45.50"}
    assert spent == {"USD": "3.00", "EUR": "4.50"}


def test_a_new_number_is_in_no_application_and_expires_a_month_on(jane: Person) -> None:
    jane.check_out(ACME, reference(jane, 32))
    (new,) = (item for item in jane.numbers(ACME) if item["city"] == "Malmö")
    assert "applicationKey" not in new
    assert new["expires"].startswith(a_month_on(datetime.now(UTC)).date().isoformat())
    assert new["expires"].endswith("T23:59:59+00:00")


def test_a_month_on_stays_within_the_month() -> None:
    assert a_month_on(datetime(2027, 1, 31, tzinfo=UTC)).date().isoformat() == "2027-02-28"
    assert a_month_on(datetime(2026, 12, 5, tzinfo=UTC)).date().isoformat() == "2027-01-05"


def test_the_capabilities_asked_for_are_those_rented(jane: Person, control: Control) -> None:
    before = set(control.state()["rented"][ACME])
    jane.check_out(ACME, reference(jane, 15, capabilities=["sms"]))
    (new,) = (item for item in jane.numbers(ACME) if item["number"] not in before)
    assert new["capabilities"] == ["sms"]


def test_too_little_credit_leaves_everything_as_it_was(jane: Person, control: Control) -> None:
    control.set(credit={ACME: {"USD": "2.99"}})
    held, before = reference(jane, 13, 3), money(control)
    assert refused(jane.check_out(ACME, held)) == 40200
    assert money(control) == before
    control.set(credit={ACME: {"USD": "3.00"}})
    assert jane.check_out(ACME, held).status_code == 204


def test_one_lapsed_reference_refuses_all_of_them(jane: Person, control: Control) -> None:
    lapsed, held, before = reference(jane), reference(jane), money(control)
    control.expire_reservations([lapsed])
    assert refused(jane.check_out(ACME, held, lapsed)) == 40400
    assert money(control) == before
    assert jane.check_out(ACME, held).status_code == 204


def test_one_currency_without_credit_refuses_all_of_them(jane: Person, control: Control) -> None:
    dollars, euros = reference(jane, 13), reference(jane, 22)
    control.set(credit={ACME: {"EUR": "0.00"}})
    before = money(control)
    assert refused(jane.check_out(ACME, dollars, euros)) == 40200
    assert money(control) == before


def test_a_reference_is_good_for_once(jane: Person, control: Control) -> None:
    used = reference(jane)
    jane.check_out(ACME, used)
    before = money(control)
    assert refused(jane.check_out(ACME, used)) == 40400
    assert money(control) == before


def test_a_reference_of_another_account_or_of_nobody_is_not_found(jane: Person, hank: Person) -> None:
    assert refused(hank.check_out(GLOBEX, reference(jane))) == 40400
    assert refused(jane.check_out(ACME, "c8b27491-3379-44f3-af31-fbbfbb2ba510")) == 40400


def test_an_organisation_without_accounting_rents_nothing(hank: Person, control: Control) -> None:
    assert refused(hank.check_out(TRIALS, reference(hank, organisation=TRIALS))) == 42200
    assert control.state()["rented"][TRIALS] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 40002), ({"referenceIds": []}, 40002), ({"referenceIds": "x"}, 40003), ({"referenceIds": [1]}, 40003)],
)
def test_the_body_must_hold_references(jane: Person, body: Any, code: int) -> None:
    assert refused(jane.ask("POST", SHOP, body)) == code


def test_a_reference_that_is_named_twice_is_refused(jane: Person, control: Control) -> None:
    held, before = reference(jane), money(control)
    assert refused(jane.check_out(ACME, held, held)) == 40003
    assert money(control) == before


def test_the_price_is_that_of_the_moment_of_checkout(jane: Person, control: Control) -> None:
    held = reference(jane, 13)
    control.set(price={"13": "7.25"})
    jane.check_out(ACME, held)
    assert money(control)[0]["USD"] == "92.75"
