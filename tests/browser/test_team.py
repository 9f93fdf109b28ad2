"""The team comes together in the browser, and its pages are for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import crew
from tests.dashboard import Visitor


@pytest.fixture
def owner(look, place):
    """With a password of her own, which she has set before, or now."""
    page = look()
    visitor = Visitor(place.base)
    visitor.post("/login/", kind="member", identity=crew.OWNER, password=crew.OWNER_PASSWORD)
    if "/login/" in visitor.get("/team/").url:
        visitor = crew.owner(place.base)
    page.context.add_cookies([{"name": c.name, "value": c.value, "url": place.base} for c in visitor.session.cookies])
    return page


def test_somebody_is_invited_and_joins(owner, look):
    owner.goto("/team/")
    owner.fill("#invite-email", "nia@example.com")
    owner.select_option("#role-invite", "buyer")
    owner.fill(".inviting [name=limit_amount]", "25")
    owner.press(".inviting [name=limit_amount]", "Enter")
    link = owner.input_value("[data-link]")
    nia = look()
    nia.goto(link)
    nia.fill("[name=name]", "Nia New")
    nia.fill("[name=password]", "nia has a long one")
    nia.press("[name=password]", "Enter")
    nia.wait_for_url("**/inventory/**")
    assert "Nia New" in nia.inner_text(".who")
    owner.reload()
    assert owner.locator("[data-role=buyer]", has_text="Nia New").count() == 1
    assert owner.locator("[data-link]").count() == 0


def test_the_limit_is_asked_for_only_with_a_buyer(owner):
    owner.goto("/team/")
    assert not owner.is_visible(".inviting [name=limit_amount]")
    owner.select_option("#role-invite", "buyer")
    assert owner.is_visible(".inviting [name=limit_amount]")


def test_password_fields_are_for_password_managers(owner, look):
    owner.goto("/you/")
    kinds = owner.eval_on_selector_all("[type=password]", "all => all.map(one => one.autocomplete)")
    assert "new-password" in kinds
    page = look()
    page.goto("/login/")
    assert page.get_attribute("#id_password", "autocomplete") == "current-password"
    assert page.get_attribute("#id_password", "type") == "password"
    assert page.get_attribute("#id_password", "onpaste") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/team/", "/you/", "/you/?factor=new", "/shop/cart/"])
def test_the_pages_are_accessible(owner, path, scheme):
    owner.emulate_media(color_scheme=scheme)
    owner.goto(path)
    for opener in owner.locator("details.more > summary").all():
        opener.click()
    found = Axe().run(owner).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:100]) for one in found] == []


@pytest.mark.parametrize("path", ["/team/", "/you/"])
def test_nothing_is_wider_than_a_phone(owner, path):
    owner.set_viewport_size({"width": 360, "height": 740})
    owner.goto(path)
    assert owner.evaluate("document.documentElement.scrollWidth") <= 360
