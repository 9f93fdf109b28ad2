"""The whole job in a browser: rent, assign, see who did it, unassign."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import SUPPORT
from tests.place import Place


def message(page: Page, level="success"):
    return page.locator(f'[data-message="{level}"]')


def held(place, key):
    return {number for numbers in place.sinch.state()["assignments"][key].values() for number in numbers}


def test_a_person_rents_numbers_assigns_one_and_finds_it_in_the_audit(jane: Page, place: Place):
    jane.get_by_role("link", name="Shop").click()
    jane.get_by_label("Country").select_option(label="Sweden")
    expect(jane.locator("[data-group-id]").first).to_contain_text("Sweden")
    expect(jane).to_have_url(f"{place.base}/shop/?country=SE")
    row = jane.locator('[data-group-id]:not([data-availability="0"])').first
    row.get_by_role("spinbutton").fill("2")
    row.get_by_role("button", name="Reserve").click()
    expect(message(jane)).to_contain_text("Reserved 2 numbers")
    expect(jane.locator("#cart-count")).to_contain_text("1")

    jane.get_by_role("link", name="Open the cart").click()
    expect(jane.locator('[data-state="reserved"]')).to_have_attribute("data-quantity", "2")
    jane.get_by_role("button", name="Check out").click()
    confirm = jane.get_by_role("dialog")
    expect(confirm).to_contain_text("Rent 2 numbers for USD")
    confirm.get_by_role("button", name="Check out").click()
    jane.wait_for_url("**/inventory/?rented=*")
    expect(message(jane)).to_contain_text("Rented 2 numbers.")
    expect(jane.get_by_role("heading", name="Just rented")).to_be_visible()
    expect(jane.locator("input[name=numbers]:checked")).to_have_count(2)

    new = {int(row.get_attribute("data-number") or 0) for row in jane.locator("tr[data-number]").all()}
    jane.get_by_label("Application to assign to").select_option(SUPPORT)
    jane.get_by_label("Reason").fill("Nordic launch")
    jane.get_by_role("button", name="Assign", exact=True).click()
    expect(message(jane)).to_contain_text("Assigned 2 numbers to Support line.")
    expect(jane.locator(f'details[data-application-group="{SUPPORT}"] tr[data-number]')).to_have_count(2)
    assert new <= held(place, SUPPORT)

    jane.get_by_role("link", name="Audit").click()
    entry = jane.locator('[data-action="assign"]').first
    expect(entry).to_have_attribute("data-outcome", "succeeded")
    expect(entry).to_contain_text("Jane Bloggs")
    expect(entry).to_contain_text("Nordic launch")

    entry.get_by_role("link").first.click()
    jane.get_by_role("button", name="Unassign").click()
    expect(message(jane)).to_contain_text("It stays rented and paid for.")
    expect(jane.locator("article[data-number]")).to_have_attribute("data-application-key", "")
    expect(jane.locator('[data-action="unassign"]')).to_be_visible()
    assert len(new & held(place, SUPPORT)) == 1
