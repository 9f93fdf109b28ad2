"""Thousands of numbers: what pages show is what going through all of them gives."""

import random

import pytest
from django.db.models import Q
from django.http import QueryDict

from numberadmin.sandbox import sample
from numberadmin.services import counts, labels, refresh, rentals, shelves, tallies
from numberadmin.services.models import Number
from tests.services.conftest import sign_in

MANY = 3_000


@pytest.fixture
def jane(db, sinch):
    sinch.reset("demo", scale=MANY)
    actor = sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    refresh.now(actor=actor)
    return actor


def browse(actor, **fields):
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in fields.items() if value is not None})
    return rentals.browse(rentals.read(actor.account, query))


def shown(page):
    return [row.number for shelf in page.shelves for row in shelf.numbers]


def walked(actor, by_key=True, **fields):
    """All numbers of all pages, by the links "Next"."""
    found, page, after = [], 1, None
    while True:
        part = browse(actor, page=page, after=after if by_key else None, **fields)
        found += shown(part)
        if not part.next:
            return found
        page, after = part.page + 1, part.next


def in_order(actor, **which):
    """The same from the applications in the page's order, each looked through by itself."""
    rows = Number.objects.filter(account=actor.account, **which)
    found = list(rows.filter(application=None).order_by("number").values_list("number", flat=True))
    for application in counts.of(actor.account).applications:
        found += rows.filter(application=application).order_by("number").values_list("number", flat=True)
    return found


@pytest.mark.parametrize("by_key", [True, False])
def test_the_pages_show_every_number_once_and_in_order(jane, by_key):
    assert walked(jane, by_key) == in_order(jane)
    assert len(in_order(jane)) == MANY


def test_a_page_before_is_the_one_that_was_there(jane):
    third = browse(jane, page=3)
    second = browse(jane, page=2)
    assert shown(browse(jane, page=2, before=third.previous)) == shown(second)
    assert shown(browse(jane, page=3, after=second.next)) == shown(third)


def test_a_page_goes_on_after_its_row_where_numbers_before_it_have_gone(jane):
    first = browse(jane, application="none")
    expected = shown(browse(jane, application="none", page=2))
    Number.objects.filter(number__in=shown(first)[:10]).delete()
    assert shown(browse(jane, application="none", page=2, after=first.next))[:40] == expected[:40]


@pytest.mark.parametrize("sort", list(shelves.ORDERS))
def test_every_order_shows_each_number_once(jane, sort):
    numbers = walked(jane, sort=sort)
    assert len(numbers) == MANY == len(set(numbers))


@pytest.mark.parametrize(
    "fields", [{"sort": sort} for sort in shelves.ORDERS] + [{"q": "1"}, {"q": "1", "sort": "-city"}]
)
def test_no_page_skips_or_repeats_a_row_beside_what_others_change(jane, monkeypatch, fields):
    """On each page others take the first rows away, put them elsewhere, and rent new ones."""
    monkeypatch.setattr(shelves, "PAGE", 250)
    part = browse(jane, **fields)
    there, met = set(walked(jane, **fields)), list[int]()
    while True:
        met += shown(part)
        gone = shown(part)[:7] + shown(part)[-3:]
        Number.objects.filter(number__in=gone[:4]).delete()
        Number.objects.filter(number__in=gone[4:]).update(application=None)
        tallies.rebuild(jane.account)
        if not part.next:
            break
        part = browse(jane, page=part.page + 1, after=part.next, **fields)
    assert len(met) == len(set(met))
    assert there == set(met)


def test_totals_and_sums_are_those_of_the_numbers(jane):
    page = browse(jane, country="SE", capability="sms")
    rows = Number.objects.filter(country_id="SE", has__contains="sms")
    assert page.total == rows.count()
    shelf = page.shelves[1]
    mine = rows.filter(application=shelf.application)
    assert shelf.count == mine.count()
    assert [total.amount for total in shelf.costs] == [sum(row.amount or 0 for row in mine)]


def test_a_search_by_any_part_of_the_digits_finds_what_looking_at_each_number_finds(jane):
    rng = random.Random(5)
    every = sorted(Number.objects.values_list("number", flat=True))
    for _ in range(25):
        digits = str(rng.choice(every))
        start = rng.randrange(len(digits) - 3)
        part = digits[start : start + rng.randint(3, 8)]
        bare = part.lstrip("0")
        expected = [n for n in every if part in str(n) or (len(bare) >= 5 and bare in str(n))]
        assert sorted(walked(jane, q=part)) == expected


@pytest.mark.parametrize("q", ["1", "3", "00", "sweden", "se", "e", "london 44"])
def test_a_search_that_finds_very_many_shows_each_of_them(jane, q):
    account_counts = counts.of(jane.account)
    rows = Number.objects.all()
    for word in q.split():
        meant = Q(searched__contains=word) | Q(country_id__iexact=word)
        meant |= Q(application__in=account_counts.called(word))
        rows = rows.filter(meant | Q(number__contains=word) if word.isdigit() else meant)
    assert walked(jane, q=q) == in_order(jane, pk__in=rows.values("pk"))
    assert rows.exists()


def test_what_was_not_counted_is_not_told(jane):
    page = browse(jane, q="1")
    assert page.total is None
    assert page.pages == 2
    assert {shelf.count for shelf in page.shelves} == {None}


def test_a_label_is_found_among_many(jane):
    from uuid import uuid4

    number = Number.objects.order_by("-number")[7].number
    labels.set_label(actor=jane, operation=uuid4(), number=number, label="Große Straße 12", note="")
    for q in ("strasse", "GROSSE", "ße str", str(number)[-6:] + " grosse"):
        assert number in walked(jane, q=q), q
    labels.set_label(actor=jane, operation=uuid4(), number=number, label="Hafen", note="")
    assert walked(jane, q="strasse") == []
    assert walked(jane, q="hafen") == [number]


def test_the_applications_after_the_page_are_told_and_can_be_opened(jane):
    page = browse(jane)
    names = [shelf.application for shelf in page.shelves]
    after = [held.application for held in counts.of(jane.account).held() if held.application not in names]
    assert [held.application for held in page.further] == after[: shelves.FURTHER]
    opened = browse(jane, application=page.further[0].key)
    assert opened.shelves[0].count == page.further[0].count
    assert shown(opened) == in_order(jane, application=page.further[0].application)[: shelves.PAGE]


@pytest.mark.parametrize("fields", [{}, {"page": 9}, {"q": "555"}, {"q": "1"}, {"country": "SE"}, {"expiring": 9}])
def test_a_page_asks_the_database_the_same_few_things(jane, django_assert_max_num_queries, fields):
    browse(jane, **fields)
    with django_assert_max_num_queries(14):
        browse(jane, **fields)
