"""The inventory as it was at a moment, and what changed between two."""

import datetime as dt
from typing import Any

from django import forms as django_forms
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory import forms
from numberadmin import fields, files, moments, web
from numberadmin.accounts.roles import May
from numberadmin.filters import Asked, Filter, Filters
from numberadmin.services import history
from numberadmin.services.history import Difference, Past


def _moment(name: str) -> fields.Moment:
    return fields.Moment(
        label=f"{name} ({moments.zone()})",
        max_length=40,
        widget=fields.MomentInput(attrs={"step": 1}),
    )


def _digits(look: None) -> fields.Digits:
    widget = django_forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    return fields.Digits(label="Number, or some of its digits", max_length=40, widget=widget)


# The number after which a page begins.
PAGE: Filter[None] = Filter("page", lambda look: fields.Whole(label="Page"), carried=False)
MOMENT: Filters[None] = Filters(
    Filter("at", lambda look: _moment("Moment")),
    Filter("number", _digits),
    Filter("q", _digits, carried=False),
    PAGE,
)
SPAN: Filters[None] = Filters(
    Filter("from", lambda look: _moment("From")),
    Filter("to", lambda look: _moment("To")),
    PAGE,
)
COLUMNS = (
    "number", "change", "was_rented", "was_in", "was_in_name", "is_rented", "is_in", "is_in_name", "in_doubt",
)  # fmt: skip


@require_safe
@web.needs(May.READ)
def as_it_was(request: web.Request) -> HttpResponse:
    account, now = request.actor.account, timezone.now()
    asked = MOMENT.read(_with(request.GET, at=now), None)
    moment = asked["at"] if request.GET.get("at") else now
    first, digits = history.known_since(account), asked["number"] or asked["q"] or ""
    context = {"asked": asked, "at": moment, "first": first, "digits": digits, "future": _is_future(moment or now)}
    if asked.readable:
        one = history.one(account, int(digits), moment) if digits else None
        page = None if one else history.at(account, moment, after=_after(asked), digits=digits)
        context |= {"known": bool(first and moment >= first), "one": one, "page": page}
    return web.page(request, "inventory/as_it_was.html", context, {"past"})


@require_safe
@web.needs(May.READ)
def changes(request: web.Request) -> HttpResponse:
    account = request.actor.account
    asked = _span(request.GET)
    context: dict[str, Any] = {"asked": asked, "first": history.known_since(account)}
    if asked.readable:
        start, end = _ends(request.GET, asked)
        page = history.between(account, start, end, after=_after(asked))
        context |= {"start": start, "end": end, "future": _is_future(end), "page": page}
    return web.page(request, "inventory/changes.html", context, {"changed"})


@require_safe
@web.needs(May.EXPORT)
def export_changes(request: web.Request) -> HttpResponseBase:
    """As CSV, a line a number; streamed."""
    asked = _span(request.GET)
    if not asked.readable:
        return web.unreadable(asked)
    rows = history.all_between(request.actor.account, *_ends(request.GET, asked))
    return web.file("changes", "csv", files.lines(map(_plain, rows), "csv", COLUMNS))


def _plain(row: Difference) -> dict[str, str | int]:
    doubt = " ".join(dict.fromkeys(side.doubt for side in (row.then, row.later) if side.doubt))
    return dict(zip(COLUMNS, (row.number, row.kind, *_side(row.then), *_side(row.later), doubt), strict=True))


def _side(past: Past) -> tuple[str, str, str]:
    return "yes" if past.rented else "no", past.application_key, past.label


def _span(query: QueryDict) -> Asked[None]:
    now = timezone.now()
    return SPAN.read(_with(query, **{"from": now - dt.timedelta(days=1), "to": now}), None)


def _ends(query: QueryDict, asked: Asked[None]) -> tuple[dt.datetime, dt.datetime]:
    """From `from` to `to`: without them, the last day."""
    end = asked["to"] if query.get("to") else timezone.now()
    start = asked["from"] if query.get("from") else end - dt.timedelta(days=1)
    return min(start, end), max(start, end)


def _with(query: QueryDict, **moments_of: dt.datetime) -> QueryDict:
    """What the form shows where nothing was given."""
    shown = query.copy()
    for name, moment in moments_of.items():
        shown[name] = query.get(name) or moments.field(moment)
    return shown


def _is_future(moment: dt.datetime) -> bool:
    return moment > timezone.now() + dt.timedelta(minutes=1)


def _after(asked: Asked[None]) -> int:
    return min(asked["page"] or 0, forms.LARGEST)
