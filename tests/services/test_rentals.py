import datetime as dt
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.utils import timezone

from numberadmin.services import applications, labels, rentals, shelves, tallies
from numberadmin.services.models import Number
from numberadmin.services.number_filters import SOON
from numberadmin.text import folded
from tests.services.conftest import REMINDERS, SUPPORT


def browse(actor, **fields):
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in fields.items()})
    return rentals.browse(rentals.read(actor.account, query))


def numbers(page):
    return [row.number for shelf in page.shelves for row in shelf.numbers]


def test_unassigned_numbers_come_first_then_the_applications_by_name(jane):

    applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="zulu")
    applications.add(actor=jane, operation=uuid4(), application_key=REMINDERS, name="Alpha")
    shelves = [shelf.application.name if shelf.application else None for shelf in browse(jane).shelves]
    assert shelves[0] is None
    assert shelves[1] == "Alpha"
    assert shelves.index("zulu") == 2
    assert set(shelves[3:]) == {""}


def test_numbers_sort_as_numbers_within_their_application(jane):
    for shelf in browse(jane).shelves:
        shown = [row.number for row in shelf.numbers]
        assert shown == sorted(shown)


@pytest.mark.parametrize("sort", ["number", "-number", "city", "-city", "price", "-price", "expires", "-expires"])
def test_every_order_shows_every_number_once(jane, sort):
    assert sorted(numbers(browse(jane, sort=sort))) == sorted(Number.objects.values_list("number", flat=True))


def test_a_page_says_which_of_how_many_it_shows(jane, monkeypatch):
    monkeypatch.setattr(shelves, "PAGE", 7)
    page = browse(jane, page=2)
    assert (page.shown_from, page.shown_to, page.total, page.of) == (8, 14, 60, 60)
    assert len(numbers(page)) == 7


@pytest.mark.parametrize("spelling", ["{}", "+{}", "+{0:.1} {1}", "({1})", "00{}", "tel:+{}", "+{0:.1} (0){1}"])
def test_a_number_is_found_in_any_common_spelling(jane, spelling):
    number = str(Number.objects.order_by("number")[0].number)
    q = spelling.replace("{0:.1}", number[0]).replace("{1}", number[1:]).replace("{}", number)
    assert int(number) in numbers(browse(jane, q=q))


@pytest.mark.parametrize("typed", ["montreal", "MONTRÉAL", "canada montr"])
def test_a_city_is_found_without_its_accents_and_capitals(jane, typed):
    row = Number.objects.order_by("number")[0]
    Number.objects.filter(pk=row.pk).update(city="Montréal", searched=folded("Montréal Canada"))
    tallies.rebuild(jane.account)
    assert numbers(browse(jane, q=typed)) == [row.number]


def test_the_filters_narrow_the_list(jane):
    assert {row.application for shelf in browse(jane, application="none").shelves for row in shelf.numbers} == {None}
    assert [shelf.key for shelf in browse(jane, application=SUPPORT).shelves] == [SUPPORT]
    assert all("sms" in row.capabilities for s in browse(jane, capability="sms").shelves for row in s.numbers)
    country = Number.objects.order_by("number")[0].country_id
    assert {row.country_id for s in browse(jane, country=country).shelves for row in s.numbers} == {country}
    limit = timezone.now() + dt.timedelta(days=10)
    soon = [row for s in browse(jane, expiring=10).shelves for row in s.numbers]
    assert soon
    assert all(row.expires <= limit for row in soon)


def test_the_tabs_count_what_is_behind_them(jane):
    tabs = {tab.name: tab.count for tab in browse(jane, q="nothing like this").tabs}
    assert tabs["all"] == 60
    assert tabs["unassigned"] == len(numbers(browse(jane, application="none")))
    assert tabs["expiring"] == len(numbers(browse(jane, expiring=SOON)))


def test_a_page_takes_the_same_number_of_queries_whatever_it_shows(jane, django_assert_max_num_queries):
    browse(jane)
    for fields in ({}, {"q": "1"}, {"country": "SE"}, {"sort": "-expires"}):
        with django_assert_max_num_queries(9):
            browse(jane, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"sort": "__proto__"},
        {"expiring": "x"},
        {"expiring": "999999999"},
        {"q": "x" * 40_000},
        {"q": "\0"},
        {"application": "' OR 1=1 --"},
        {"rented": "nonsense"},
    ],
)
def test_nonsense_in_the_url_shows_no_number_and_exports_none(jane, fields):
    page = browse(jane, **fields)
    assert (page.of, numbers(page)) == (60, [])


def test_an_application_says_how_many_numbers_it_has_and_what_they_cost(jane):
    held = {row.key: row for row in applications.with_counts(jane.account)}
    rows = Number.objects.filter(application__key=SUPPORT)
    assert held[SUPPORT].count == len(rows)
    assert sum(total.amount for total in held[SUPPORT].costs) == sum(row.amount or 0 for row in rows)


@pytest.mark.parametrize("between", [" ", ", ", ";", " +"])
def test_several_whole_numbers_are_found_side_by_side(jane, between):
    first, second = sorted(Number.objects.order_by("number").values_list("number", flat=True)[3:5])
    assert sorted(numbers(browse(jane, q=f"{first}{between}{second}"))) == [first, second]


@pytest.mark.parametrize("q", ["9" * 22, "9" * 100, "14155550101 " * 5])
def test_more_digits_than_a_number_has_are_no_mistake_of_ours(jane, q):
    assert len(numbers(browse(jane, q=q))) <= 1


def test_a_word_beside_a_whole_number_counts_too(jane):
    row = Number.objects.filter(city="SAN FRANCISCO")[0]
    assert numbers(browse(jane, q=f"{row.number} francisco")) == [row.number]
    assert numbers(browse(jane, q=f"{row.number} berlin")) == []


def test_a_label_of_digits_is_found_as_it_is_written(jane):
    first, second = Number.objects.order_by("number").values_list("number", flat=True)[:2]
    labels.set_label(actor=jane, operation=uuid4(), number=first, label="24/7 desk", note=f"twin of {second}")
    assert numbers(browse(jane, q="24/7")) == [first]
    assert numbers(browse(jane, q=str(second))) == [second]


def test_what_is_exported_is_what_a_search_for_a_whole_number_shows(jane):
    first, second = Number.objects.order_by("number").values_list("number", flat=True)[:2]
    labels.set_label(actor=jane, operation=uuid4(), number=first, label="", note=f"twin of {second}")
    asked = rentals.read(jane.account, QueryDict(f"q={second}"))
    assert [row["number"] for row in rentals.exported(asked)] == [second]


def test_an_application_is_found_without_the_accents_of_its_name(jane):
    applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="Zürich désk")
    wanted = set(Number.objects.filter(application__key=SUPPORT).values_list("number", flat=True))
    assert set(numbers(browse(jane, q="zurich"))) == wanted
