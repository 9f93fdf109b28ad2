"""A search finds whatever somebody may type for it, on both databases alike."""

import re
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.http import QueryDict

from numberadmin.services import labels, planned, rentals, sheet, tallies
from numberadmin.services.models import Label, Number, PlaceTally
from numberadmin.templatetags.display import phone


def found(actor, q):
    query = QueryDict(mutable=True)
    query["q"] = q
    page = rentals.browse(rentals.read(actor.account, query))
    return [row.number for shelf in page.shelves for row in shelf.numbers]


@pytest.fixture
def first(jane):
    return Number.objects.order_by("number")[0].number


@pytest.mark.parametrize(
    "q",
    [
        "lukasz",
        "ŁUKASZ",
        "Łukasz",
        "muller",
        "MÜLLER",
        "Mu\u0308ller",
        "\u200emüller\u200b",
        "ecole",
        "ÉCOLE",
        "strasse",
    ],
)
def test_a_label_is_found_without_capitals_accents_and_strokes(jane, first, q):
    labels.set_label(
        actor=jane, operation=uuid4(), number=first, label="Łukasz Müller", note="Rue de l'École, Straße 5"
    )
    assert found(jane, q) == [first]


@pytest.mark.parametrize("way", ["{}", "\u202a+{}\u202c", "＋{}", '="+{}"', "011{}", "1. +{}", "[+{}]"])
def test_a_number_is_found_in_the_spellings_that_plans_read(jane, first, way):
    typed = way.format(first).translate({ord("0") + n: 0xFF10 + n for n in range(10)} if "＋" in way else {})
    assert found(jane, typed) == [first]


def test_a_range_finds_its_numbers(jane):
    some = list(
        Number.objects.filter(number__gte=13125550100, number__lte=13125550103).values_list("number", flat=True)
    )
    assert sorted(found(jane, "+1 312-555-0100 - 0103")) == sorted(some) != []


def test_texts_folded_before_are_folded_anew(jane, first):
    Number.objects.filter(number=first).update(searched="łódź polska")
    Number.objects.exclude(number=first).filter(city="BERLIN").update(searched="lodz polska")
    labels.set_label(actor=jane, operation=uuid4(), number=first, label="Łukasz", note="")
    Label.objects.update(searched="łukasz ")
    tallies.rebuild(jane.account)
    import_module("numberadmin.services.migrations.0011_folded").fold(apps, None)
    assert found(jane, "lukasz") == [first]
    assert first in found(jane, "lodz")
    kept = dict(PlaceTally.objects.values_list("searched", "count"))
    assert kept["lodz polska"] == Number.objects.filter(searched="lodz polska").count()
    assert "łódź polska" not in kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("44020{}", r"Is \+4420\d+ meant\? The 0 after the country code is for calls at home"),
        ("20{}", r"Is \+4420\d+ meant\? Then the country code is missing"),
        ("12345", "too short for a phone number, as a short code is"),
    ],
)
def test_a_number_that_is_not_rented_is_told_what_may_be_meant(jane, typed, why):
    london = next(n for n in map(str, Number.objects.values_list("number", flat=True)) if n.startswith("4420"))
    [item] = planned.items_of(jane.account, sheet.pasted(typed.format(london[4:])))
    assert re.search(why, item.message)


def test_a_range_as_the_inventory_shows_numbers_is_planned(jane, first):
    lines = sheet.pasted(f"{phone(first)} - {phone(first + 2)}, {phone(first)}-02")
    assert [line.number for line in lines][:3] == [first, first + 1, first + 2]
