"""How numbers, money and moments are written on a page."""

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from numberadmin import e164
from numberadmin.money import Money
from numberadmin.services.counts import Counts
from numberadmin.services.models import Application

register = template.Library()
T = TypeVar("T")


@register.filter
def phone(number: int) -> str:
    """In international form, with the spaces of its country: '+1 415-555-0123'."""
    return e164.shown(number)


@register.filter
def figure(count: int) -> str:
    """With commas: '100,000'."""
    return f"{count:,}"


@register.simple_tag
def options(counts: Counts, chosen: str = "", with_key: bool = False) -> SafeString:
    """The options of a selection among the account's applications that Sinch knows. There may be thousands,
    so they are written out once for as long as these are the same."""
    written = counts.drawn.get(with_key)
    if written is None:
        written = counts.drawn[with_key] = "".join(
            _option(row, with_key) for row in counts.applications if row.gone_at is None
        )
    key = next((row.key for row in counts.applications if row.key.lower() == chosen.lower()), "") if chosen else ""
    value = f'value="{escape(key)}"'
    return SafeString(written.replace(value, f"{value} selected", 1) if key else written)


def _option(row: Application, with_key: bool) -> str:
    text = f"{row.name or 'No name'} · {short(row.key)}" if with_key else row.label
    return f'<option value="{escape(row.key)}">{escape(text)}</option>'


@register.filter
def money(price: Money | None) -> str:
    """'USD 2.00', on one line. Empty where the price is not clear."""
    return str(price).replace(" ", "\N{NO-BREAK SPACE}") if price else ""


@register.filter
def moment(value: dt.datetime | str | None) -> SafeString:
    """A time element: '14:03 UTC' today, '12 Nov 2026, 14:03 UTC' before. Takes ISO text too."""
    if not value:
        return SafeString("")
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    local = timezone.localtime(value)
    today = local.date() == timezone.localdate()
    shown = f"{local:%H:%M %Z}" if today else f"{local.day} {local:%b %Y, %H:%M %Z}"
    return _time(local, shown)


@register.filter
def second(value: dt.datetime) -> SafeString:
    """A time element exact to the second, for the audit."""
    local = timezone.localtime(value)
    return _time(local, f"{local:%H:%M:%S %Z}")


@register.filter
def day(value: dt.datetime | None) -> SafeString:
    """A time element: '3 Dec 2026'."""
    if value is None:
        return SafeString("")
    local = timezone.localtime(value)
    return _time(local, f"{local.day} {local:%b %Y}")


@register.filter
def ago(value: dt.datetime | None) -> str:
    """'just now', '4 min ago', '3 h ago', '12 days ago'."""
    if value is None:
        return ""
    seconds = max(0, int((timezone.now() - value).total_seconds()))
    if seconds < 45:
        return "just now"
    return f"{_span(seconds)} ago"


@register.filter
def days_left(value: dt.datetime) -> int:
    """Whole days from today; negative where it is over."""
    return (timezone.localtime(value).date() - timezone.localdate()).days


@register.filter
def of(rows: Mapping[int, T], number: int) -> T | None:
    """What a mapping has for a number."""
    return rows.get(number)


@register.filter
def within(value: dt.datetime | None, days: int) -> bool:
    """Whether it comes within so many days, or is over."""
    return value is not None and value <= timezone.now() + dt.timedelta(days=days)


@register.filter
def short(key: str) -> str:
    """The beginning of an application key, enough to tell keys apart."""
    return f"{key[:8]}…" if len(key) > 9 else key


@register.filter
def named(names: Mapping[str, str], key: str) -> str:
    """The application's name; the beginning of its key where it has none."""
    return names.get(key) or short(key)


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def browser(agent: str) -> str:
    """What a person calls the browser: 'Firefox on Linux'. The beginning of the text where it is none of these."""
    name = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{name} on {system}" if name and system else agent[:40] or "Unknown browser"


def _span(seconds: int) -> str:
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"


def _time(local: dt.datetime, shown: str) -> SafeString:
    title = f"{local:%Y-%m-%d %H:%M:%S %Z}"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), title, shown)
