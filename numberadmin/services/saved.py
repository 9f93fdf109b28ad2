"""Views of the inventory that a person comes back to: filters under a name, each person's own in each team."""

from typing import Any, NamedTuple

from django.db import transaction

from numberadmin import text
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Membership
from numberadmin.filters import Asked
from numberadmin.services.results import NotHere, Refusal

MOST = 20


class View(NamedTuple):
    name: str
    query: str


def every(actor: Actor) -> list[View]:
    """As they were when the request came in: they come with the membership, so that no page asks for them."""
    return _of(actor.membership)


def keep(*, actor: Actor, name: str, asked: Asked[Any]) -> View:
    """Raises Refusal where there is nothing to keep, or it cannot be read, or there is a view of that name."""
    if not asked.readable:
        raise Refusal(f"{' '.join(asked.sentences())} Nothing was saved.")
    view = View(text.clean(name, 60), asked.kept)
    if not view.name:
        raise Refusal("Give the view a name. Nothing was saved.")
    if not view.query:
        raise Refusal("Choose filters or an order first: the view is what they show. Nothing was saved.")
    if len(view.query) > 500:
        raise Refusal("These filters are too long to be kept: search for less. Nothing was saved.")
    with transaction.atomic():
        views = _held(actor)
        if len(views) >= MOST:
            raise Refusal(f"You have {MOST} views already. Remove one first. Nothing was saved.")
        if any(kept.name == view.name for kept in views):
            raise Refusal(f"You have a view called {view.name} already. Nothing was saved.")
        _put(actor, [*views, view])
    return view


def drop(*, actor: Actor, name: str) -> None:
    """Raises NotHere."""
    with transaction.atomic():
        views = _held(actor)
        left = [view for view in views if view.name != name]
        if left == views:
            raise NotHere("There is no such view. Nothing was removed.")
        _put(actor, left)


def _of(membership: Membership) -> list[View]:
    return [View(name, query) for name, query in membership.views]


def _held(actor: Actor) -> list[View]:
    """As they are now, held against others until the transaction ends."""
    return _of(Membership.objects.select_for_update().get(pk=actor.membership.pk))


def _put(actor: Actor, views: list[View]) -> None:
    actor.membership.views = [list(view) for view in views]
    Membership.objects.filter(pk=actor.membership.pk).update(views=actor.membership.views)
