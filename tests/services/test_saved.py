import csv
import io
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from numberadmin import files
from numberadmin.accounts.models import Membership
from numberadmin.accounts.roles import Role
from numberadmin.services import rentals, saved
from numberadmin.services.models import Number
from numberadmin.services.results import NotHere, Refusal
from tests.services.people import beside

pytestmark = pytest.mark.django_db


def keep(actor, name="Soon", query="expiring=30&sort=expires&page=2&select=page"):
    return saved.keep(actor=actor, name=name, asked=rentals.read(actor.account, QueryDict(query)))


def test_a_view_keeps_filters_and_order_and_nothing_else(jane):
    assert keep(jane).query == "expiring=30&sort=expires"
    assert [view.name for view in saved.every(jane)] == ["Soon"]


def test_views_are_each_persons_own(jane):
    view, bob = keep(jane), beside(jane, "Bob Brown", Role.VIEWER)
    assert saved.every(bob) == []
    with pytest.raises(NotHere):
        saved.drop(actor=bob, name=view.name)
    saved.drop(actor=jane, name=view.name)
    assert saved.every(jane) == []


def test_two_tabs_keep_a_view_each(jane):
    other = replace(jane, membership=Membership.objects.get(pk=jane.membership.pk))
    keep(jane, "Soon")
    keep(other, "Later", "sort=-expires")
    jane.membership.refresh_from_db()
    assert [view.name for view in saved.every(jane)] == ["Soon", "Later"]
    saved.drop(actor=jane, name="Soon")
    other.membership.refresh_from_db()
    assert [view.name for view in saved.every(other)] == ["Later"]


def test_more_than_the_most_are_refused(jane):
    for place in range(saved.MOST):
        keep(jane, f"View {place}")
    with pytest.raises(Refusal, match="already"):
        keep(jane, "One more")
    assert len(saved.every(jane)) == saved.MOST


@pytest.mark.parametrize(("name", "query"), [("", "q=1"), ("  ", "q=1"), ("All", ""), ("All", "page=3")])
def test_what_is_no_view_is_refused(jane, name, query):
    with pytest.raises(Refusal):
        keep(jane, name, query)


def test_a_name_is_taken_once(jane):
    keep(jane)
    with pytest.raises(Refusal, match="already"):
        keep(jane)


def exported(actor, kind, **filter):
    rows = rentals.exported(rentals.read(actor.account, QueryDict(urlencode(filter))))
    return "".join(files.lines(rows, kind, rentals.COLUMNS))


def test_an_export_has_what_the_filter_shows(jane):
    rows = [json.loads(line) for line in exported(jane, "jsonl", country="SE").splitlines()]
    shown = Number.objects.filter(account=jane.account, country_id="SE").order_by("number")
    assert [row["number"] for row in rows] == [row.number for row in shown]
    assert {row["application_key"] for row in rows} == {row.application_key for row in shown}


def test_an_export_of_more_than_one_batch_is_whole(jane, monkeypatch):
    monkeypatch.setattr(rentals, "BATCH", 7)
    rows = list(csv.DictReader(io.StringIO(exported(jane, "csv"))))
    assert len(rows) == Number.objects.count()
    assert rows[0]["number"].startswith("+")


def test_no_cell_of_it_is_a_formula(jane):
    Number.objects.update(city="=1+1", area_code="@SUM(A1)")
    rows = list(csv.DictReader(io.StringIO(exported(jane, "csv"))))
    assert {(row["city"], row["area_code"]) for row in rows} == {("'=1+1", "'@SUM(A1)")}
