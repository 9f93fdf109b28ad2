"""Who may come in: asked before anything is stored. Each function raises Forbidden with what to do about it.

ORGANISATIONS names the organisations that may sign in. CLOSED_ENROLMENT lets in nobody new by a Sinch sign-in: no
organisation that has no team here, and no person who is not in the team.
"""

import logging
from collections.abc import Sequence

from django.conf import settings

from numberadmin import sinch
from numberadmin.accounts.admission import admits, of_admitted
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.services.results import Forbidden

log = logging.getLogger("numberadmin.signin")


def among(organisations: Sequence[sinch.Organisation]) -> tuple[sinch.Organisation, ...]:
    """Those of a Sinch sign-in that may come in, one or more."""
    found = tuple(row for row in organisations if admits(row.id))
    if organisations and not found:
        raise _not_for([row.name or row.id for row in organisations])
    return found


def ensure_admitted(account: Account) -> None:
    if not admits(account.organisation_id):
        raise _not_for([account.name])


def ensure_some_team_admitted(person: Person) -> None:
    """Of somebody whose password was right. Somebody who is in no team passes."""
    teams = Membership.objects.filter(person=person, is_active=True, person__is_active=True)
    if teams.exists() and not of_admitted(teams).exists():
        raise _not_for(list(teams.values_list("account__name", flat=True)))


def ensure_open_to(organisation: sinch.Organisation) -> None:
    """Before a team is made."""
    if settings.CLOSED_ENROLMENT:
        _log(organisation.id, "it has no team, and enrolment is closed")
        raise Forbidden(
            f"{organisation.name or organisation.id} has no team here, and a sign-in makes no new one. "
            "You are not signed in, and nothing was stored. Ask whoever runs this server."
        )


def ensure_open_to_newcomers(account: Account) -> None:
    """Before somebody is taken into a team by a Sinch sign-in."""
    if settings.CLOSED_ENROLMENT:
        _log(account.organisation_id, "the person is new, and enrolment is closed")
        raise Forbidden(
            f"You are not in the team of {account.name} here, and a Sinch sign-in takes nobody into it. You are "
            "not signed in, and nothing was stored. Ask an owner of the team for an invitation."
        )


def _not_for(names: Sequence[str]) -> Forbidden:
    _log(", ".join(names[:3]), "it is not among ORGANISATIONS")
    return Forbidden(
        f"This dashboard is not for {' or '.join(names[:3])}. You are not signed in, and nothing was stored. "
        "Whoever runs this server says which organisations may come in."
    )


def _log(organisation: str, why: str) -> None:
    log.warning("sign-in refused organisation=%r: %s", organisation, why)
