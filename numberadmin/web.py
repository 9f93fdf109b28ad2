"""What every view shares: the typed request, page or fragment, and the answer to a form."""

import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial
from itertools import chain
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from numberadmin.accounts import drafts
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.roles import May
from numberadmin.files import MARK, TYPES
from numberadmin.filters import Asked


class Request(HttpRequest):
    """A request as the views of signed-in pages get it."""

    htmx: HtmxDetails
    actor: Actor


ENDED = "Your session has ended. Nothing was changed. Sign in and press the button again."
View = TypeVar("View", bound=Callable[..., Any])


def needs(may: May, *, post: May | None = None, factor: bool = True, back: str = "") -> Callable[[View], View]:
    """What a person's role has to allow for this view; `post` where posting to it asks for something else. Without
    `factor` it is open to who still has to set up the second factor that the team demands. `back` names the page that
    its forms stand on, where they do not say it themselves; without it, the inventory.

    A view that says nothing is open to nobody who is signed in.
    """

    def mark(view: View) -> View:
        view.needs = {"POST": post or may, "": may}  # type: ignore[attr-defined]
        view.needs_factor = factor  # type: ignore[attr-defined]
        view.back = back  # type: ignore[attr-defined]
        return view

    return mark


def takes(most: int) -> Callable[[View], View]:
    """How many bytes a form of this view may have, where that is more than other pages take."""

    def mark(view: View) -> View:
        view.takes = most  # type: ignore[attr-defined]
        return view

    return mark


def new_operation() -> str:
    """The id that a form carries, so that posting it twice does the thing once."""
    return str(uuid.uuid4())


def posted_operation(request: HttpRequest) -> uuid.UUID:
    """The form's operation; a new one where it is missing or unreadable."""
    try:
        return uuid.UUID(request.POST.get("operation", ""))
    except ValueError:
        return uuid.uuid4()


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    fragments: Collection[str] = (),
    status: int = 200,
) -> TemplateResponse:
    """The page, or the one of its `fragments` that htmx asks for by its target's id."""
    target = cast(Request, request).htmx.target
    name = f"{template}#{target}" if target in fragments else template
    return TemplateResponse(request, name, context, status=status)


def file(name: str, kind: str, lines: Iterator[str], headers: Mapping[str, str] | None = None) -> StreamingHttpResponse:
    """Lines as a file of this kind to be kept, named with the moment; it is never held whole in memory.

    A CSV begins with the mark by which spreadsheets know its encoding."""
    lines = chain([MARK], lines) if kind == "csv" else lines
    disposition = f'attachment; filename="{name}-{timezone.now():%Y%m%d-%H%M%S}.{kind}"'
    return StreamingHttpResponse(
        lines, content_type=TYPES[kind], headers={"Content-Disposition": disposition, **(headers or {})}
    )


def unreadable(asked: Asked[Any]) -> HttpResponse:
    """Instead of a file: why the filters cannot be read."""
    told = "\n".join([*asked.sentences(), "Nothing was exported. Correct the filters, or leave them out.", ""])
    return HttpResponse(told, status=400, content_type="text/plain; charset=utf-8")


def own_path(request: HttpRequest, path: str | None, default: str) -> str:
    """`path` where it leads to a page of this site, else `default`."""
    safe = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    return path if path and safe and path.startswith("/") else default


def go(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, whoever asks."""
    return HttpResponseClientRedirect(url) if cast(Request, request).htmx else redirect(url)


def to_sign_in(request: HttpRequest, told: str = "") -> HttpResponse:
    """To sign-in, and from there back to the page the person was on. A form that was posted is not sent again: the
    person is `told` so, and what was typed is kept until then."""
    htmx = cast(Request, request).htmx
    if request.method != "POST":
        came_from = htmx.current_url_abs_path if htmx else request.get_full_path()
        page = own_path(request, came_from, "")
    else:
        page = form_page(request)
    response = go(request, reverse("login") + (f"?{urlencode({'next': page})}" if page else ""))
    if request.method == "POST":
        told = f"{told or ENDED} {drafts.keep(request, response, page)}".strip()
    if told:
        # Whoever asks again and again is told once: many messages would need a session.
        list(messages.get_messages(request))
        messages.warning(request, told)
    return response


def form_page(request: HttpRequest) -> str:
    """The page that a posted form stood on: as the form says it, or htmx, or the browser."""
    stood_on = cast(Request, request).htmx.current_url_abs_path or _referring_path(request)
    return own_path(request, request.POST.get("next"), own_path(request, stood_on, declared(request)))


def declared(request: HttpRequest) -> str:
    """The page that the view declares as the one its forms stand on."""
    match = request.resolver_match
    name = getattr(match.func, "back", "") if match else ""
    return reverse(name, kwargs=match.kwargs) if match and name else reverse("inventory")


def _referring_path(request: HttpRequest) -> str:
    """The path of this site's page that the request came from; empty for another site's."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    return urlunsplit(("", "", came_from.path, came_from.query, ""))


def problem(request: HttpRequest, status: int, title: str, text: str, retry_after: int = 0) -> HttpResponse:
    """A page that says why nothing was done; beside the page that stays for htmx."""
    wait = {"Retry-After": str(retry_after)} if retry_after else {}
    if getattr(request, "htmx", False):
        page, headers = render_to_string("refusal.html", {"refusal": text}, request), {"HX-Reswap": "none", **wait}
        return HttpResponse(page, status=status, headers=headers)
    context = {"title": title, "text": text}
    return HttpResponse(render_to_string("problem.html", context, request), status=status, headers=wait)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form does not belong to the browser's session. What was typed is kept where both are the same person's, and
    the form comes from a page of ours."""
    actor, page = cast(Request, request).actor, form_page(request)
    ours = request.headers.get("Origin", "") in ("", f"{request.scheme}://{request.get_host()}")
    kept = bool(actor) and ours and drafts.is_for(request, actor)
    if kept:
        drafts.hold(request, page)
    context = {"back": page, "kept": kept, "files": kept and bool(request.FILES)}
    return TemplateResponse(request, "403_csrf.html", context, status=403).render()


def server_error(request: HttpRequest) -> HttpResponse:
    """A page that needs no database: whether that was the trouble, the person is told."""
    name, status = ("503.html", 503) if _database_failed(sys.exc_info()[1]) else ("500.html", 500)
    return HttpResponse(render_to_string(name), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same; a session that could not be written comes here as well."""
    name, status = ("503.html", 503) if _database_failed(exception) else ("400.html", 400)
    return HttpResponse(render_to_string(name), status=status)


def _database_failed(error: BaseException | None) -> bool:
    while error and not isinstance(error, DatabaseError | InterfaceError):
        error = error.__context__
    return error is not None


def shell(request: HttpRequest) -> dict[str, Any]:
    """For every template: the actor, what the role allows, and what the top bar counts."""
    from numberadmin.accounts import factor
    from numberadmin.services import approval, cart, permission

    actor = getattr(request, "actor", None)
    if not actor:
        return {"actor": None, "may": {}}
    # What has to be asked of Sinch is not offered where nobody has connected the account.
    asks_sinch = {May.CHANGE, May.BUY, May.APPROVE}
    may = {what.value: actor.may(what) and (what not in asks_sinch or bool(actor.connection)) for what in May}
    return {
        "actor": actor,
        "may": may,
        # Asked for by a whole page, and not by a part of one.
        "cart_lines": cache(partial(cart.line_count, actor.account)),
        "requests": cache(partial(approval.count, actor.account)) if may["approve"] else 0,
        "owners": "" if actor.connection else permission.owners(actor.account),
        "lacks_factor": bool(actor.account.factor_from) and not factor.has(actor.person),
    }
