"""The rows of the inventory. There are a hundred of them on a page, so they are written out here and not by a template,
which takes ten times as long; every text in them that comes from outside goes through `escape`."""

import datetime as dt
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from numberadmin.services.deeds import Deed
from numberadmin.services.models import Number
from numberadmin.templatetags import display

register = template.Library()


@register.simple_tag(takes_context=True)
def number_rows(context: Context, numbers: list[Number]) -> SafeString:
    """A table row for each number, of one application. Wants what the page of the inventory has."""
    page, can = context["page"], bool(context["may"].get("change"))
    at, act = reverse("number", args=[0]).removesuffix("0/"), escape(reverse("unassign"))
    ticked, fresh = context["ticked"], context["fresh"]
    rows = []
    for number in numbers:
        key, shown = escape(number.application_key), display.phone(number.number)
        tick = context["everything"] or number.number in ticked or (fresh and not key)
        changed = ' class="changed"' if number.number in context["changed"] else ""
        rows.append(
            f'<tr data-number="{number.number}" data-application-key="{key}"{changed}>'
            f'<td class="tick">{_tick(number.number, shown, tick) if can else ""}</td>'
            f'<th scope="row" class="digits"><a href="{at}{number.number}/">{shown}</a>'
            f"{_label(page.labels.get(number.number), page.former.get(number.number))}</th>"
            f'<td class="city">{_place(number.country_id, number.country, number.city)}</td>'
            f'<td class="caps">{_capabilities(number.has)}</td>'
            f'<td class="figure">{escape(display.money(number.price)) or "not given"}'
            f'<span class="phone-label"> per period</span></td>'
            f"{_until(number.expires, timezone.localdate(), context['soon'])}"
            f'<td class="by">{_by(number)}</td>'
            f'<td class="act">{_act(number.number, key, shown, act, page.doubted, can)}'
            f'<input type="hidden" name="seen" value="{number.number}:{key}" form="selection"></td></tr>'
        )
    return SafeString("\n".join(rows))


def _tick(number: int, shown: str, ticked: bool) -> str:
    return (
        f'<label><span class="hush">Select {shown}</span><input type="checkbox" name="numbers" value="{number}" '
        f'form="selection"{" checked" if ticked else ""}></label>'
    )


def _label(label: str | None, former: dt.datetime | None) -> str:
    if not label:
        return ""
    if former is None:
        return f' <span class="label"><bdi>{escape(label)}</bdi></span>'
    gone = f"{timezone.localtime(former):%d %b %Y}"
    return f' <span class="label former"><bdi>{escape(label)}</bdi></span> <span class="faint">of before {gone}</span>'


@lru_cache(1000)
def _place(country_id: str, country: str, city: str) -> str:
    code = f'<abbr class="country" title="{escape(country)}">{escape(country_id)}</abbr>' if country_id else ""
    return f'<span class="place">{code}<span>{escape(city or country or "place not given")}</span></span>'


@lru_cache(1000)
def _capabilities(has: str) -> str:
    if not has:
        return '<span class="faint">none listed</span>'
    return "".join(f'<span class="tag">{escape(capability)}</span>' for capability in has.split(","))


@lru_cache(1000)
def _until(expires: dt.datetime | None, today: dt.date, soon: int) -> str:
    if expires is None:
        return '<td class="until"><span class="faint">not given</span></td>'
    left = (timezone.localtime(expires).date() - today).days
    day = f'<span class="phone-label">Expires / renews on </span>{display.day(expires)}'
    if left > soon:
        return f'<td class="until">{day}</td>'
    when = "past" if left < 0 else "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
    return f'<td class="until soon">{day} <span>{when}</span></td>'


def _by(number: Number) -> str:
    if number.assigned:
        return _deed(number.assigned)
    if number.application_id:
        return '<span class="faint">outside numberadmin</span>'
    if number.rented:
        return f'<span class="faint">rented by</span> {_deed(number.rented)}'
    return ""


def _deed(deed: Deed) -> str:
    who = f'<span title="{escape(deed.login)}"><bdi>{escape(deed.by)}</bdi></span>'
    return f'{who} <span class="faint">{display.ago(deed.at)}</span>'


def _act(number: int, key: str, shown: str, unassign: str, doubted: Any, can: bool) -> str:
    if number in doubted:
        return '<span class="badge unknown">Being checked</span>'
    if not can:
        return ""
    button = (
        f'<button class="quiet row-act" type="submit" name="only" value="{number}" form="selection" id="act-{number}"'
    )
    if key:
        return f'{button} formaction="{unassign}" aria-label="Unassign {shown}">Unassign</button>'
    return f'{button} aria-label="Assign {shown}" data-needs-picker>Assign</button>'
