"""One number: where it is, its label, its history."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from inventory import forms
from numberadmin import posting, web
from numberadmin.accounts import drafts
from numberadmin.accounts.roles import May
from numberadmin.audit import journal
from numberadmin.services import applications as known
from numberadmin.services import doubt, labels, rentals
from numberadmin.services import history as past
from numberadmin.services import refresh as reading
from numberadmin.services.models import Number
from numberadmin.services.number_filters import SOON
from numberadmin.services.results import Changed


@require_safe
@web.needs(May.READ)
def number(request: web.Request, number: int) -> HttpResponse:
    reading.if_stale(request.actor)
    return shown(request, number)


@require_POST
@web.needs(May.CHANGE)
def label(request: web.Request) -> HttpResponse:
    to = posting.back(request)
    try:
        wish = forms.labelling(request.POST)
        outcome = labels.set_label(
            actor=request.actor,
            operation=web.posted_operation(request),
            number=wish.number,
            label=wish.label,
            note=wish.note,
            seen=wish.seen,
            confirms=True,
        )
    except Changed as changed:
        if not request.htmx:
            return posting.refused(request, changed)
        messages.error(request, changed.message)
        response = shown(request, wish.number, {"label": wish.label, "note": wish.note})
        response.status_code = changed.status
        return response
    posting.say(request, outcome)
    return shown(request, wish.number) if request.htmx else redirect(to)


def shown(request: web.Request, number: int, typed: dict[str, str] | None = None) -> HttpResponse:
    """The page of a number, or its part for htmx; `typed` is what was in the form of the label."""
    account, number = request.actor.account, min(number, forms.LARGEST)
    label = labels.one(account, number)
    history = journal.history(account, number, known.names(account))
    rented = True
    try:
        found = rentals.one(account, number)
    except Number.DoesNotExist:
        if not history and label.pk is None:
            raise Http404 from None
        found, rented = Number(account=account, number=number), False
    kept = drafts.taken(request)
    context = {
        "number": found,
        "rented": rented,
        "gone": None if rented else past.gone(account, number),
        "former": labels.former(account, [label]).get(number) if rented else None,
        "doubted": rentals.in_doubt(account, number),
        "applications": known.choosable(account),
        "history": history,
        # What was done before the last change is undone after it.
        "undoable": next((row.operation for row in history if row.placed and rented), None),
        "panel": kept.get("panel"),
        "waiting": doubt.waiting(account),
        "label": label,
        "labelling": rented and request.actor.may(May.CHANGE),
        "fields": {"label": None, "note": None}
        | (typed or {})
        | {name: values[0] for name, values in kept.get("fields", {}).items() if values},
        "here": reverse("number", args=[number]),
        "new_operation": web.new_operation,
        "soon": SOON,
    }
    return web.page(request, "inventory/number.html", context, {"number"})
