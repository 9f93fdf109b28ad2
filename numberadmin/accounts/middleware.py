from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from numberadmin import posting, web
from numberadmin.accounts import drafts, factor, instances, sessions
from numberadmin.accounts.actor import BY_SINCH, Actor, Disconnected, of
from numberadmin.few import Crowded
from numberadmin.services import permission, signin
from numberadmin.services.results import Refusal, SignedOut, SignInAgain

MANY_PASSWORDS = (
    "Many people give a password at this moment, so yours was not looked at. You are not signed in by it, and nothing "
    "was changed. Go back and try again in some seconds."
)
GetResponse = Callable[[HttpRequest], HttpResponse]


def actor(get_response: GetResponse) -> GetResponse:
    """Sets `request.actor`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: of(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Every view wants a signed-in person whose role allows it, unless it is marked as open to all."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        actor = request.actor  # type: ignore[attr-defined]
        if not actor:
            if request.user.is_authenticated and request.method != "POST":
                messages.warning(request, "Your session has ended. Nothing was changed. Sign in to go on.")
            return web.to_sign_in(request)
        return self._for_this_account(request, actor) or self._allowed(request, actor, view_func)

    def _for_this_account(self, request: HttpRequest, actor: Actor) -> HttpResponse | None:
        """A form says for whom its page was drawn; in another tab it may have become somebody else since."""
        if request.method != "POST" or drafts.is_for(request, actor):
            return None
        refusal = signin.old_page(actor, request.POST.get("account", ""))
        if request.htmx:  # type: ignore[attr-defined]
            return posting.refused(request, refusal)
        messages.error(request, refusal.message)
        response = redirect("home")
        drafts.keep(request, response, web.form_page(request))
        return response

    def _allowed(self, request: HttpRequest, actor: Actor, view: Any) -> HttpResponse | None:
        needs = getattr(view, "needs", None)
        if needs is None:
            raise RuntimeError(f"{view.__name__} does not say what it needs: see web.needs")
        wanted = needs["POST" if request.method == "POST" else ""]
        if view.needs_factor and factor.is_lacking(actor.account, actor.person):
            # The page that it leads to says why.
            return web.go(request, f"{reverse('you')}?factor=new")
        if not actor.may(wanted):
            return posting.forbidden(request, permission.refused(actor, actor.membership, wanted))
        # A page that looks again by itself is not a person who works.
        if "Polling" not in request.headers:
            _used(request)
        if request.method == "GET":
            posting.tell_of_doubts(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What any view may raise: a refusal, no connection to Sinch, nobody signed in any more, many passwords at
        once."""
        if isinstance(exception, Refusal):
            return posting.refused(request, exception)
        if isinstance(exception, Disconnected):
            return _back(request, Refusal(f"{_account(request)} is not connected to Sinch now. Nothing was changed."))
        if isinstance(exception, Crowded):
            return web.problem(request, 503, "Busy", MANY_PASSWORDS, retry_after=5)
        if not isinstance(exception, SignInAgain):
            return None
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.connection and not isinstance(exception, SignedOut):
            instances.forget(actor.account, actor.connection.id)
        if request.session.get("by") == BY_SINCH or isinstance(exception, SignedOut):
            return web.to_sign_in(request, exception.message)
        return _back(request, Refusal(exception.message))


def _account(request: HttpRequest) -> str:
    return str(request.actor.account)  # type: ignore[attr-defined]


def _back(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Back to the page, which now says who can connect the account again; what was in the form is kept."""
    if request.method == "POST":
        refusal = Refusal(f"{refusal.message} What you typed is kept until the account is connected again.")
        return posting.refused(request, refusal, leaves=True)
    messages.warning(request, refusal.message)
    return redirect(request.get_full_path())


def _used(request: HttpRequest) -> None:
    """A database that takes nothing in keeps nobody from reading."""
    with suppress(DatabaseError):
        sessions.used(request.session)
