"""What htmx gets from the same addresses: the part of the page that it names, with the message beside it."""

import pytest

from numberadmin.sandbox import sample
from tests.job.conftest import Markup, Reader

SUPPORT, REMINDERS = list(sample.DEMO_APPLICATIONS)[:2]


def ask(jane: Reader, path, target):
    return jane.session.get(jane.base + path, headers={"HX-Request": "true", "HX-Target": target}, timeout=30)


def send(jane: Reader, page, action, target, **fields):
    jane.open(page)
    known = [item for item in jane.fields(action) if item[0] not in fields]
    headers = {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": jane.page.url}
    return jane.session.post(jane.base + action, data=[*known, *fields.items()], headers=headers, timeout=30)


def levels(answer):
    return [item["data-message"] for item in Markup(answer.text).with_attribute("data-message")]


def a_number(jane: Reader, key):
    rows = jane.open("/inventory/").with_attribute("data-number")
    return next(row["data-number"] for row in rows if row["data-application-key"] == key)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/shop/", "groups"),
        ("/shop/cart/", "lines"),
        ("/inventory/", "numbers"),
        ("/inventory/", "listing"),
        ("/inventory/applications/", "applications"),
        ("/audit/", "entries"),
    ],
)
def test_a_page_answers_with_the_part_that_is_asked_for(jane: Reader, path, target):
    answer = ask(jane, path, target)
    assert answer.ok
    assert answer.text.count(f'id="{target}"') == 1
    assert "<html" not in answer.text
    assert {"HX-Request", "HX-Target"} <= set(answer.headers["Vary"].split(", "))


def test_a_part_that_a_page_does_not_have_is_the_whole_page(jane: Reader):
    assert "<html" in ask(jane, "/inventory/", "base").text


def test_what_was_done_comes_with_the_fresh_list_and_a_message(jane: Reader):
    number = a_number(jane, "")
    answer = send(jane, "/inventory/", "/inventory/assign/", "numbers", numbers=number, application_key=SUPPORT)
    assert (answer.status_code, levels(answer)) == (200, ["success"])
    rows = {row["data-number"]: row for row in Markup(answer.text).with_attribute("data-number")}
    assert rows[number]["data-application-key"] == SUPPORT
    assert rows[number]["class"] == "changed"


def test_a_refusal_leaves_the_page_and_says_why(jane: Reader):
    answer = send(jane, "/inventory/", "/inventory/assign/", "numbers", application_key=SUPPORT)
    assert (answer.status_code, levels(answer)) == (422, ["error"])
    assert answer.headers["HX-Reswap"] == "none"
    assert "No number was selected" in answer.text


def test_a_number_held_elsewhere_is_a_conflict_that_names_the_holder(jane: Reader):
    number = a_number(jane, REMINDERS)
    answer = send(jane, "/inventory/", "/inventory/assign/", "numbers", numbers=number, application_key=SUPPORT)
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (409, "none")
    assert "Move 1 number" in answer.text
    assert "put there outside numberadmin" in answer.text


def test_reserving_brings_the_count_of_the_cart_along(jane: Reader):
    answer = send(jane, "/shop/?country=SE", "/shop/reserve/", "groups")
    assert (answer.status_code, levels(answer)) == (200, ["success"])
    assert 'id="cart-count" class="count" hx-swap-oob="true"' in answer.text
    assert len(Markup(answer.text).with_attribute("data-group-id")) == 3
