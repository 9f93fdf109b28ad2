"""The cart in a browser, where a reservation has lapsed."""

from playwright.sync_api import Page, expect

from tests.place import Place


def test_it_rents_what_is_still_held_and_reserves_the_lapsed_line_again(jane: Page, place: Place):
    jane.goto("/shop/?country=DE")
    for row in jane.locator("[data-group-id]").all()[:2]:
        row.get_by_role("button", name="Reserve").click()
        expect(row).to_have_class("changed")
    jane.goto("/shop/cart/")
    first = jane.locator("[data-reference-id]").first
    lapsed = first.get_attribute("data-reference-id") or ""
    place.sinch.expire_reservations([lapsed])
    jane.get_by_role("button", name="Check out").click()
    jane.get_by_role("dialog").get_by_role("button", name="Check out").click()
    expect(jane.locator("[data-doubted]")).to_contain_text("Nothing was rented")
    jane.get_by_role("button", name="Rent what is still held").click()
    jane.wait_for_url("**/inventory/?rented=*")
    expect(jane.locator("tr[data-number]")).to_have_count(1)

    jane.goto("/shop/cart/")
    expect(first).to_have_attribute("data-state", "expired")
    jane.get_by_role("button", name="Reserve again").click()
    expect(jane.locator("[data-reference-id]")).to_have_attribute("data-state", "reserved")
    assert first.get_attribute("data-reference-id") != lapsed
    jane.get_by_role("button", name="Remove").click()
    expect(jane.get_by_role("heading", name="The cart is empty")).to_be_visible()
    expect(jane.locator("#cart-count")).to_be_hidden()


def test_a_sum_is_shown_for_each_currency(jane: Page):
    jane.goto("/shop/")
    for currency in ("USD", "EUR"):
        jane.locator('[data-group-id]:not([data-availability="0"])', has_text=currency).first.get_by_role(
            "button", name="Reserve"
        ).click()
        expect(jane.locator('[data-message="success"]')).to_be_visible()
        jane.keyboard.press("Escape")
    jane.goto("/shop/cart/")
    expect(jane.locator('[data-total][data-currency="USD"]')).to_have_count(1)
    expect(jane.locator('[data-total][data-currency="EUR"]')).to_have_count(1)


def test_more_than_there_is_is_refused_and_the_page_stays(jane: Page):
    jane.goto("/shop/")
    row = jane.locator('[data-group-id]:not([data-availability="0"])').first
    row.get_by_role("spinbutton").evaluate("field => { field.max = 9999; field.value = 9999; }")
    row.get_by_role("button", name="Reserve").click()
    expect(jane.locator('[data-message="error"]')).to_contain_text("Nothing was reserved")
    expect(row.get_by_role("spinbutton")).to_have_value("9999")
