"""Labels, the overview and the past, over plain HTTP."""

from numberadmin.sandbox import sample
from numberadmin.templatetags.display import phone
from tests.job.conftest import Reader

SUPPORT = next(iter(sample.DEMO_APPLICATIONS))


def first_number(jane: Reader, query: str = "") -> str:
    page = jane.open(f"/inventory/{query}")
    return page.with_attribute("data-number")[0]["data-number"]


def test_a_label_is_given_by_a_plain_form_and_shown_in_the_inventory(jane: Reader):
    number = first_number(jane)
    jane.open(f"/inventory/{number}/")
    fields = [item for item in jane.fields("/inventory/label/") if item[0] not in ("label", "note")]
    jane.post("/inventory/label/", fields, label="Front door", note="Ask Bob")
    assert jane.messages() == ["success"]
    assert "Front door" in jane.page.text
    found = jane.open("/inventory/?q=front+door").with_attribute("data-application-key")
    assert number in [item.get("data-number") for item in found]
    assert "Front door" in jane.page.text.split("<tbody>")[1]


def test_a_label_changed_meanwhile_is_not_written_over_and_what_was_typed_is_kept(jane: Reader):
    number = first_number(jane)
    jane.open(f"/inventory/{number}/")
    fields = [item for item in jane.fields("/inventory/label/") if item[0] not in ("label", "note", "seen_label")]
    jane.post("/inventory/label/", fields, label="Mine", note="", seen_label="Not what is there")
    assert jane.messages() == ["error"]
    assert 'value="Mine"' in jane.page.text


def test_htmx_gets_the_number_as_it_is_now_with_what_was_typed(jane: Reader):
    number = first_number(jane)
    jane.open(f"/inventory/{number}/")
    fields = dict(jane.fields("/inventory/label/")) | {"label": "Mine", "seen_label": "Not what is there"}
    headers = {"HX-Request": "true", "HX-Target": "number"}
    answer = jane.session.post(f"{jane.base}/inventory/label/", data=fields, headers=headers, timeout=30)
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert 'value="Not what is there"' not in answer.text


def test_the_overview_is_the_first_page_and_counts_the_numbers(jane: Reader):
    page = jane.open("/")
    assert page.with_attribute("data-total-numbers")[0]["data-total-numbers"] == "60"
    assert page.with_attribute("data-connected")[0]["data-connected"] == "yes"


def test_the_past_is_told_for_a_moment_and_for_one_number(jane: Reader):
    number = first_number(jane, "?application=none")
    assert len(jane.open("/inventory/as-it-was/").with_attribute("data-number")) == 60
    told = jane.open(f"/inventory/as-it-was/?number={number}").with_attribute("data-number")
    assert [item["data-application-key"] for item in told] == [""]
    jane.open("/inventory/as-it-was/?at=2001-03-03T14:00")
    assert "Nothing is known of that time" in jane.page.text


def test_what_changed_between_two_moments_is_a_page_and_a_file(jane: Reader):
    number = first_number(jane, "?application=none")
    key = jane.open("/inventory/applications/").with_attribute("data-application-key")[0]["data-application-key"]
    jane.open(f"/inventory/{number}/")
    jane.send("/inventory/assign/", application_key=key)
    page = jane.open("/inventory/as-it-was/changes/")
    assert {"data-number": number, "data-change": "assigned"} in page.with_attribute("data-change")
    text = jane.session.get(f"{jane.base}/inventory/as-it-was/changes/export/", timeout=30).text
    assert f"{phone(int(number))},assigned,yes,,,yes,{key}," in text


def test_nonsense_in_the_url_shows_nothing_and_says_why(jane: Reader):
    for query in (
        "at=x", "at=9999-99-99T99:99", "at=2026-11-25", "number=Anna", "number=%2B1+415+200+0000+x5", "page=-1",
        "at=0001-01-01T00:00", "number=" + "9" * 99, "nmber=1",
    ):  # fmt: skip
        page = jane.open(f"/inventory/as-it-was/?{query}")
        assert jane.page.status_code == 200, query
        assert "a filter cannot be read" in jane.page.text, query
        assert page.with_attribute("data-number") == [], query
    for query in ("from=x&to=y", "from=2001-01-01T00:00&to=25.11.2026", "from=0001-01-01T00:00", "page=z"):
        jane.open(f"/inventory/as-it-was/changes/?{query}")
        assert (jane.page.status_code, "a filter cannot be read" in jane.page.text) == (200, True), query
        file = jane.session.get(f"{jane.base}/inventory/as-it-was/changes/export/?{query}", timeout=30)
        assert (file.status_code, "Nothing was exported" in file.text) == (400, True), query


def test_the_page_of_a_number_offers_to_undo_what_was_done_with_it(jane: Reader):
    number = first_number(jane, "?application=none")
    jane.open(f"/inventory/{number}/")
    assert "/inventory/undo/" not in jane.page.text
    jane.post("/inventory/assign/", jane.fields("/inventory/assign/"), application_key=SUPPORT)
    jane.open(f"/inventory/{number}/")
    jane.send("/inventory/undo/")
    assert "<h1><bdi>Undo: assign of 1 number</bdi></h1>" in jane.page.text
    shown = jane.open(f"/inventory/{number}/").with_attribute("data-application-key")[0]
    assert shown["data-application-key"] == SUPPORT
