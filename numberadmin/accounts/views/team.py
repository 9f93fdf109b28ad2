"""The team's page: who is in it, and what an owner does about it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from numberadmin import posting, web
from numberadmin.accounts import drafts, forms
from numberadmin.accounts.roles import MEANING, May
from numberadmin.accounts.seal import opened, seal
from numberadmin.services import demand, invitations, mail
from numberadmin.services import team as teams
from numberadmin.services.results import Outcome

# The link that was made last, sealed, for the one page that shows it.
SHOWN = "made link"


@require_safe
@web.needs(May.TEAM)
def team(request: web.Request) -> HttpResponse:
    made = opened(request.session.pop(SHOWN, ""), SHOWN)
    kept = drafts.taken(request)
    context = {
        "members": teams.members(request.actor),
        "invitations": invitations.still_open(request.actor.account),
        "roles": MEANING.items(),
        "made": dict(zip(("email", "link"), made.split(" "), strict=True)) if made else None,
        "today": timezone.localdate(),
        "mailed": settings.MAIL_IS_SET_UP,
        "draft": {name: values[0] for name, values in kept.get("fields", {}).items() if values},
        "new_operation": web.new_operation,
    }
    return web.page(request, "accounts/team.html", context)


@require_POST
@web.needs(May.TEAM, back="team")
def invite(request: web.Request) -> HttpResponse:
    outcome, token = invitations.invite(
        actor=request.actor,
        operation=web.posted_operation(request),
        email=forms.text(request.POST, "email", 254),
        powers=forms.powers(request.POST),
    )
    posting.say(request, outcome)
    if token:
        email = forms.text(request.POST, "email", 254).lower()
        if settings.MAIL_IS_SET_UP and not _mailed(request, email, token, "invitation"):
            messages.warning(request, "The mail could not be sent. Copy the link below and send it yourself.")
        _show(request, email, token)
    return redirect("team")


@require_POST
@web.needs(May.TEAM, back="team")
def link(request: web.Request) -> HttpResponse:
    """Where mail can be sent, the link goes to the person alone: an owner starts it, and does not come to know it."""
    person = forms.whole(request.POST, "person")
    outcome, token = invitations.sign_in_link(
        actor=request.actor, operation=web.posted_operation(request), person_id=person
    )
    row = teams.member(request.actor.account, person)
    email = row.person.login or row.person.email
    if token and settings.MAIL_IS_SET_UP:
        return _sent(request, outcome, email, token)
    posting.say(request, outcome)
    if token:
        _show(request, email, token)
    return redirect("team")


@require_POST
@web.needs(May.TEAM, back="team")
def take_back(request: web.Request) -> HttpResponse:
    number = forms.whole(request.POST, "invitation")
    return _done(request, lambda **who: invitations.take_back(invitation_id=number, **who))


@require_POST
@web.needs(May.TEAM, back="team")
def role(request: web.Request) -> HttpResponse:
    person = forms.whole(request.POST, "person")
    return _done(request, lambda **who: teams.change_role(person_id=person, powers=forms.powers(request.POST), **who))


@require_POST
@web.needs(May.TEAM, back="team")
def deactivate(request: web.Request) -> HttpResponse:
    person = forms.whole(request.POST, "person")
    return _done(request, lambda **who: teams.deactivate(person_id=person, **who))


@require_POST
@web.needs(May.TEAM, back="team")
def activate(request: web.Request) -> HttpResponse:
    person = forms.whole(request.POST, "person")
    return _done(request, lambda **who: teams.activate(person_id=person, **who))


@require_POST
@web.needs(May.TEAM, back="team")
def reset_factor(request: web.Request) -> HttpResponse:
    person = forms.whole(request.POST, "person")
    return _done(request, lambda **who: teams.reset_factor(person_id=person, **who))


@require_POST
@web.needs(May.TEAM, back="team")
def demand_factor(request: web.Request) -> HttpResponse:
    """From the day `from` on; without one, no more."""
    given = forms.text(request.POST, "from", 10)
    if not given:
        return _done(request, demand.no_second_factor)
    return _done(request, lambda **who: demand.second_factor(day=forms.day(given), **who))


@require_POST
@web.needs(May.TEAM, back="team")
def end_session(request: web.Request) -> HttpResponse:
    session = forms.text(request.POST, "session", 32)
    return _done(request, lambda **who: teams.end_session(session_id=session, **who))


def _done(request: web.Request, change: "posting.Change") -> HttpResponse:
    return posting.done(request, change)


def _sent(request: web.Request, outcome: Outcome, email: str, token: str) -> HttpResponse:
    if _mailed(request, email, token, "sign-in link"):
        messages.success(request, f"{outcome.message} It was sent to {email}, and is shown to nobody else.")
    else:
        invitations.undelivered(request.actor, token)
        messages.error(request, f"The mail to {email} could not be sent, so there is no link. Try again later.")
    return redirect("team")


def _mailed(request: web.Request, email: str, token: str, kind: str) -> bool:
    context = {"actor": request.actor, "url": _url(request, token), "hours": invitations.HOURS}
    subject = f"{request.actor.person.name} invites you to {request.actor.account.name} on numberadmin"
    return mail.send(email, subject, render_to_string("accounts/invitation.txt", context), kind)


def _show(request: web.Request, email: str, token: str) -> None:
    request.session[SHOWN] = seal(f"{email} {_url(request, token)}", SHOWN)


def _url(request: web.Request, token: str) -> str:
    return request.build_absolute_uri(f"{reverse('join')}?invite={token}")
