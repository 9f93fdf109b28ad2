"""Paste, look, apply, and see what came of it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from numberadmin.sandbox import sample
from tests.browser.conftest import SUPPORT
from tests.tools.make_tables import FOLDER


@pytest.fixture
def jane(look):
    page = look()
    page.goto("/login/")
    page.fill("#id_identity", sample.DEMO_IDENTITY)
    page.fill("#id_password", sample.DEMO_PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url("**/inventory/**")
    return page


def test_what_is_pasted_is_shown_before_anything_is_done(jane, place):
    before = place.sinch.state()["assignments"]
    jane.goto("/inventory/")
    jane.click("text=Plans")
    jane.fill("#paste", "+61 2 5550 0100\n14155550106-14155550107\n1.4E+10")
    jane.select_option("#paste-application", SUPPORT)
    jane.click("text=Show the plan >> nth=0")
    assert jane.inner_text("[data-count=assign]") == "3"
    assert jane.inner_text("[data-count=wrong]") == "1"
    assert "rounded" in jane.inner_text("[data-what=wrong]")
    assert place.sinch.state()["assignments"] == before
    jane.click("#apply")
    jane.wait_for_selector("[data-plan][data-state=applying]")
    jane.click("text=Pause")
    assert jane.is_visible("text=Go on")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_question_for_an_encoding_is_accessible_fits_a_phone_and_leads_to_the_plan(jane, scheme):
    jane.emulate_media(color_scheme=scheme)
    jane.goto("/inventory/plans/")
    jane.set_input_files("#file", FOLDER / "excel-ru-ru.csv")
    jane.click("text=Show the plan >> nth=1")
    jane.wait_for_url("**/inventory/plans/encoding/")
    found = Axe().run(jane).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:100]) for one in found] == []
    jane.set_viewport_size({"width": 360, "height": 740})
    assert jane.evaluate("document.documentElement.scrollWidth") <= 360
    jane.check("input[value=windows-1251]")
    jane.click("text=Show the plan")
    assert "no application is known as Support" in jane.inner_text(".plan-lines")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(jane, scheme):
    jane.emulate_media(color_scheme=scheme)
    jane.goto("/inventory/plans/")
    jane.fill("#paste", "14155550108, 14155550109, nonsense")
    jane.select_option("#paste-application", "none")
    found = Axe().run(jane).response["violations"]
    jane.click("text=Show the plan >> nth=0")
    found += Axe().run(jane).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:100]) for one in found] == []
    jane.set_viewport_size({"width": 360, "height": 740})
    assert jane.evaluate("document.documentElement.scrollWidth") <= 360
