from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from numberadmin import posting, web
from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor, of
from numberadmin.services import signin
from numberadmin.services.results import SignInAgain

GetResponse = Callable[[HttpRequest], HttpResponse]


def actor(get_response: GetResponse) -> GetResponse:
    """Sets `request.actor`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: of(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Every view wants a signed-in person with a live instance, unless it is marked otherwise."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        if actor := request.actor:  # type: ignore[attr-defined]
            return self._for_this_account(request, actor)
        if request.user.is_authenticated:
            messages.warning(request, "Your session with Sinch has ended. Nothing was changed. Sign in to go on.")
        return web.to_sign_in(request)

    def _for_this_account(self, request: HttpRequest, actor: Actor) -> HttpResponse | None:
        """A form says for which account its page was drawn; in another tab it may have become another one since."""
        seen = request.POST.get("account", "") if request.method == "POST" else ""
        if seen in ("", str(actor.account.pk)):
            if request.method == "GET":
                posting.tell_of_doubts(request)
            return None
        return posting.refused(request, signin.old_page(actor, seen), "home")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An instance that Sinch no longer accepts is forgotten, whatever the page, and a new sign-in asked for."""
        if not isinstance(exception, SignInAgain):
            return None
        instances.forget(request.session)
        messages.warning(request, exception.message)
        return web.to_sign_in(request)
