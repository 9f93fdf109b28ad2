"""How a posted form is answered: what happened as a message, and for a refusal the form's fields once more."""

from typing import Any, Protocol, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from numberadmin import web
from numberadmin.accounts import drafts
from numberadmin.accounts.actor import Actor
from numberadmin.audit.models import State
from numberadmin.services import doubt
from numberadmin.services.results import NotRecorded, Outcome, Refusal

# Marks a message whose operation the page offers to undo.
UNDO = "undo"
DOUBTS = "doubts"
LEVELS = {"success": messages.SUCCESS, "warning": messages.WARNING, "error": messages.ERROR}


def back(request: HttpRequest) -> str:
    """The page that the form stood on: as it says itself, if that is one of this site, or as its view declares."""
    return web.own_path(request, request.POST.get("next"), web.declared(request))


def say(request: HttpRequest, outcome: Outcome, tag: str = "") -> None:
    """Tells the next page what came of it. Where that is in doubt, a later page tells how it ended."""
    if outcome.state == State.UNKNOWN:
        request.session[DOUBTS] = [*request.session.get(DOUBTS, [])[-9:], str(outcome.operation)]
    before = "This was sent before, and done once. " if outcome.repeated else ""
    tags = f"{tag} {outcome.operation}" if tag == UNDO else tag
    messages.add_message(request, LEVELS[outcome.level], f"{before}{outcome.message}", extra_tags=tags)


def note(request: HttpRequest, level: str, text: str) -> None:
    """Tells the next page something beside what came of a form; `level` is one of LEVELS."""
    if text:
        messages.add_message(request, LEVELS[level], text)


def tell_of_doubts(request: HttpRequest) -> None:
    """Says how those operations ended of which this session was told that they were in doubt."""
    waiting = request.session.get(DOUBTS)
    if not waiting:
        return
    ended = doubt.ended([UUID(operation) for operation in waiting])
    for outcome in ended:
        messages.add_message(request, LEVELS[outcome.level], outcome.message)
    if ended:
        told = {str(outcome.operation) for outcome in ended}
        request.session[DOUBTS] = [operation for operation in waiting if operation not in told]


class Change(Protocol):
    """A service that wants who does it, and as which operation."""

    def __call__(self, *, actor: Actor, operation: UUID) -> Outcome: ...


def done(request: HttpRequest, change: Change) -> HttpResponse:
    """Does it, and goes back to the page, which says what came of it. Raises Refusal."""
    say(request, change(actor=cast(web.Request, request).actor, operation=web.posted_operation(request)))
    return redirect(back(request))


def refused(
    request: HttpRequest,
    refusal: Refusal,
    panel: dict[str, Any] | None = None,
    leaves: bool = False,
) -> HttpResponse:
    """Says why nothing was done: beside a page that stays as it is, or by a redirect that keeps the form's fields.

    `panel` is a question, with the form that answers it: its `template` and what that shows. With
    `leaves` the whole page is drawn anew.
    """
    htmx = cast(web.Request, request).htmx
    if htmx and not leaves:
        context = {"refusal": refusal.message, "panel": panel}
        return TemplateResponse(request, "refusal.html", context, status=refusal.status, headers={"HX-Reswap": "none"})
    if panel is None:
        messages.error(request, refusal.message)
    if isinstance(refusal, NotRecorded):
        # The session lies in the database that takes nothing in.
        return redirect(back(request))
    page = back(request)
    if htmx:
        page = web.own_path(request, htmx.current_url_abs_path, page)
    if request.method == "POST":
        drafts.hold(request, page, panel, waits=leaves)
    return web.go(request, page)


def forbidden(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What the person's role does not allow: said on a page of its own, beside the page for htmx."""
    if cast(web.Request, request).htmx:
        return refused(request, refusal)
    return TemplateResponse(request, "forbidden.html", {"refusal": refusal.message}, status=refusal.status)
