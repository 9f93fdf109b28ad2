"""That a team demands a second factor of everybody, from a day on."""

import datetime as dt
from uuid import UUID

from django.utils import timezone

from numberadmin.accounts import factor
from numberadmin.accounts.actor import Actor, active
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action
from numberadmin.services import team
from numberadmin.services.results import Outcome, Refusal

LATEST = dt.timedelta(days=366)


def second_factor(*, actor: Actor, operation: UUID, day: dt.date) -> Outcome:
    """From `day` on, who has no second factor is led to set one up and gets to no other page. Raises Refusal.

    Who demands it has one: they stay able to help the others, and to take the demand back.
    """

    def change() -> tuple[Action, str]:
        if not factor.has(actor.person):
            raise Refusal("Set up a second factor of your own first. Nothing was demanded of the others.")
        if not timezone.localdate() <= day <= timezone.localdate() + LATEST:
            raise Refusal("Choose today or a day of the coming year. Nothing was changed.")
        Account.objects.filter(pk=actor.account.pk).update(factor_from=day)
        everybody = active(actor.account)
        lack = everybody.filter(person__secondfactor=None).count()
        return Action.SECOND_FACTOR, (
            f"Demands a second factor of everybody from {day:%-d %B %Y} on. "
            f"{lack} of {everybody.count()} have none yet."
        )

    return team.once(actor, operation, {"from": day.isoformat()}, change, may=May.TEAM)


def no_second_factor(*, actor: Actor, operation: UUID) -> Outcome:
    """Everybody decides for themself again. Raises Refusal."""

    def change() -> tuple[Action, str]:
        rows = Account.objects.filter(pk=actor.account.pk).exclude(factor_from=None)
        if not rows.update(factor_from=None):
            raise Refusal("No second factor is demanded. Nothing was changed.")
        return Action.SECOND_FACTOR, "Demands a second factor of nobody any more. Who has one keeps it."

    return team.once(actor, operation, {}, change, may=May.TEAM)
