"""The inventory: rented numbers by application, and the applications."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory import forms, number, plans
from numberadmin import fields, files, posting, web
from numberadmin.accounts import drafts
from numberadmin.accounts.roles import May
from numberadmin.services import applications as known
from numberadmin.services import assignment, doubt, rentals, saved, unassignment
from numberadmin.services import refresh as reading
from numberadmin.services.models import Reading
from numberadmin.services.number_filters import SOON
from numberadmin.services.results import Changed, Held, Lacking, Outcome


@require_safe
@web.needs(May.READ)
def inventory(request: web.Request) -> HttpResponse:
    return _numbers(request, request.GET, last=reading.if_stale(request.actor))


@require_POST
@web.needs(May.CHANGE)
def refresh(request: web.Request) -> HttpResponse:
    outcome = reading.now(actor=request.actor, accept=request.POST.get("accept", "")[:64])
    return _done(request, outcome, ())


@require_POST
@web.needs(May.CHANGE)
def assign(request: web.Request) -> HttpResponse:
    if planned := plans.of_all(request, fields.plain(request.POST, "application_key", 64)):
        return planned
    to = posting.back(request)
    try:
        wish = forms.application(request.POST)
        if wish.move and assignment.many_elsewhere(request.actor.account, wish.numbers, wish.application_key):
            return plans.begun(request, wish, wish.application_key)
        outcome = assignment.assign(
            actor=request.actor,
            operation=web.posted_operation(request),
            numbers=wish.numbers,
            application_key=wish.application_key,
            move=wish.move,
            reason=wish.reason,
            seen=wish.seen,
            accept=wish.accept,
        )
    except Held as held:
        return posting.refused(request, held, _asking_to_move(request, wish, held, to))
    except Lacking as lacking:
        return posting.refused(request, lacking, _asking_whether_gone(request, wish, lacking, to))
    except Changed as changed:
        return _afresh(request, changed, wish.numbers)
    return _done(request, outcome, wish.numbers)


@require_POST
@web.needs(May.CHANGE)
def unassign(request: web.Request) -> HttpResponse:
    if planned := plans.of_all(request, None):
        return planned
    try:
        wish = forms.selection(request.POST)
        if len(set(wish.numbers)) > unassignment.MOST:
            return plans.begun(request, wish, "")
        outcome = unassignment.unassign(
            actor=request.actor,
            operation=web.posted_operation(request),
            numbers=wish.numbers,
            reason=wish.reason,
            seen=wish.seen,
        )
    except Changed as changed:
        return _afresh(request, changed, wish.numbers)
    return _done(request, outcome, wish.numbers)


@require_POST
@web.needs(May.CHANGE)
def go_on(request: web.Request) -> HttpResponse:
    to = posting.back(request)
    outcome = doubt.go_on(actor=request.actor, operation=web.posted_operation(request))
    messages.warning(request, outcome.message)
    if request.htmx and request.htmx.target == "numbers":
        return _numbers(request, QueryDict(urlsplit(to).query))
    return redirect(to)


@require_safe
@web.needs(May.READ)
def export_numbers(request: web.Request) -> HttpResponseBase:
    """What the filters show, as CSV, or with `format=jsonl` as JSON lines."""
    asked = rentals.read(request.actor.account, request.GET)
    if not asked.readable:
        return web.unreadable(asked)
    kind = asked["format"] or "csv"
    return web.file("numbers", kind, files.lines(rentals.exported(asked), kind, rentals.COLUMNS))


@require_POST
@web.needs(May.READ)
def save_view(request: web.Request) -> HttpResponse:
    """Keeps the filters of the page under a name, for this person."""
    query = QueryDict(urlsplit(posting.back(request)).query)
    asked = rentals.read(request.actor.account, query)
    view = saved.keep(actor=request.actor, name=request.POST.get("name", "")[:200], asked=asked)
    messages.success(request, f"Saved as {view.name}.")
    return redirect(f"{reverse('inventory')}?{view.query}")


@require_POST
@web.needs(May.READ)
def drop_view(request: web.Request) -> HttpResponse:
    name = request.POST.get("view", "")
    saved.drop(actor=request.actor, name=name)
    messages.success(request, f"Removed the view {name}.")
    return redirect(posting.back(request))


@require_http_methods(["GET", "HEAD", "POST"])
@web.needs(May.READ, post=May.CHANGE, back="applications")
def applications(request: web.Request) -> HttpResponse:
    if request.method != "POST":
        return _applications(request)
    outcome = known.add(
        actor=request.actor,
        operation=web.posted_operation(request),
        application_key=fields.plain(request.POST, "application_key", 100),
        name=fields.line(request.POST, "name", 200),
    )
    posting.say(request, outcome)
    return _applications(request) if request.htmx else redirect("applications")


def _afresh(request: web.Request, changed: Changed, numbers: Collection[int]) -> HttpResponse:
    """The page was too old: nothing was done, and it is shown as things are now."""
    to = posting.back(request)
    if not request.htmx:
        return posting.refused(request, changed)
    messages.error(request, changed.message)
    if request.htmx.target == "number":
        response = number.shown(request, next(iter(numbers)))
    else:
        response = _numbers(request, QueryDict(urlsplit(to).query))
    response.status_code = changed.status
    return response


def _done(request: web.Request, outcome: Outcome, changed: Collection[int]) -> HttpResponse:
    """Back to the page of the form; htmx gets that page's part which has changed."""
    posting.say(request, outcome, posting.UNDO if changed and outcome.state == "succeeded" else "")
    to = posting.back(request)
    if not request.htmx:
        return redirect(to)
    if request.htmx.target == "number" and changed:
        return number.shown(request, next(iter(changed)))
    return _numbers(request, QueryDict(urlsplit(to).query), set(changed) if outcome.state == "succeeded" else set())


def _numbers(
    request: web.Request, query: QueryDict, changed: Collection[int] = (), last: Reading | None = None
) -> HttpResponse:
    asked = rentals.read(request.actor.account, query, last)
    views = saved.every(request.actor)
    kept = drafts.taken(request)
    fields = kept.get("fields", {})
    page = rentals.browse(asked)
    context = {
        "asked": asked,
        "page": page,
        "here": _path("inventory", query),
        "changed": changed,
        "panel": kept.get("panel"),
        "waiting": doubt.waiting(request.actor.account) if page.is_open else None,
        "undecided": len(doubt.unclear(request.actor.account)) if page.is_open else 0,
        "being_read": reading.being_read(page.reading),
        "everything": query.get("select") == "page",
        "fresh": bool(asked["rented"]) and not request.htmx and not kept,
        "ticked": _ticked(fields),
        "chosen": fields.get("application_key", [""])[0],
        "reason": fields.get("reason", [""])[0],
        "operation": web.new_operation(),
        "views": views,
        "only_rented": asked.given == {"rented"},
        "saveable": asked.readable and asked.kept,
        "saved_as": next((view for view in views if view.query == asked.kept), None),
        "soon": SOON,
    }
    if (request.htmx.target or "").startswith("folded-"):
        opened = next(iter(page.shelves), None)
        return web.page(request, "inventory/shelf.html", context | {"shelf": opened}) if opened else HttpResponse()
    return web.page(request, "inventory/inventory.html", context, {"listing", "numbers"})


def _applications(request: web.Request) -> HttpResponse:
    context = {
        "rows": known.with_counts(request.actor.account),
        "draft": drafts.taken(request).get("fields", {}),
        "new_operation": web.new_operation,
    }
    return web.page(request, "inventory/applications.html", context, {"applications"})


def _asking_to_move(request: web.Request, wish: forms.Selection, held: Held, to: str) -> dict[str, Any]:
    """What the person has to know to decide whether numbers are to be moved, and the form that does it."""
    shown = {holder.number: holder.application_key for holder in held.holders}
    fields = [("move", "yes"), *(("seen", f"{n}:{shown.get(n, wish.seen.get(n, ''))}") for n in wish.numbers)]
    holders = [
        {
            "number": holder.number,
            "label": holder.application_label,
            "by": holder.assigned.by if holder.assigned else "",
            "login": holder.assigned.login if holder.assigned else "",
            "at": holder.assigned.at.isoformat() if holder.assigned else "",
        }
        for holder in held.holders
    ]
    return _panel(request, wish, to, fields) | {
        "template": "inventory/held.html",
        "holders": holders,
        "others": len(set(wish.numbers)) - len(holders),
    }


def _asking_whether_gone(request: web.Request, wish: forms.Selection, lacking: Lacking, to: str) -> dict[str, Any]:
    """The numbers that an application lacks, and the form that says that they are gone."""
    fields = [("accept", lacking.accept), *([("move", "yes")] if wish.move else [])]
    return _panel(request, wish, to, fields) | {"template": "inventory/lacking.html", "gone": list(lacking.numbers)}


def _panel(request: web.Request, wish: forms.Selection, to: str, fields: list[tuple[str, str]]) -> dict[str, Any]:
    """The same wish once more, as a form with an answer in it."""
    labels = {row.key: row.label for row in known.every(request.actor.account)}
    again = [("application_key", wish.application_key), ("reason", wish.reason), ("next", to)]
    return {
        "application": labels.get(wish.application_key, wish.application_key),
        "target": request.htmx.target or "numbers",
        "next": to,
        "fields": [
            ("operation", web.new_operation()),
            *again,
            *(("numbers", str(number)) for number in wish.numbers),
            *fields,
        ],
    }


def _ticked(kept: dict[str, list[str]]) -> set[int]:
    texts = kept.get("numbers", []) + kept.get("only", [])
    return {number for text in texts if (number := fields.whole(text)) is not None}


def _path(name: str, query: QueryDict) -> str:
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)
