"""The inventory as it was at a moment, and what changed between two."""

import datetime as dt

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from numberadmin import fields, files, spelling, web
from numberadmin.accounts.roles import May
from numberadmin.services import history
from numberadmin.services.history import Difference, Past

# A day later than the first day there is.
EARLIEST = dt.datetime(1, 1, 3, tzinfo=dt.UTC)
COLUMNS = (
    "number", "change", "was_rented", "was_in", "was_in_name", "is_rented", "is_in", "is_in_name", "in_doubt",
)  # fmt: skip


@require_safe
@web.needs(May.READ)
def as_it_was(request: web.Request) -> HttpResponse:
    account, first = request.actor.account, history.known_since(request.actor.account)
    moment = _moment(request.GET.get("at", "")) or timezone.now()
    asked = (request.GET.get("number") or request.GET.get("q", ""))[:40]
    digits = spelling.bare(asked)[:15]
    one = history.one(account, int(digits), moment) if digits else None
    known = bool(first and moment >= first)
    context = {
        "at": moment,
        "typed": _field(moment),
        "digits": digits,
        "asked": asked,
        "first": first,
        "known": known,
        "wrong": bool(request.GET.get("at")) and _moment(request.GET["at"]) is None,
        "future": moment > timezone.now() + dt.timedelta(minutes=1),
        "one": one,
        "page": None if one else history.at(account, moment, after=_after(request.GET), digits=digits),
        "query": request.GET,
        "zone": timezone.get_current_timezone_name(),
    }
    return web.page(request, "inventory/as_it_was.html", context, {"past"})


@require_safe
@web.needs(May.READ)
def changes(request: web.Request) -> HttpResponse:
    account = request.actor.account
    start, end = _span(request.GET)
    context = {
        "wrong": any(request.GET.get(name) and _moment(request.GET[name]) is None for name in ("from", "to")),
        "future": end > timezone.now() + dt.timedelta(minutes=1),
        "start": start,
        "end": end,
        "typed_start": _field(start),
        "typed_end": _field(end),
        "first": history.known_since(account),
        "page": history.between(account, start, end, after=_after(request.GET)),
        "query": request.GET,
        "zone": timezone.get_current_timezone_name(),
    }
    return web.page(request, "inventory/changes.html", context, {"changed"})


@require_safe
@web.needs(May.EXPORT)
def export_changes(request: web.Request) -> HttpResponseBase:
    """As CSV, a line a number; streamed."""
    start, end = _span(request.GET)
    rows = history.all_between(request.actor.account, start, end)
    return web.file("changes", "csv", files.lines(map(_plain, rows), "csv", COLUMNS))


def _plain(row: Difference) -> dict[str, str | int]:
    doubt = " ".join(dict.fromkeys(side.doubt for side in (row.then, row.later) if side.doubt))
    return dict(zip(COLUMNS, (row.number, row.kind, *_side(row.then), *_side(row.later), doubt), strict=True))


def _side(past: Past) -> tuple[str, str, str]:
    return "yes" if past.rented else "no", past.application_key, past.label


def _span(query: QueryDict) -> tuple[dt.datetime, dt.datetime]:
    """From `from` to `to`: without them, the last day."""
    end = _moment(query.get("to", "")) or timezone.now()
    start = _moment(query.get("from", "")) or max(end, EARLIEST) - dt.timedelta(days=1)
    return min(start, end), max(start, end)


def _after(query: QueryDict) -> int:
    return fields.whole(query.get("page", "")) or 0


def _moment(text: str) -> dt.datetime | None:
    """A moment in ISO form, in the time zone of the page where it names none."""
    try:
        moment = parse_datetime(text[:40]) if "T" in text or " " in text.strip() else None
        if moment is None:
            return None
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _field(moment: dt.datetime) -> str:
    """As a browser's field for a moment takes it."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S}"
