"""Signing in and out. A person is asked for an organisation only where there are several."""

from typing import cast

import msgspec
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from numberadmin import sinch, web
from numberadmin.accounts import instances
from numberadmin.accounts.actor import of
from numberadmin.accounts.forms import SignIn
from numberadmin.services import signin
from numberadmin.services.results import Refusal

BACKEND = "django.contrib.auth.backends.ModelBackend"
# What belongs the choice of an organisation while nobody is signed in yet.
CHOOSING = "choosing"


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if cast(web.Request, request).actor:
            return redirect(web.own_path(request, request.GET.get("next"), reverse("inventory")))
        return _page(request, SignIn(initial={"next": request.GET.get("next", ""), "kind": "sinch"}))
    form = SignIn(request.POST)
    if not form.is_valid():
        return _page(request, form)
    fields = form.cleaned_data
    if fields["kind"] == "member":
        form.add_error(None, "There are no team members yet: sign in with the Sinch account.")
        return _page(request, form)
    try:
        opened = signin.open_instance(fields["identity"], fields["password"])
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form)
    if len(opened.organisations) > 1:
        _remember(request, opened, fields["next"])
        return redirect("organisation")
    return _enter(request, opened.user, opened.instance, opened.organisations[0], fields["next"])


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    kept = request.session.get(CHOOSING)
    instance = instances.unpack(kept["instance"], CHOOSING) if kept else None
    if kept is None or instance is None:
        return redirect("login")
    organisations = [msgspec.convert(row, sinch.Organisation) for row in kept["organisations"]]
    if request.method == "POST":
        chosen = next((row for row in organisations if row.id == request.POST.get("organisation")), None)
        if chosen:
            return _enter(request, msgspec.convert(kept["user"], sinch.User), instance, chosen, kept["next"])
        messages.error(request, "Choose one of the organisations.")
        return redirect("organisation")
    return TemplateResponse(request, "accounts/organisation.html", {"organisations": organisations})


@require_POST
@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    if actor := cast(web.Request, request).actor:
        signin.left(actor)
    auth.logout(request)
    response = redirect("login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(request: HttpRequest, form: SignIn) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "accounts/login.html", {"form": form}, status=status)


def _remember(request: HttpRequest, opened: signin.Opened, back: str) -> None:
    """Keeps what was opened until the organisation is chosen, the secret sealed."""
    request.session.cycle_key()
    request.session[CHOOSING] = {
        "user": msgspec.to_builtins(opened.user),
        "organisations": msgspec.to_builtins(opened.organisations),
        "instance": instances.pack(opened.instance, CHOOSING),
        "next": back,
    }
    request.session.set_expiry(600)


def _enter(
    request: HttpRequest, user: sinch.User, instance: sinch.Instance, chosen: sinch.Organisation, back: str
) -> HttpResponse:
    person, account = signin.enter(user, chosen)
    request.session.pop(CHOOSING, None)
    auth.login(request, person, backend=BACKEND)
    instances.keep(request.session, account, instance)
    actor = of(request)
    if actor is None:
        messages.error(request, "Sinch gave a session that has ended already. Sign in again.")
        return redirect("login")
    signin.entered(actor)
    return redirect(web.own_path(request, back, reverse("inventory")))
