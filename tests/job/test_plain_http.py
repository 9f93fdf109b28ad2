"""The whole job without JavaScript: each form is sent as it stands and answered by a redirect to a page that tells."""

from numberadmin.sandbox import sample
from tests.job.conftest import Reader
from tests.place import Place

SUPPORT, REMINDERS = list(sample.DEMO_APPLICATIONS)[:2]


def numbers(page, key=None):
    rows = page.with_attribute("data-number")
    return [row["data-number"] for row in rows if key is None or row["data-application-key"] == key]


def group(page, least=1):
    groups = page.with_attribute("data-availability")
    return next(row["data-group-id"] for row in groups if int(row["data-availability"]) >= least)


def held(place, key):
    return {str(number) for held in place.sinch.state()["assignments"][key].values() for number in held}


def test_a_person_does_the_whole_job(jane: Reader, place: Place):
    shop = jane.open("/shop/?country=SE")
    jane.send("/shop/reserve/", quantity="2", where=group(shop, 2))
    assert (jane.redirected, jane.messages()) == ([302], ["success"])

    cart = jane.open("/shop/cart/")
    assert [line["data-quantity"] for line in cart.with_attribute("data-reference-id")] == ["2"]
    assert [total["data-currency"] for total in cart.with_attribute("data-total")] == ["USD"]
    rented = jane.send("/shop/cart/checkout/")
    assert (jane.redirected, jane.messages()) == ([302], ["success"])
    new = numbers(rented)
    assert len(new) == 2

    jane.send("/inventory/assign/", application_key=SUPPORT, reason="Nordic launch")
    assert (jane.redirected, jane.messages()) == ([302], ["success"])
    assert set(new) <= held(place, SUPPORT)
    row = jane.open(f"/audit/?number={new[0]}&action=assign").with_attribute("data-operation")[0]
    assert (row["data-outcome"], row["data-actor"]) == ("succeeded", "Jane Bloggs")

    number = jane.open(f"/inventory/{new[0]}/")
    assert number.with_attribute("data-number")[0]["data-application-key"].lower() == SUPPORT
    operation = dict(jane.fields("/inventory/assign/"))["operation"]
    jane.send("/inventory/assign/", numbers=new[0], application_key=REMINDERS, move="yes")
    assert jane.messages() == ["success"]
    jane.open(f"/audit/export/?format=jsonl&number={new[0]}")
    assert operation in jane.page.text
    assert new[0] in held(place, REMINDERS)

    jane.open(f"/inventory/{new[0]}/")
    jane.post("/inventory/unassign/", jane.fields("/inventory/assign/"))
    assert jane.messages() == ["success"]
    assert new[0] not in held(place, REMINDERS)


def test_the_same_form_sent_twice_does_the_thing_once(jane: Reader, place: Place):
    shop = jane.open("/shop/")
    jane.send("/shop/reserve/", where=group(shop))
    count = len(place.sinch.state()["reservations"])
    jane.post("/shop/reserve/", jane.sent)
    assert jane.messages() == ["success"]
    assert len(place.sinch.state()["reservations"]) == count


def test_a_number_in_another_application_is_moved_only_after_a_question(jane: Reader, place: Place):
    number = numbers(jane.open("/inventory/"), SUPPORT)[0]
    jane.send("/inventory/assign/", numbers=number, application_key=REMINDERS, reason="Wrong line")
    assert (jane.redirected, jane.messages()) == ([302], ["error"])
    assert "Support" in jane.page.text or SUPPORT[:8] in jane.page.text
    assert number in held(place, SUPPORT)

    jane.send("/inventory/assign/", where="yes")
    assert jane.messages() == ["success"]
    assert number in held(place, REMINDERS) - held(place, SUPPORT)


def test_a_refused_form_is_filled_in_again_once(jane: Reader):
    number = numbers(jane.open("/inventory/"))[0]
    page = jane.send("/inventory/assign/", numbers=number, application_key="", reason="Keep this")
    assert jane.messages() == ["error"]
    ticked = [item["value"] for item in page.with_attribute("checked") if item.get("name") == "numbers"]
    assert ticked == [number]
    assert "Keep this" in jane.page.text
    jane.open("/inventory/")
    assert "Keep this" not in jane.page.text


def test_a_line_is_removed_and_the_page_says_that_it_lapses_by_itself(jane: Reader):
    jane.send("/shop/reserve/", where=group(jane.open("/shop/")))
    lines = jane.open("/shop/cart/").with_attribute("data-reference-id")
    reference = lines[-1]["data-reference-id"]
    cart = jane.send("/shop/cart/remove/", where=reference)
    assert jane.messages() == ["success"]
    assert "lapses by itself" in jane.page.text
    assert reference not in [line["data-reference-id"] for line in cart.with_attribute("data-reference-id")]


def test_an_application_is_named_and_an_unknown_key_is_refused(jane: Reader):
    jane.open("/inventory/applications/")
    jane.send("/inventory/applications/", where=SUPPORT, name="Help desk")
    assert jane.messages() == ["success"]
    page = jane.send("/inventory/applications/", application_key="no key at all", name="Nobody")
    assert jane.messages() == ["error"]
    assert "no key at all" in [item.get("value") for item in page.elements]


def test_all_of_a_page_are_ticked_by_a_link(jane: Reader):
    page = jane.open("/inventory/?application=none&select=page")
    ticked = [item for item in page.with_attribute("checked") if item.get("name") == "numbers"]
    assert len(ticked) == len(numbers(page)) > 0


def test_the_list_is_read_again_on_the_page_it_was_asked_from(jane: Reader):
    jane.open("/inventory/?q=dublin")
    jane.send("/inventory/refresh/")
    assert (jane.redirected, jane.messages()) == ([302], ["success"])
    assert jane.page.url.endswith("/inventory/?q=dublin")


def test_a_person_signs_out(jane: Reader):
    jane.open("/inventory/")
    jane.send("/logout/")
    jane.open("/inventory/")
    assert "/login/?next=%2Finventory%2F" in jane.page.url
