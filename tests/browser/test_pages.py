"""Each page as it is: accessible in both schemes, and no wider than a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SUPPORT, Look, sign_in

PAST = ["/inventory/as-it-was/", "/inventory/as-it-was/changes/"]
PAGES = ["/", "/shop/", "/shop/cart/", "/inventory/", "/inventory/applications/", *PAST, "/audit/", "/nowhere/"]
STRICT = {"serious", "critical"}


def prepare(page: Page):
    """A cart with a line, a number with a history, a message on the page."""
    page.goto("/shop/")
    page.get_by_role("button", name="Reserve").first.click()
    page.wait_for_selector('[data-message="success"]')


def violations(page: Page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found if item["impact"] in STRICT]


def wider(page: Page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_accessibility_violation(look: Look, scheme):
    page = look(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page.goto("/login/")
    found = {"/login/": violations(page)}
    sign_in(page)
    number = page.locator("tr[data-number]").first.get_attribute("data-number")
    prepare(page)
    found["reserved"] = violations(page)
    for path in [*PAGES, f"/inventory/{number}/"]:
        page.goto(path)
        found[path] = violations(page)
    page.goto("/shop/cart/")
    page.get_by_role("button", name="Check out").click()
    found["confirmation"] = violations(page)
    assert {path: rules for path, rules in found.items() if rules} == {}


def test_the_question_whether_to_move_is_accessible(look: Look):
    page = sign_in(look(reduced_motion="reduce", bypass_csp=True))
    page.locator(f'tr[data-application-key="{SUPPORT}"] input').first.check()
    other = page.locator(f'#application_key option:not([value=""]):not([value="{SUPPORT}"])').first
    page.get_by_label("Application to assign to").select_option(other.get_attribute("value"))
    page.get_by_role("button", name="Assign", exact=True).click()
    page.wait_for_selector("[data-held]")
    assert violations(page) == []


def test_no_page_is_wider_than_a_phone(look: Look):
    page = look(viewport={"width": 390, "height": 844}, has_touch=True)
    sign_in(page)
    prepare(page)
    number = "/inventory/" + str(page.request.get("/inventory/").text().split('data-number="')[1].split('"')[0]) + "/"
    for path in ["/inventory/", *PAGES, number]:
        page.goto(path)
        assert wider(page) <= 0, path
    page.goto("/login/")
    assert wider(page) <= 0


def test_on_a_phone_a_number_is_assigned_with_the_thumb(look: Look):
    page = sign_in(look(viewport={"width": 390, "height": 844}, has_touch=True))
    page.locator('tr[data-application-key=""] input').first.tap()
    page.get_by_label("Application to assign to").select_option(SUPPORT)
    page.get_by_role("button", name="Assign", exact=True).tap()
    page.wait_for_selector('[data-message="success"]')
    assert wider(page) <= 0
