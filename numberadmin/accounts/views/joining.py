"""The page of a link: somebody joins a team, or sets a new password.

It asks the same of everybody: whether the e-mail of an invitation has a sign-in here already is told to nobody who does
not sign in with it.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from numberadmin.accounts import address, devices, links
from numberadmin.accounts.actor import BY_PERSON
from numberadmin.accounts.models import Invitation, Person
from numberadmin.accounts.views import entering
from numberadmin.fields import line
from numberadmin.services import invitations
from numberadmin.services.results import Refusal


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """By a link. Its token leaves the address at once, so that it stands in no log and is sent to nobody."""
    if token := request.GET.get("invite", ""):
        following = redirect("join")
        links.keep(following, token)
        return following
    try:
        link = invitations.opened_by(links.kept(request))
    except Refusal as gone:
        return TemplateResponse(request, "accounts/join.html", {"gone": gone.message}, status=gone.status)
    person, how = entering.accepting(request) or (None, [])
    context: dict[str, Any] = {"link": link}
    if person and invitations.is_for(link, person):
        context |= {"accepts": person, "renews": invitations.needs_password(link, person)}
    if request.method != "POST":
        return TemplateResponse(request, "accounts/join.html", context)
    try:
        response = _joined(request, link, context.get("accepts"), how)
    except Refusal as refusal:
        context |= {"error": refusal.message, "name": _name(request)}
        return TemplateResponse(request, "accounts/join.html", context, status=refusal.status)
    links.forget(response)
    return response


def _joined(request: HttpRequest, link: Invitation, person: Person | None, how: list[str]) -> HttpResponse:
    given = {"token": links.kept(request), "address": address.of(request)}
    password = request.POST.get("password", "")[:1000]
    if person:
        membership = invitations.accept(person=person, password=password, **given)
        return entering.enter(request, membership, BY_PERSON, [*how, "invitation"], "")
    membership = invitations.join(name=_name(request), password=password, **given)
    how = ["sign-in link" if link.person else "invitation"]
    response = entering.half_or_known(request, membership.person, BY_PERSON, how, "", membership.account)
    devices.remember(request, response, membership.person.login or "", BY_PERSON)
    return response


def _name(request: HttpRequest) -> str:
    return line(request.POST, "name", 200)
