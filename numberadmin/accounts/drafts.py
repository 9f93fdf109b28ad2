"""What was in a form that was not carried out: for the page that it stood on, and for the person who typed it alone.

As long as there is a session it lies there. Where the session has ended, the browser keeps it in a sealed cookie until
that person is back in that team: strangers leave nothing in the database, and nobody else can open it.
"""

import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Session
from numberadmin.accounts.seal import opened_packed, seal_packed

HELD = "draft"
COOKIE = "__Host-draft" if settings.HTTPS else "draft"
SECONDS = 3600
# Of the cookie's value; browsers take 4096 with its name and attributes.
MOST = 3500
# The fields that are never kept, and those that the page draws anew.
SECRET = ("csrfmiddlewaretoken", "password", "current", "code")
DRAWN = ("account", "drawn_for", "operation", "next", "seen", "seen_label", "seen_note", "accept", "move")


def hold(request: HttpRequest, page: str, panel: dict[str, Any] | None = None, waits: bool = False) -> None:
    """Keeps the posted fields in the session, for the page at this address. One that `waits` is given back as soon as
    the account is connected to Sinch, for until then the page has no such form."""
    request.session[HELD] = {
        "path": request.path,
        "page": urlsplit(page).path,
        "fields": _fields(request, SECRET),
        "panel": panel,
        "waits": waits,
    }


def taken(request: HttpRequest) -> dict[str, Any]:
    """What is held for the page that is asked for: the form's `path`, its `fields` as lists, the `panel`. Given
    once."""
    held: dict[str, Any] = request.session.get(HELD, {})
    if not held or held["page"] != request.path:
        return {}
    if held["waits"] and not request.actor.connection:  # type: ignore[attr-defined]
        return {}
    del request.session[HELD]
    return held


def keep(request: HttpRequest, response: HttpResponse, page: str) -> str:
    """Keeps the posted fields in the browser until the person is back, who is told what this gives."""
    whose = _owner(request)
    if not whose:
        return ""
    fields = _fields(request, (*SECRET, *DRAWN))
    for longest in (MOST * 20, 500, 0):
        short = {name: values for name, values in fields.items() if len("".join(values)) <= longest}
        lacks = _lacking(request, cut=len(short) < len(fields))
        kept = [int(time.time()), request.path, page, short, lacks]
        value = seal_packed(json.dumps(kept, ensure_ascii=False), whose)
        if len(value) <= MOST:
            break
    response.set_cookie(COOKIE, value, max_age=SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax", path="/")
    return f"What you typed is given back then.{lacks}"


def give_back(request: HttpRequest, response: HttpResponse, actor: Actor) -> None:
    """To whoever has just signed in, if it is theirs; whosever it is, it is kept no longer."""
    if COOKIE not in request.COOKIES:
        return
    response.delete_cookie(COOKIE, samesite="Lax")
    text = opened_packed(request.COOKIES[COOKIE], _of(actor))
    at, path, page, fields, lacks = json.loads(text) if text else (0, "", "", {}, "")
    if at < time.time() - SECONDS:
        return
    held = {"path": path, "page": urlsplit(page).path, "fields": fields, "panel": None, "waits": False}
    request.session[HELD] = held
    messages.warning(
        request,
        "Nothing was changed by the button that you pressed before you had to sign in. What you typed is in the form "
        f"again: look at it, and press the button once more.{lacks}",
    )


def is_for(request: HttpRequest, actor: Actor) -> bool:
    """Whether the posted form was drawn for this person in this team, as far as it says so."""
    given = request.POST.get("account", ""), request.POST.get("drawn_for", "")
    return given[0] in ("", str(actor.account.pk)) and given[1] in ("", str(actor.person.pk))


def _fields(request: HttpRequest, but: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: request.POST.getlist(name) for name in request.POST if name not in but}


def _lacking(request: HttpRequest, cut: bool) -> str:
    file = " A file cannot be kept: choose it again." if request.FILES else ""
    return f" Some of it is too long to be kept: fill that in again.{file}" if cut else file


def _of(actor: Actor) -> str:
    return f"draft {actor.account.pk} {actor.person.pk}"


def _owner(request: HttpRequest) -> str:
    """Whose form it was: as the form says it, or else the session by which it came, which may have ended since."""
    account, person = request.POST.get("account", ""), request.POST.get("drawn_for", "")
    if account and person:
        return f"draft {account} {person}"
    if actor := request.actor:  # type: ignore[attr-defined]
        return _of(actor)
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=key).exclude(person=None).first() if key else None
    return f"draft {row.account_id} {row.person_id}" if row else ""
