"""Whatever is sent, the answer is a page with a plain message, and nothing is lost or changed."""

import pytest

from numberadmin.sandbox import sample
from tests.job.conftest import Reader
from tests.place import Place

SUPPORT = next(iter(sample.DEMO_APPLICATIONS))
HUGE = "9" * 40


@pytest.mark.parametrize(
    "path",
    [
        "/shop/?page=-1&country=%00&capability=x",
        f"/shop/?page={HUGE}&q={'x' * 3000}",
        f"/inventory/?page={HUGE}&sort=__proto__&expiring=-3&rented=no",
        "/inventory/?page=0&application=%00&country=zz&q=%F0%9F%93%9E",
        "/inventory/?select=page&doubt=2&capability=' OR 1=1",
        f"/audit/?number={HUGE}&from=2026-13-45&to=never&actor=-1&page={HUGE}",
        f"/inventory/?q={HUGE},{HUGE}",
        f"/audit/?q={HUGE}",
        "/inventory/as-it-was/?at=0001-01-01T00:00&number=M%C3%BCller",
        "/inventory/as-it-was/changes/?to=0001-01-01T00:00",
        "/inventory/as-it-was/changes/?from=9999-12-31T23:59&to=now",
        "/inventory/as-it-was/changes/export/?to=2001-01-01T00:00",
    ],
)
def test_a_senseless_question_gets_a_clean_page(jane: Reader, path):
    jane.open(path)
    assert jane.page.status_code == 200


@pytest.mark.parametrize("path", ["/inventory/0/", f"/inventory/{HUGE}/", "/inventory/13125550199/", "/nowhere/"])
def test_what_is_not_there_is_said_to_be_not_there(jane: Reader, path):
    jane.open(path)
    assert jane.page.status_code == 404
    assert "There is no such page" in jane.page.text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/shop/reserve/", {"group_id": "x", "quantity": "1"}),
        ("/shop/reserve/", {"group_id": HUGE, "quantity": "1"}),
        ("/shop/reserve/", {"group_id": "1", "quantity": "0"}),
        ("/shop/reserve/", {"group_id": "1", "quantity": "-2"}),
        ("/shop/reserve/", {"group_id": "1", "quantity": "1000000"}),
        ("/shop/cart/remove/", {"reference_id": "nothing"}),
        ("/shop/cart/checkout/", {}),
        ("/inventory/assign/", {"numbers": "abc", "application_key": SUPPORT}),
        ("/inventory/assign/", {"numbers": HUGE, "application_key": SUPPORT}),
        ("/inventory/assign/", {"numbers": "13125550100", "application_key": "x" * 5000}),
        ("/inventory/unassign/", {"numbers": "13125559999"}),
        ("/inventory/unassign/", {}),
        ("/inventory/applications/", {"application_key": "\0", "name": "\0"}),
    ],
)
def test_a_senseless_form_is_refused_in_words(jane: Reader, place: Place, action, fields):
    jane.open("/inventory/")
    token = [item for item in jane.fields("/logout/") if item[0] == "csrfmiddlewaretoken"]
    before = place.sinch.state()
    jane.post(action, token, **fields)
    assert (jane.page.status_code, jane.redirected, jane.messages()) == (200, [302], ["error"])
    assert "Nothing was" in jane.page.text
    assert place.sinch.state() == before


def test_a_form_without_its_token_is_not_sent_on(jane: Reader):
    jane.open("/inventory/")
    jane.post("/inventory/unassign/", [])
    assert jane.page.status_code == 403
    assert "nothing was changed" in jane.page.text


@pytest.mark.parametrize(
    "elsewhere", ["//example.com/", "https://example.com/", "javascript:alert(1)", "/\\example.com"]
)
def test_a_form_leads_back_only_to_pages_of_this_site(jane: Reader, place: Place, elsewhere):
    jane.open("/inventory/")
    fields = [item for item in jane.fields("/inventory/refresh/") if item[0] != "next"]
    jane.post("/inventory/refresh/", fields, next=elsewhere)
    assert jane.page.url == f"{place.base}/inventory/"
