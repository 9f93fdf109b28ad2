"""The filters of the shop's number groups."""

from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers
from django.db.models import Q

from numberadmin import fields, pages
from numberadmin.accounts.actor import Actor
from numberadmin.filters import Filter, Filters
from numberadmin.pages import Key
from numberadmin.services.models import Reading
from numberadmin.text import folded

ORDER = [Key("country"), Key("city"), Key("group_id")]


@dataclass(frozen=True)
class GroupLook:
    """What a query is read against: the reading of the list, and its countries by id and name."""

    actor: Actor
    reading: Reading
    countries: list[tuple[str, str]]


def _searched(look: GroupLook, q: str) -> Q:
    found = Q()
    for word in q.split():
        digits = word.lstrip("+")
        codes = {key: str(phonenumbers.country_code_for_region(key)) for key, _ in look.countries}
        called = [key for key, code in codes.items() if code == digits]
        found &= (
            Q(searched__contains=folded(word))
            | Q(country_id__iexact=word)
            | Q(country_id__in=called)
            | Q(area_code__startswith=digits)
            | Q(area_code__startswith=f"0{digits}")
            | Q(type__iexact=word)
            | _in_one_piece(codes, digits)
        )
    return found


def _in_one_piece(codes: Mapping[str, str], digits: str) -> Q:
    """What a number begins with: the code of its country, then that of the area, or a part of it."""
    found = Q(pk=None)
    for key, code in codes.items():
        if rest := digits.removeprefix(code) if digits.startswith(code) else "":
            whole = [zero + rest[:size] for size in range(1, len(rest)) for zero in ("", "0")]
            area = Q(area_code__in=whole) | Q(area_code__startswith=rest) | Q(area_code__startswith=f"0{rest}")
            found |= Q(country_id=key) & area
    return found


FILTERS: Filters[GroupLook] = Filters(
    Filter("q", lambda look: fields.Text(label="Search", max_length=100), _searched),
    Filter(
        "country",
        lambda look: fields.Choice(choices=look.countries, nothing="All", spelled=str.upper, other="[A-Z]{2}"),
        lambda look, country: Q(country_id=country),
    ),
    Filter(
        "capability",
        lambda look: fields.Choice(
            choices=[("sms", "sms"), ("voice", "voice")],
            nothing="All",
            spelled=str.lower,
            other="[a-z][a-z0-9_-]{0,31}",
        ),
        lambda look, name: Q(type__iexact=name) | Q(listed__contains=name),
    ),
    *pages.places(),
)
