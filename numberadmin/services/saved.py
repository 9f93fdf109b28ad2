"""Views of the inventory that a person comes back to: filters under a name, each person's own."""

from django.db import IntegrityError, transaction
from django.http import QueryDict

from numberadmin.accounts.actor import Actor
from numberadmin.services.models import SavedView
from numberadmin.services.results import NotHere, Refusal

MOST = 20
KEPT = ("q", "application", "capability", "country", "expiring", "sort", "doubt")


def every(actor: Actor) -> list[SavedView]:
    return list(SavedView.objects.filter(account=actor.account, person=actor.person).order_by("id"))


def filters(query: QueryDict) -> str:
    """What of a page's address is kept: its filters and order, as they stand in the address of the view."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if value := query.get(name, "")[:100].replace("\0", ""):
            kept[name] = value
    return kept.urlencode()


def keep(*, actor: Actor, name: str, query: QueryDict) -> SavedView:
    """Raises Refusal where there is nothing to keep, or a view of that name."""
    name, text = " ".join(name.replace("\0", "").split())[:60], filters(query)
    if not name:
        raise Refusal("Give the view a name. Nothing was saved.")
    if not text or len(text) > 500:
        raise Refusal("Choose filters or an order first: the view is what they show. Nothing was saved.")
    if len(every(actor)) >= MOST:
        raise Refusal(f"You have {MOST} views already. Remove one first. Nothing was saved.")
    try:
        with transaction.atomic():
            return SavedView.objects.create(account=actor.account, person=actor.person, name=name, query=text)
    except IntegrityError:
        raise Refusal(f"You have a view called {name} already. Nothing was saved.") from None


def drop(*, actor: Actor, view: int) -> SavedView:
    """Raises NotHere."""
    row = SavedView.objects.filter(account=actor.account, person=actor.person, pk=view).first()
    if row is None:
        raise NotHere("There is no such view. Nothing was removed.")
    SavedView.objects.filter(pk=row.pk).delete()
    return row
