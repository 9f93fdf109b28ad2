"""Everything that matches the filters, on all pages: what is planned, saved and exported is what the page counted."""

import html
import re
from uuid import UUID

import pytest
from django.test import Client

from numberadmin import spelling
from numberadmin.services import shelves
from numberadmin.services.models import Number, Plan
from tests.accounts.conftest import SINCH
from tests.services.conftest import SUPPORT

pytestmark = pytest.mark.django_db
CHECKOUT = UUID(int=1)


@pytest.fixture
def visitor(jane, monkeypatch):
    """Whoever looks at pages of three numbers; seven numbers came with one checkout."""
    monkeypatch.setattr(shelves, "PAGE", 3)
    seven = list(Number.objects.order_by("number").values_list("pk", flat=True)[10:17])
    Number.objects.filter(pk__in=seven).update(rented_in=CHECKOUT)
    client = Client()
    client.post("/login/", SINCH)
    return client


FILTERS = [
    ("country=SE", {"country_id": "SE"}),
    ("application=none&sort=-number", {"application": None}),
    (f"rented={CHECKOUT}", {"rented_in": CHECKOUT}),
    (f"rented={CHECKOUT}&country=US", {"rented_in": CHECKOUT, "country_id": "US"}),
    ("", {}),
]


def found(pattern, text):
    """What the page has there; fails where it has nothing like that."""
    [only] = set(re.findall(pattern, text))
    return only


def page(visitor, query):
    return html.unescape(visitor.get(f"/inventory/?{query}").content.decode())


def numbers(**which):
    return set(Number.objects.filter(**which).values_list("number", flat=True))


@pytest.mark.parametrize(("query", "which"), FILTERS)
@pytest.mark.parametrize("action", ["assign", "unassign"])
def test_what_is_planned_is_what_matches(visitor, sinch, query, which, action):
    wanted = numbers(**which)
    shown = page(visitor, query)
    assert f"All <b>{len(wanted)}</b> that match" in shown
    sinch.clear_log()
    fields = {
        "all": found(r'name="all" value="([^"]*)"', shown),
        "application_key": SUPPORT,
        "next": f"/inventory/?{query}",
    }
    answer = visitor.post(f"/inventory/{action}/", fields)
    plan = Plan.objects.get()
    assert answer.url == f"/inventory/plans/{plan.key}/"
    assert set(plan.items.values_list("number", flat=True)) == wanted
    assert sinch.log() == []


@pytest.mark.parametrize(("query", "which"), FILTERS)
def test_what_is_exported_is_what_matches(visitor, query, which):
    link = found(r'href="(/inventory/export/[^"]*format=csv[^"]*)"', page(visitor, query))
    lines = b"".join(visitor.get(link).streaming_content).decode().splitlines()[1:]
    assert {spelling.number(line.split(",")[0]) for line in lines} == numbers(**which)
