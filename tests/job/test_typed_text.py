"""What is typed loses what nobody sees, on whatever page."""

from numberadmin.sandbox import sample
from tests.job.conftest import Reader

SUPPORT = next(iter(sample.DEMO_APPLICATIONS))


def test_a_page_keeps_and_shows_no_mark_of_direction(jane: Reader):
    jane.open("/inventory/applications/")
    jane.send("/inventory/applications/", application_key=f"\u200e{SUPPORT}\u200b", name="\u202eSup\u200bport\0 Ｘ")
    assert jane.messages() == ["success"]
    assert "\u202e" not in jane.page.text
    assert "Support Ｘ" in jane.page.text


def test_numbers_are_planned_in_the_spellings_that_the_inventory_shows(jane: Reader):
    jane.open("/inventory/plans/")
    text = "\u202a+1 312-555-0100\u202c - +1 312-555-0102\n\u200b\n="
    page = jane.send("/inventory/plans/", text=text + '"+13125550199"', application_key="none")
    lines = {item["data-number"] for item in page.with_attribute("data-line")}
    assert lines == {"13125550100", "13125550101", "13125550102", "13125550199"}


def test_a_name_does_not_reorder_what_stands_around_it(jane: Reader):
    jane.open("/inventory/applications/")
    jane.send("/inventory/applications/", application_key=SUPPORT, name="דלפק")
    for path in ("/inventory/", "/audit/", "/inventory/applications/"):
        jane.open(path)
        assert "<bdi>דלפק</bdi>" in jane.page.text or 'value="דלפק"' in jane.page.text
