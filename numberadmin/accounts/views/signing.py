"""Signing in and out: with the Sinch account, and as a person of a team."""

from typing import Any, cast

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
from numberadmin.accounts import address, devices, instances, links
from numberadmin.accounts.actor import BY_PERSON, BY_SINCH, enterable, of
from numberadmin.accounts.forms import SignIn
from numberadmin.accounts.guesses import Visitor
from numberadmin.accounts.views.entering import (
    CHOOSING,
    HALF,
    HALF_SECONDS,
    enter,
    half_or_known,
    invited,
    known,
    person_of,
)
from numberadmin.services import signin
from numberadmin.services.results import Refusal


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    actor = cast(web.Request, request).actor
    if request.method != "POST":
        back = request.GET.get("next", "")
        if actor and actor.connection:
            return redirect(web.own_path(request, back, reverse("inventory")))
        kind = "sinch" if actor else request.GET.get("kind") or devices.last_kind(request)
        email = invited(request) if back == reverse("join") else ""
        return _page(request, SignIn(initial={"next": back, "kind": kind, "identity": email}))
    form = SignIn(request.POST)
    if not form.is_valid():
        return _page(request, form)
    fields = form.cleaned_data
    visitor = Visitor(address.of(request), devices.known(request, fields["identity"], fields["kind"]))
    try:
        response = (_by_person if fields["kind"] == "member" else _by_sinch)(request, fields, visitor)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, refusal.status)
    devices.remember(request, response, fields["identity"], fields["kind"])
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """Which of several accounts: of a Sinch sign-in, or of a person who is in several teams, at any time."""
    if kept := request.session.get(CHOOSING):
        return _choosing(request, kept)
    if not request.user.is_authenticated or request.session.get("by") != BY_PERSON:
        return redirect("login")
    teams = {row.account.organisation_id: row for row in enterable(request.user.pk, BY_PERSON)}
    if request.method == "POST":
        if chosen := teams.get(request.POST.get("organisation", "")):
            return enter(request, chosen, BY_PERSON, ["another organisation"], "")
        messages.error(request, "Choose one of the organisations.")
        return redirect("organisation")
    return _organisations(request, [(key, row.account.name, row.account) for key, row in teams.items()])


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second factor of somebody whose first one was right."""
    half = request.session.get(HALF)
    person = person_of(half)
    if half is None or person is None:
        return redirect("login")
    if request.method != "POST":
        return TemplateResponse(request, "accounts/code.html", {})
    visitor = Visitor(address.of(request), devices.known(request, str(person.pk), devices.CODE))
    try:
        which = signin.second_factor(person, request.POST.get("code", "")[:40], visitor)
        response = known(request, person, half["by"], [*half["how"], which], half["next"], half["account"])
    except Refusal as refusal:
        return TemplateResponse(request, "accounts/code.html", {"error": refusal.message}, status=refusal.status)
    devices.remember(request, response, str(person.pk), devices.CODE)
    return response


@require_POST
@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    actor = of(request)
    # Whatever waits to be told goes with the session.
    list(messages.get_messages(request))
    auth.logout(request)
    if actor:
        signin.left(actor)
    response = redirect("login")
    links.forget(response)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _by_person(request: HttpRequest, fields: dict[str, str], visitor: Visitor) -> HttpResponse:
    email = invited(request) if fields["next"] == reverse("join") else ""
    person = signin.person(fields["identity"], fields["password"], visitor, email)
    how = [f"password, in a {'known' if visitor.device else 'new'} browser"]
    return half_or_known(request, person, BY_PERSON, how, fields["next"], None)


def _by_sinch(request: HttpRequest, fields: dict[str, str], visitor: Visitor) -> HttpResponse:
    actor = of(request)
    sign_in = signin.open_instance(fields["identity"], fields["password"], visitor, actor)
    of_actor = [row for row in sign_in.organisations if actor and row.id == actor.account.organisation_id]
    if len(sign_in.organisations) > 1 and not of_actor:
        return _remember(request, sign_in, fields["next"])
    chosen = of_actor[0] if of_actor else sign_in.organisations[0]
    return _connected(request, sign_in.user, sign_in.instance, chosen, fields["next"])


def _connected(
    request: HttpRequest, user: sinch.User, instance: sinch.Instance, chosen: sinch.Organisation, back: str
) -> HttpResponse:
    """The account is connected. Whether the person is known by that too depends on the team."""
    account = signin.account_of(chosen)
    actor = of(request)
    mine = actor if actor and actor.account.pk == account.pk and request.session["by"] == BY_PERSON else None
    if mine or signin.is_for_persons(account, user):
        signin.connect(account, user, instance, mine, address.of(request))
        if mine:
            messages.success(request, f"{account.name} is connected to Sinch again.")
            return redirect(web.own_path(request, back, reverse("inventory")))
        messages.success(
            request, f"{account.name} is connected to Sinch. Now sign in as yourself: the team has several people."
        )
        return redirect(f"{reverse('login')}?kind=member")
    membership = signin.enter(user, account)
    instances.keep(account, instance, membership.person.name)
    return half_or_known(request, membership.person, BY_SINCH, ["Sinch account"], back, account)


def _choosing(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    if "person" in kept:
        accounts = [row.account for row in enterable(kept["person"], BY_PERSON)]
        offered = [(account.organisation_id, account.name, account) for account in accounts]
    else:
        offered = [(row["id"], row["name"], row) for row in kept["organisations"]]
    if request.method != "POST":
        return _organisations(request, offered)
    chosen = request.POST.get("organisation", "")
    if chosen not in [key for key, *_ in offered]:
        messages.error(request, "Choose one of the organisations.")
        return redirect("organisation")
    try:
        return _chosen(request, kept, chosen)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("login")


def _chosen(request: HttpRequest, kept: dict[str, Any], chosen: str) -> HttpResponse:
    del request.session[CHOOSING]
    if "person" in kept:
        rows = enterable(kept["person"], BY_PERSON) if person_of(kept) else []
        membership = next((row for row in rows if row.account.organisation_id == chosen), None)
        if membership is None:
            raise Refusal("Your password or your second factor was changed meanwhile. Sign in again.")
        return enter(request, membership, BY_PERSON, kept["how"], kept["next"])
    instance = instances.unpack(kept["instance"], CHOOSING)
    if instance is None:
        return redirect("login")
    organisations = [msgspec.convert(row, sinch.Organisation) for row in kept["organisations"]]
    organisation = next(row for row in organisations if row.id == chosen)
    return _connected(request, msgspec.convert(kept["user"], sinch.User), instance, organisation, kept["next"])


def _remember(request: HttpRequest, sign_in: signin.Opened, back: str) -> HttpResponse:
    """Keeps what was opened until the organisation is chosen, the secret sealed."""
    if not request.user.is_authenticated:
        request.session.cycle_key()
        request.session.set_expiry(HALF_SECONDS)
    request.session[CHOOSING] = {
        "user": msgspec.to_builtins(sign_in.user),
        "organisations": msgspec.to_builtins(sign_in.organisations),
        "instance": instances.pack(sign_in.instance, CHOOSING),
        "next": back,
    }
    return redirect("organisation")


def _organisations(request: HttpRequest, offered: list[tuple[str, str, Any]]) -> HttpResponse:
    """`offered` has the id and the name of each, and what has the other things that Sinch tells of it."""
    return TemplateResponse(request, "accounts/organisation.html", {"organisations": offered})


def _page(request: HttpRequest, form: SignIn, status: int = 422) -> HttpResponse:
    context = {"form": form, "kind": form["kind"].value() or "sinch"}
    return TemplateResponse(request, "accounts/login.html", context, status=status if form.is_bound else 200)
