"""The page of whoever is signed in: password, second factor, sessions."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from numberadmin import posting, web
from numberadmin.accounts import devices, drafts, factor, forms, sessions
from numberadmin.accounts.actor import BY_PERSON, enterable
from numberadmin.accounts.roles import MEANING, May, Role
from numberadmin.accounts.seal import opened, seal
from numberadmin.services import own, team
from numberadmin.services.results import Outcome

# What is shown once, and the seed that is being set up: sealed in the session.
CODES, SEED = "recovery codes", "new seed"


@require_safe
@web.needs(May.READ, factor=False)
def you(request: web.Request) -> HttpResponse:
    person = request.actor.person
    codes = request.session.pop(CODES, "")
    kept = drafts.taken(request)
    context = {
        "membership": request.actor.membership,
        "meaning": MEANING[Role(request.actor.membership.role)],
        "teams": enterable(person.pk, BY_PERSON) if request.actor.by == BY_PERSON else [],
        "sessions": team.sessions_of(request.actor, **own.in_reach(request.actor)).get(person.pk, []),
        "has_factor": factor.has(person),
        "codes_left": factor.codes_left(person),
        "codes": opened(codes, CODES).split(),
        "seed": _seed(request) if request.GET.get("factor") == "new" and person.login else "",
        "draft": {name: values[0] for name, values in kept.get("fields", {}).items() if values},
        "idle_minutes": round(settings.SESSION_IDLE_SECONDS / 60),
        "longest_hours": round(settings.SESSION_COOKIE_AGE / 3600),
        "new_operation": web.new_operation,
    }
    if context["seed"]:
        context["picture"] = factor.picture(person, str(context["seed"]))
    return web.page(request, "accounts/you.html", context)


@require_POST
@sensitive_post_parameters("password", "current")
@web.needs(May.READ, factor=False, back="you")
def password(request: web.Request) -> HttpResponse:
    outcome = own.set_password(
        actor=request.actor,
        operation=web.posted_operation(request),
        login=forms.text(request.POST, "login", 254),
        name=forms.text(request.POST, "name", 200),
        password=request.POST.get("password", "")[:1000],
        current=request.POST.get("current", "")[:1000],
    )
    posting.say(request, outcome)
    sessions.renewed(request, request.actor.person)
    response = redirect(posting.back(request))
    devices.remember(request, response, request.actor.person.login or "", BY_PERSON)
    return response


@require_POST
@sensitive_post_parameters("code", "current")
@web.needs(May.READ, factor=False, back="you")
def begin_factor(request: web.Request) -> HttpResponse:
    outcome, codes = own.begin_factor(
        actor=request.actor,
        operation=web.posted_operation(request),
        seed=_seed(request),
        code=forms.text(request.POST, "code", 40),
        password=request.POST.get("current", "")[:1000],
    )
    request.session.pop(SEED, None)
    response = _with_codes(request, outcome, codes)
    devices.remember(request, response, str(request.actor.person.pk), devices.CODE)
    return response


@require_POST
@sensitive_post_parameters("current")
@web.needs(May.READ, back="you")
def new_codes(request: web.Request) -> HttpResponse:
    outcome, codes = own.new_codes(
        actor=request.actor,
        operation=web.posted_operation(request),
        password=request.POST.get("current", "")[:1000],
    )
    return _with_codes(request, outcome, codes)


@require_POST
@sensitive_post_parameters("current")
@web.needs(May.READ, back="you")
def end_factor(request: web.Request) -> HttpResponse:
    current = request.POST.get("current", "")[:1000]
    return posting.done(request, lambda **who: own.end_factor(password=current, **who))


@require_POST
@web.needs(May.READ, back="you")
def end_own_session(request: web.Request) -> HttpResponse:
    session = forms.text(request.POST, "session", 32)
    return posting.done(request, lambda **who: own.end_session(session_id=session, **who))


@require_POST
@web.needs(May.READ, back="you")
def end_others(request: web.Request) -> HttpResponse:
    return posting.done(request, own.end_others)


def _with_codes(request: web.Request, outcome: Outcome, codes: list[str]) -> HttpResponse:
    posting.say(request, outcome)
    if codes:
        request.session[CODES] = seal(" ".join(codes), CODES)
    return redirect("you")


def _seed(request: web.Request) -> str:
    """The seed that is being set up: the same one until it is confirmed."""
    if kept := opened(request.session.get(SEED, ""), SEED):
        return kept
    seed = factor.new_seed()
    request.session[SEED] = seal(seed, SEED)
    return seed
