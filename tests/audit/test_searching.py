"""Searching the audit: capitals and accents, days, people, and how far it looks."""

import datetime as dt
import json
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numberadmin.accounts.models import Membership, Person
from numberadmin.audit import files, journal
from numberadmin.audit.filters import FILTERS

NAMES = {"key": "Support"}


def asked(acme, **fields):
    return journal.read(acme, QueryDict(urlencode(fields)), NAMES)


def page(acme, **fields):
    return journal.browse(asked(acme, **fields))


def both(acme, **fields):
    """The operations on the page, which are those of the export."""
    shown = [str(row.operation) for row in page(acme, **fields).rows]
    lines = "".join(files.lines(asked(acme, **fields), "jsonl")).splitlines()
    assert [json.loads(line)["operation"] for line in lines] == shown[::-1]
    return len(shown)


def followed(acme, between=lambda: None, **fields):
    """All operations of all pages, by the links "Next"."""
    part, found = page(acme, **fields), []
    while True:
        found += [row.position for row in part.rows]
        if not part.next:
            return found
        between()
        part = page(acme, page=part.page + 1, after=part.next, **fields)


def test_a_first_day_after_the_last_one_is_refused_and_the_same_day_is_not(acme, add):
    add(14150005550)
    found = asked(acme, **{"from": "2026-03-02", "to": "2026-03-01"})
    assert found.problems == {"from": "From is after To: change one of them."}
    assert asked(acme, **{"from": "2026-03-02", "to": "2026-03-02"}).readable


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("place", ["WyJhIl0", "W251bGxd", "WzEsMl0"])
def test_the_place_of_another_list_is_refused_and_shows_nothing(acme, add, name, place):
    add(14150005550)
    found = asked(acme, **{name: place})
    assert found.sentences() == ["Page: The address of this page is not whole. Begin with the first page."]
    assert journal.browse(found).rows == []


@pytest.mark.parametrize(
    "typed", ["müller", "MÜLLER", "Muller", "école", "ECOLE", "ecole autumn", "ＭÜLLER", "autumn  müller"]
)
def test_capitals_and_accents_make_no_difference(acme, add, typed):
    add(14150005550, reason="Autumn campaign Müller ÉCOLE")
    add(14150005551, reason="Something else")
    assert both(acme, q=typed) == 1


def test_what_an_operation_came_to_is_searched_too(acme, add):
    begun = add(phase="intent", state="pending")
    add(phase="outcome", state="succeeded", operation=begun.operation, message="Zugewiesen: Ärger")
    assert both(acme, q="arger") == 1


def test_today_is_a_day_of_which_all_is_shown_and_exported(acme, add):
    add(14150005550)
    today, week = timezone.localdate(), timezone.localdate() - dt.timedelta(days=7)
    assert both(acme, **{"from": today, "to": today}) == both(acme, to=today) == both(acme, **{"from": week}) == 1
    assert both(acme, to=today - dt.timedelta(days=1)) == both(acme, **{"from": today + dt.timedelta(days=1)}) == 0


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_days_are_those_of_the_zone_that_the_field_and_the_export_name(acme, add, zone):
    add(14150005550)
    with timezone.override(zone):
        today = timezone.localdate()
        assert both(acme, **{"from": today, "to": today}) == 1
        assert f"To ({zone})" in str(asked(acme).form)
        row = json.loads("".join(files.lines(asked(acme), "jsonl")))
        assert dt.datetime.fromisoformat(row["at"]).date() == today


def test_a_person_is_found_by_id_name_and_e_mail_and_not_by_a_name_of_somebody_else(acme, add):
    olga = Person.objects.create(name="Olga Öwner", login="olga@example.com", email="olga@example.com")
    bob = Person.objects.create(name="Bob", login="bob@example.com", email="bob@example.com")
    for person in (olga, bob):
        Membership.objects.create(account=acme, person=person)
    add(14150005550, actor=olga, actor_name="Olga Öwner")
    add(14150005551, actor=bob, actor_name="Olga Öwner")
    add(14150005552, actor_name="numberadmin")
    for who in (olga.pk, "olga öwner", "OLGA OWNER", "Olga@Example.com"):
        assert both(acme, actor=who) == 1
        assert f'value="{olga.pk}" selected' in str(asked(acme, actor=who).form)
    assert both(acme, actor="NumberAdmin") == 1


def test_pages_follow_each_other_while_entries_are_added(acme, add, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 3)
    there = [add(14150005550).pk for _ in range(10)]
    assert followed(acme, between=lambda: add(14150005551)) == there[::-1]


def test_a_search_goes_on_page_by_page_and_back(acme, add, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 2)
    there = [add(14150005550, reason="wanted" if place % 2 else "other").pk for place in range(12)]
    wanted = [pk for place, pk in enumerate(there) if place % 2][::-1]
    assert followed(acme, between=lambda: add(reason="wanted"), q="wanted") == wanted
    second = page(acme, q="other", page=2)
    first = page(acme, q="other", page=1, before=second.previous)
    assert [row.position for row in first.rows] == [row.position for row in page(acme, q="other").rows]


def test_a_search_looks_at_so_many_and_says_how_far_it_came(acme, add, monkeypatch):
    oldest = add(reason="needle")
    for _ in range(9):
        add()
    monkeypatch.setattr(journal, "BATCH", 2)
    monkeypatch.setattr(journal, "MOST_LOOKED", 4)
    shown = page(acme, q="needle")
    assert shown.rows == []
    assert shown.back_to is not None
    assert followed(acme, q="needle") == [oldest.pk]


def test_few_searches_run_at_a_time_and_others_are_told(acme, add, monkeypatch):
    add()
    monkeypatch.setattr(journal, "PATIENCE", 0)
    with journal._searches, journal._searches:
        assert page(acme, q="anna").busy
        assert not page(acme).busy
    assert len(page(acme, q="anna").rows) == 1


@given(name=st.sampled_from([one.name for one in FILTERS.declared if one.name != "q"]), value=st.text(max_size=20))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_in_a_filter_shows_and_exports_nothing_or_what_it_says(acme, add, name, value):
    if not journal.every(acme).exists():
        add(14150005550)
    query = asked(acme, **{name: value})
    exported = "".join(files.lines(query, "jsonl"))
    if not query.readable:
        assert (journal.browse(query).rows, exported) == ([], "")
    else:
        assert not value.strip() or query[name] is not None
