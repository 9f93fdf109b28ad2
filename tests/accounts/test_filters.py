"""A filter is declared once, and one that cannot be read shows and exports nothing: at the pages."""

import json
import re
from uuid import uuid4

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numberadmin import fields
from numberadmin.audit.filters import FILTERS as AUDIT
from numberadmin.filters import Tab
from numberadmin.services.models import Number, NumberGroup, Plan, PlanItem
from numberadmin.services.number_filters import FILTERS, NumberFilter

pytestmark = pytest.mark.django_db


def text_of(answer):
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def rows(client, path):
    return set(re.findall(r'<tr data-number="(\d+)"', text_of(client.get(path))))


def found(pattern, page):
    match = re.search(pattern, page)
    assert match, pattern
    return match[1]


@pytest.fixture
def area():
    """One more filter of the inventory, declared in one place: the area code."""
    declared = NumberFilter(
        "area",
        lambda look: fields.Key(label="Area code", max_length=8),
        lambda look, code: Q(area_code=code),
        tab=Tab("bay", "Bay area", "415", lambda look: Number.objects.filter(area_code="415").count()),
    )
    FILTERS.declared.insert(0, declared)
    yield {str(number) for number in Number.objects.filter(area_code="415").values_list("number", flat=True)}
    FILTERS.declared.remove(declared)


def test_a_filter_that_is_declared_is_on_the_page_in_counts_and_tabs(acme, area, signed_in):
    owner = signed_in("owner")
    page = text_of(owner.get("/inventory/?area=415"))
    assert 0 < len(area) < Number.objects.count()
    assert set(re.findall(r'<tr data-number="(\d+)"', page)) == area
    assert f"of {len(area)} number" in page
    assert 'name="area" value="415"' in page
    assert re.search(rf'id="tab-bay"[^>]*aria-current="true"[^>]*>Bay area <b>{len(area)}</b>', page)
    assert 'id="tab-all" href="/inventory/"' in page
    assert "area=415" in found(r'href="(/inventory/export/[^"]*)"', page)


def test_a_filter_that_is_declared_narrows_the_export_and_all_that_match(acme, area, signed_in):
    owner = signed_in("owner")
    exported = text_of(owner.get("/inventory/export/?format=jsonl&area=415")).splitlines()
    assert {str(json.loads(line)["number"]) for line in exported} == area
    owner.post("/inventory/unassign/", {"all": "area=415", "operation": str(uuid4())})
    assert {str(item.number) for item in PlanItem.objects.all()} == area


def test_a_filter_that_is_declared_is_kept_by_saved_views_and_links(acme, area, signed_in, monkeypatch):
    owner = signed_in("owner")
    answer = owner.post("/inventory/views/", {"name": "Bay", "next": "/inventory/?area=415&page=1"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/inventory/?area=415"
    monkeypatch.setattr("numberadmin.services.shelves.PAGE", 2)
    page = text_of(owner.get("/inventory/?area=415"))
    assert "area=415" in found(r'rel="next"[^>]*href="([^"]*)"', page)
    assert 'name="all" value="area=415"' in page


UNREADABLE = [
    ("/inventory/", "expiring=soon"),
    ("/inventory/", "application=no-such-key"),
    ("/inventory/", "sort=size"),
    ("/inventory/", "country=Germany!"),
    ("/inventory/", "capability=voice%20or%20sms"),
    ("/inventory/", "rented=yesterday"),
    ("/inventory/", "doubt=2"),
    ("/inventory/", "page=two"),
    ("/inventory/", "after=nonsense"),
    ("/inventory/", "aplication=none"),
    ("/inventory/", "country=US&country=GB"),
    ("/inventory/", "q=%E2%80%8B"),
    ("/audit/", "number=abc"),
    ("/audit/", "number=%2B1+415+200+0000+x5"),
    ("/audit/", "number=1415200000012345"),
    ("/audit/", "from=25.11.2026"),
    ("/audit/", "from=11/25/2026"),
    ("/audit/", "to=2026-13-01"),
    ("/audit/", "action=assigned"),
    ("/audit/", "outcome=ok"),
    ("/audit/", "actor=Nobody+Known"),
    ("/audit/", "application=no-such-key"),
    ("/audit/", "page=0"),
    ("/audit/", "numbr=14155550100"),
    ("/audit/", "lines=both"),
    ("/shop/", "page=-1"),
    ("/shop/", "country=%3F"),
    ("/shop/", "capability=a+b"),
]


def test_a_filter_that_cannot_be_read_shows_nothing_and_says_why(acme, signed_in):
    owner = signed_in("owner")
    for path, query in UNREADABLE:
        answer = owner.get(f"{path}?{query}")
        page = text_of(answer)
        assert answer.status_code == 200, query
        assert "Nothing is shown: a filter cannot be read" in page, query
        assert re.search(r'<p role="alert">[^<]+</p>', page), query
        assert not re.search(r"<tr (id=\"group-|data-number)|data-operation=", page), query


def test_a_filter_that_cannot_be_read_exports_nothing(acme, signed_in):
    owner = signed_in("owner")
    for path, query in [pair for pair in UNREADABLE if pair[0] != "/shop/"]:
        for kind in ("csv", "jsonl"):
            answer = owner.get(f"{path}export/?format={kind}&{query}")
            assert (answer.status_code, "Content-Disposition" in answer) == (400, False), query
            assert "Nothing was exported." in text_of(answer), query


def test_all_that_match_a_filter_that_cannot_be_read_are_none(acme, signed_in):
    owner = signed_in("owner")
    for filters in ("expiring=soon", "aplication=none", "yes", "application=no-such-key"):
        answer = owner.post("/inventory/unassign/", {"all": filters, "operation": str(uuid4())}, follow=True)
        assert "Nothing was changed" in text_of(answer), filters
    assert not PlanItem.objects.exists()


def test_what_was_typed_stays_in_the_field(acme, signed_in):
    owner = signed_in("owner")
    page = text_of(owner.get("/audit/?number=abc&from=25.11.2026&action=assigned"))
    assert 'name="number" value="abc"' in page
    assert re.search(r'<input type="text" name="from" value="25\.11\.2026"', page)
    assert '<option value="assigned" selected>assigned</option>' in page
    assert "Number: “abc” cannot be read" in page


def test_the_words_of_an_unreadable_number_name_the_cause(acme, signed_in):
    page = text_of(signed_in("owner").get("/audit/?number=(415)+200-0000"))
    assert "the country code is missing" in page
    assert "data-operation" not in page


junk = st.text(max_size=30)


@given(name=st.sampled_from(["application", "expiring", "sort", "country", "doubt", "page", "after"]), value=junk)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_in_a_filter_of_the_inventory_shows_nothing_or_what_it_says(acme, name, value):
    from django.http import QueryDict

    from numberadmin.services import rentals

    query = QueryDict(mutable=True)
    query[name] = value
    asked = rentals.read(acme, query)
    matching = list(Number.objects.filter(asked.where()).values_list("number", flat=True)[:1])
    exported = next(iter(rentals.exported(asked)), None)
    if not asked.readable:
        assert (matching, exported, rentals.browse(asked).shelves) == ([], None, [])
    else:
        assert not value.strip() or asked[name] is not None


def test_the_shop_finds_by_the_calling_code_and_names_a_country_once(acme, signed_in):
    NumberGroup.objects.filter(country_id="GB").order_by("pk").update(country="United Kingdom")
    row = NumberGroup.objects.filter(country_id="GB")[0]
    NumberGroup.objects.filter(pk=row.pk).update(country="UK")
    page = text_of(signed_in("owner").get("/shop/?q=%2B44"))
    assert page.count('<option value="GB"') == 1
    assert f'data-group-id="{row.group_id}"' in page


def test_every_filter_of_the_audit_is_drawn_and_carried(acme, signed_in):
    page = text_of(signed_in("owner").get("/audit/?outcome=succeeded&to=2026-11-25"))
    for one in AUDIT.declared:
        assert not one.carried or f'name="{one.name}"' in page
    assert "None</option>" not in text_of(signed_in("owner").get("/inventory/"))
    assert "outcome=succeeded&amp;to=2026-11-25" in found(r'href="(/audit/export/[^"]*)"', page)


def test_a_kind_of_line_that_a_plan_cannot_have_shows_no_line(acme, signed_in):
    plan = Plan.objects.get()
    PlanItem.objects.create(plan=plan, line=1, text="+14155550100", number=14155550100, what=PlanItem.What.LEAVE)
    owner = signed_in("owner")
    assert "data-line=" in text_of(owner.get(f"/inventory/plans/{plan.key}/?what=leave"))
    for query in ("what=everything", "after=x", "kind=leave"):
        page = text_of(owner.get(f"/inventory/plans/{plan.key}/?{query}"))
        assert ("data-line=" in page, "a filter cannot be read" in page) == (False, True)
