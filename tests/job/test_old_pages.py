"""A form from a page that is no longer true is not carried out; what is true now is shown."""

import pytest

from numberadmin.sandbox import sample
from tests.job.conftest import Markup, Reader
from tests.job.test_plain_http import SUPPORT, held, numbers
from tests.place import Place

REMINDERS = list(sample.DEMO_APPLICATIONS)[1]


@pytest.fixture
def second_tab(jane: Reader):
    """Another tab of the same browser."""
    tab = Reader(jane.base)
    tab.session = jane.session
    return tab


def test_a_number_that_another_tab_has_moved_is_left_where_it_is(jane: Reader, second_tab: Reader, place: Place):
    number = numbers(jane.open("/inventory/?application=none"))[0]
    second_tab.open("/inventory/")
    second_tab.send("/inventory/assign/", numbers=number, application_key=REMINDERS)
    jane.send("/inventory/assign/", numbers=number, application_key=SUPPORT, move="yes")
    assert jane.messages() == ["error"]
    assert "the page was older than that" in jane.page.text
    assert number in held(place, REMINDERS)


def test_htmx_gets_the_fresh_row_with_the_refusal(jane: Reader, second_tab: Reader, place: Place):
    number = numbers(jane.open("/inventory/"), "")[0]
    fields = [item for item in jane.fields("/inventory/assign/") if item[0] != "application_key"]
    second_tab.open("/inventory/")
    second_tab.send("/inventory/assign/", numbers=number, application_key=REMINDERS)
    headers = {"HX-Request": "true", "HX-Target": "numbers", "HX-Current-URL": jane.page.url}
    fields += [("numbers", number), ("application_key", SUPPORT), ("move", "yes")]
    answer = jane.session.post(f"{jane.base}/inventory/assign/", data=fields, headers=headers, timeout=30)
    rows = {row["data-number"]: row for row in Markup(answer.text).with_attribute("data-number")}
    assert answer.status_code == 409
    assert rows[number]["data-application-key"] == REMINDERS
    assert "the page was older than that" in answer.text


def test_a_page_of_another_account_changes_nothing_and_is_written_down(jane: Reader, place: Place):
    number = numbers(jane.open("/inventory/"), "")[0]
    fields = jane.fields("/inventory/assign/")
    jane.send("/logout/")
    jane.open("/login/")
    jane.send("/login/", identity=sample.GLOBEX_IDENTITY, password=sample.GLOBEX_PASSWORD)
    if "/login/organisation/" in jane.page.url:
        jane.send("/login/organisation/", organisation=sample.GLOBEX_ORGANISATION)
    fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    jane.open("/inventory/")
    token = dict(jane.fields("/inventory/refresh/"))["csrfmiddlewaretoken"]
    place.sinch.clear_log()
    jane.post("/inventory/assign/", [*fields, ("csrfmiddlewaretoken", token)], numbers=number, application_key=SUPPORT)
    assert jane.messages() == ["error"]
    assert "drawn for another account" in jane.page.text
    assert [call for call in place.sinch.log() if call["verb"] != "GET"] == []
    rows = jane.open("/audit/?action=refused").with_attribute("data-operation")
    assert [(row["data-outcome"], row["data-actor"]) for row in rows] == [("failed", "Hank Rivers")]


def test_a_cart_that_has_changed_since_is_not_checked_out(jane: Reader, second_tab: Reader, place: Place):
    group = jane.open("/shop/").with_attribute("data-group-id")[0]["data-group-id"]
    jane.send("/shop/reserve/", where=group)
    jane.open("/shop/cart/")
    second_tab.open("/shop/")
    second_tab.send("/shop/reserve/", where=group)
    before = place.sinch.state()["rented"]
    jane.send("/shop/cart/checkout/")
    assert jane.messages() == ["error"]
    assert "The cart has changed" in jane.page.text
    assert place.sinch.state()["rented"] == before
    jane.send("/shop/cart/checkout/")
    assert jane.messages() == ["success"]
