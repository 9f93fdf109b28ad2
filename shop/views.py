"""The shop: number groups, the cart, and checking out."""

from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from numberadmin import fields, posting, web
from numberadmin.accounts import drafts
from numberadmin.accounts.roles import May
from numberadmin.services import approval, catalog, checkout, doubt, refresh, reservation
from numberadmin.services import cart as carts
from numberadmin.services.results import Outcome
from shop import forms


@require_safe
@web.needs(May.READ)
def shop(request: web.Request) -> HttpResponse:
    return _groups(request, request.GET)


@require_safe
@web.needs(May.READ)
def cart(request: web.Request) -> HttpResponse:
    refresh.if_open(request.actor)
    if carts.line_count(request.actor.account):
        catalog.freshen(request.actor)
    return _cart(request)


@require_POST
@web.needs(May.BUY, back="shop")
def reserve(request: web.Request) -> HttpResponse:
    to = posting.back(request)
    wish = forms.wish(request.POST)
    outcome = reservation.reserve(
        actor=request.actor,
        operation=web.posted_operation(request),
        group_id=wish.group_id,
        quantity=wish.quantity,
        capabilities=wish.capabilities,
        replaces=wish.replaces,
    )
    in_cart = urlsplit(to).path == reverse("cart")
    posting.say(request, outcome, "" if in_cart else "cart")
    if not request.htmx:
        return redirect(to)
    changed = {wish.group_id} if outcome.state == "succeeded" else set()
    return _cart(request) if in_cart else _groups(request, QueryDict(urlsplit(to).query), changed)


@require_POST
@web.needs(May.BUY, back="cart")
def remove(request: web.Request) -> HttpResponse:
    outcome = carts.remove(
        actor=request.actor,
        operation=web.posted_operation(request),
        reference_id=fields.plain(request.POST, "reference_id", 64),
    )
    posting.say(request, outcome)
    return _cart(request) if request.htmx else redirect("cart")


@require_POST
@web.needs(May.BUY, back="cart")
def check_out(request: web.Request) -> HttpResponse:
    operation = web.posted_operation(request)
    each = request.POST.get("each") == "yes"
    seen = request.POST.get("seen", "")[:64]
    outcome = checkout.check_out(actor=request.actor, operation=operation, each=each, seen=seen)
    return _rented(request, outcome)


@require_POST
@web.needs(May.APPROVE, back="cart")
def approve(request: web.Request) -> HttpResponse:
    operation, wanted = web.posted_operation(request), request.POST.get("request", "")[:36]
    outcome = checkout.check_out(actor=request.actor, operation=operation, approves=wanted)
    return _rented(request, outcome)


@require_POST
@web.needs(May.BUY, back="cart")
def decline(request: web.Request) -> HttpResponse:
    wanted, reason = fields.plain(request.POST, "request", 36), fields.line(request.POST, "reason", 500)
    return posting.done(request, lambda **who: approval.decline(request_id=wanted, reason=reason, **who))


@require_POST
@web.needs(May.BUY, back="cart")
def decide(request: web.Request) -> HttpResponse:
    operation = web.posted_operation(request)
    rented = forms.decision(request.POST)
    outcome = doubt.decide(actor=request.actor, operation=operation, rented=rented)
    return _rented(request, outcome)


def _rented(request: web.Request, outcome: Outcome) -> HttpResponse:
    """To the numbers that were rented; where none were, back to the cart."""
    posting.say(request, outcome)
    return redirect(f"{reverse('inventory')}?rented={outcome.operation}" if outcome.numbers else "cart")


def _groups(request: web.Request, query: QueryDict, changed: set[int] | None = None) -> HttpResponse:
    asked = catalog.read(request.actor, query)
    context = {
        "asked": asked,
        "page": catalog.browse(asked),
        "here": _path("shop", query),
        "draft": drafts.taken(request).get("fields", {}),
        "waiting": doubt.waiting(request.actor.account),
        "changed": changed or set(),
        "new_operation": web.new_operation,
    }
    return web.page(request, "shop/shop.html", context, {"groups"})


def _cart(request: web.Request) -> HttpResponse:
    account = request.actor.account
    cart = carts.cart(account)
    catalog.mark_lost(account, cart.lines)
    context = {
        "cart": cart,
        "waiting": doubt.waiting(account),
        "unclear": doubt.unclear(account),
        "requests_waiting": approval.waiting(account),
        "asks": approval.above_limit(request.actor.membership, carts.held(account)),
        "here": reverse("cart"),
        "new_operation": web.new_operation,
    }
    return web.page(request, "shop/cart.html", context, {"lines"})


def _path(name: str, query: QueryDict) -> str:
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)
