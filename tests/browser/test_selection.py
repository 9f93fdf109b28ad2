"""Selecting, assigning and moving in the inventory, with the mouse and with the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import REMINDERS, SUPPORT
from tests.place import Place


def box(page: Page, number):
    return page.locator(f'input[type="checkbox"][value="{number}"]')


def row(page: Page, number):
    return page.locator(f'tr[data-number="{number}"]')


def assign(page: Page, key):
    page.get_by_label("Application to assign to").select_option(key)
    page.get_by_role("button", name="Assign", exact=True).click()


def test_it_marks_what_changed_and_leaves_the_rest_of_the_selection(jane: Page, free):
    number, other = free(2)
    jane.goto("/inventory/")
    jane.get_by_label("Application to assign to").select_option(SUPPORT)
    box(jane, other).check()
    row(jane, number).get_by_role("button").click()
    expect(row(jane, number)).to_have_attribute("data-application-key", SUPPORT)
    expect(row(jane, number)).to_have_class("changed")
    expect(box(jane, other)).to_be_checked()
    expect(jane.locator("[data-selected]")).to_have_text("1")


def test_it_asks_before_it_moves_a_number_and_keeps_the_page(jane: Page, free):
    (number,) = free(1)
    jane.goto("/inventory/")
    box(jane, number).check()
    assign(jane, SUPPORT)
    expect(row(jane, number)).to_have_attribute("data-application-key", SUPPORT)
    box(jane, number).check()
    assign(jane, REMINDERS)
    panel = jane.locator("[data-held]")
    expect(panel).to_contain_text("Support line, by Jane Bloggs")
    expect(row(jane, number)).to_have_attribute("data-application-key", SUPPORT)
    expect(box(jane, number)).to_be_checked()
    expect(panel.get_by_role("button", name="Move 1 number")).to_be_focused()
    jane.keyboard.press("Enter")
    expect(row(jane, number)).to_have_attribute("data-application-key", REMINDERS)
    expect(panel).to_have_count(0)


def test_shift_click_selects_a_range_and_escape_clears_it(jane: Page, free):
    numbers = free(4)
    box(jane, numbers[0]).click()
    box(jane, numbers[3]).click(modifiers=["Shift"])
    expect(jane.locator("[data-selected]")).to_have_text("4")
    jane.keyboard.press("Escape")
    expect(jane.locator("[data-selected]")).to_have_text("0")


def test_all_on_the_page_are_selected_by_one_box(jane: Page):
    jane.goto("/inventory/?application=none")
    shown = jane.locator("tr[data-number]").count()
    jane.get_by_label("select all on this page").check()
    expect(jane.locator("input[name=numbers]:checked")).to_have_count(shown)


def test_slash_searches_as_one_types_and_the_address_keeps_the_search(jane: Page, place: Place):
    jane.keyboard.press("/")
    jane.keyboard.type("dublin")
    expect(jane.locator("tr[data-number]").first).to_contain_text("DUBLIN")
    expect(jane.get_by_placeholder("Number, city, application")).to_be_focused()
    expect(jane).to_have_url(f"{place.base}/inventory/?q=dublin")
    jane.reload()
    expect(jane.locator("tr[data-number]").first).to_contain_text("DUBLIN")


def test_a_folded_group_stays_folded_when_the_list_is_read_again(jane: Page):
    group = jane.locator(f'details[data-application-group="{REMINDERS}"]')
    group.locator("summary").click()
    jane.get_by_role("button", name="Refresh").click()
    expect(jane.locator('[data-message="success"]')).to_contain_text("read again")
    expect(group).not_to_have_attribute("open", "")


def test_a_row_without_a_chosen_application_leads_to_the_choice(jane: Page, free):
    (number,) = free(1)
    row(jane, number).get_by_role("button").click()
    expect(jane.get_by_label("Application to assign to")).to_be_focused()
    expect(box(jane, number)).to_be_checked()


@pytest.mark.parametrize("path", ["/shop/", "/inventory/", "/audit/"])
def test_back_leads_to_the_list_as_it_was(jane: Page, path):
    jane.goto(path)
    jane.get_by_role("searchbox").fill("nothing like this")
    expect(jane.get_by_role("heading", level=2).first).to_contain_text("matches")
    jane.go_back()
    expect(jane.locator("[data-group-id], tr[data-number], [data-operation]").first).to_be_visible()


def test_an_ended_session_leads_to_sign_in_and_back_to_the_page(jane: Page, free):
    (number,) = free(1)
    box(jane, number).check()
    jane.context.clear_cookies(name="sessionid")
    assign(jane, SUPPORT)
    jane.wait_for_url("**/login/?next=*")
    assert "%2Finventory%2F%3Fapplication%3Dnone" in jane.url


def test_a_lost_connection_is_told(jane: Page, free):
    (number,) = free(1)
    box(jane, number).check()
    jane.route("**/inventory/assign/", lambda route: route.abort())
    assign(jane, SUPPORT)
    expect(jane.locator('[data-message="error"]')).to_contain_text("look in the audit")


def test_a_page_from_before_another_sign_in_says_that_it_is_out_of_date(jane: Page, free):
    (number,) = free(1)
    box(jane, number).check()
    jane.context.clear_cookies(name="csrftoken")
    assign(jane, SUPPORT)
    expect(jane.locator('[data-message="error"]')).to_contain_text("nothing was changed")
    expect(box(jane, number)).to_be_checked()


def test_an_application_is_renamed_where_it_stands(jane: Page):
    jane.goto("/inventory/applications/")
    name = jane.get_by_label(f"Name of {SUPPORT[:8]}")
    name.fill("Help desk")
    name.press("Enter")
    expect(jane.locator('[data-message="success"]')).to_contain_text("Help desk")
    expect(name).to_have_value("Help desk")


def test_a_change_in_doubt_is_said_and_settles_on_the_page_by_itself(jane: Page, place: Place):
    # Of a number that has both, no list tells whether both came through.
    jane.goto("/inventory/?application=none")
    rows = jane.locator('tr[data-application-key=""]').all()
    one = next(row for row in rows if row.locator(".caps .tag").all_inner_texts() == ["voice"])
    number = one.get_attribute("data-number") or ""
    jane.goto("/inventory/")
    box(jane, number).check()
    place.sinch.fault(match={"verb": "PUT", "path": "/applications/"}, kind="drop")
    assign(jane, SUPPORT)
    expect(jane.locator('[data-message="warning"]')).to_contain_text("is being checked")
    expect(row(jane, number)).to_contain_text("Being checked")
    held = place.sinch.state()["assignments"][SUPPORT]
    place.sinch.set(assign={SUPPORT: held | {"voice": [*held["voice"], int(number)]}})
    expect(row(jane, number)).to_have_attribute("data-application-key", SUPPORT, timeout=20_000)
    expect(jane.locator(".doubt")).to_have_count(0)
