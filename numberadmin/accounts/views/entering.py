"""From a right password to a session that is the person's: the second factor, an invitation, the choice of a team."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from numberadmin import web
from numberadmin.accounts import devices, drafts, factor, instances, links, sessions
from numberadmin.accounts.actor import BY_PERSON, BY_SINCH, Actor, enterable, of, opened, opens
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.services import invitations, signin
from numberadmin.services.results import Refusal

BACKEND = "django.contrib.auth.backends.ModelBackend"
# What a session holds while nobody is signed in by it yet: somebody whose code is still to come, and somebody who is
# known, and is to choose a team or to accept an invitation.
HALF, CHOOSING, ACCEPTING = "half", "choosing", "accepting"
HALF_SECONDS = 600


def half_or_known(
    request: HttpRequest, person: Person, by: str, how: list[str], back: str, account: Account | None
) -> HttpResponse:
    """Who has a second factor is asked for it first. `how` says what was shown until here."""
    account_id = account.pk if account else None
    if not factor.has(person):
        return known(request, person, by, how, back, account_id)
    _keep(request, HALF, person, how, by=by, next=back, account=account_id)
    return redirect("code")


def known(
    request: HttpRequest, person: Person, by: str, how: list[str], back: str, account_id: int | None
) -> HttpResponse:
    """Somebody has shown all there is to show. Raises Refusal where no team is open to them."""
    if back == reverse("join") and by == BY_PERSON and invited(request) == person.login:
        _keep(request, ACCEPTING, person, how)
        return redirect("join")
    teams = [row for row in enterable(person.pk, by) if account_id in (None, row.account_id)]
    if not teams:
        raise Refusal("You are in no team any more. You are not signed in.")
    if len(teams) == 1:
        return enter(request, teams[0], by, how, back)
    _keep(request, CHOOSING, person, how, next=back)
    return redirect("organisation")


def enter(request: HttpRequest, membership: Membership, by: str, how: list[str], back: str) -> HttpResponse:
    """The session is the person's from here on."""
    # Nothing of another team or person comes along: no refused form, no doubt to be told of, no waiting message.
    list(messages.get_messages(request))
    request.session.flush()
    auth.login(request, membership.person, backend=BACKEND)
    opened(request.session, membership, by, request)
    ends = timezone.now() + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    connection = instances.live(membership.account)
    request.session.set_expiry(min(ends, connection.expires_at) if connection and by == BY_SINCH else ends)
    sessions.begin(request.session)
    actor = of(request)
    if actor is None:
        messages.error(request, "Sinch gave a session that has ended already. Sign in again.")
        return redirect("login")
    person = str(actor.person.pk)
    signin.entered(actor, how, from_new_browser=not devices.known(request, person, devices.PERSON))
    response = redirect(_first_page(request, actor, back))
    devices.remember(request, response, person, devices.PERSON)
    drafts.give_back(request, response, actor)
    if back != reverse("join"):
        # Whoever signs in for something else is not the one who followed the link.
        links.forget(response)
    return response


def _first_page(request: HttpRequest, actor: Actor, back: str) -> str:
    if actor.person.login and not opens(actor.membership):
        messages.warning(
            request,
            f"Your password was set by a link of another team, so it does not open {actor.account.name}. Set a new one "
            "here: until then you come in with the Sinch account alone.",
        )
        return f"{reverse('you')}#password"
    return web.own_path(request, back, reverse("inventory"))


def invited(request: HttpRequest) -> str:
    """The e-mail of the invitation whose link this browser has followed; empty where there is none."""
    token = links.kept(request)
    try:
        link = invitations.opened_by(token) if token else None
    except Refusal:
        return ""
    return link.email if link and link.person is None else ""


def accepting(request: HttpRequest) -> tuple[Person, list[str]] | None:
    """Who may accept an invitation to their e-mail: somebody who came here by signing in, or is signed in by their own
    password; and what they have shown."""
    actor = of(request)
    if actor and actor.by == BY_PERSON:
        return actor.person, ["open session"]
    kept = request.session.get(ACCEPTING)
    person = person_of(kept)
    return (person, kept["how"]) if kept and person else None


def person_of(kept: dict[str, Any] | None) -> Person | None:
    """Who is meant by what a session holds; nobody where the password or the second factor was changed since."""
    person = Person.objects.filter(pk=kept["person"], is_active=True).first() if kept else None
    return person if kept and person and kept["proven"] == _proven(person) else None


def _keep(request: HttpRequest, what: str, person: Person, how: list[str], **more: Any) -> None:
    request.session.flush()
    request.session[what] = {"person": person.pk, "proven": _proven(person), "how": how, **more}
    request.session.set_expiry(HALF_SECONDS)


def _proven(person: Person) -> str:
    """What the person has shown, or is still to show: with another password or second factor it is worth nothing."""
    return f"{person.get_session_auth_hash()} {factor.mark(person)}"
