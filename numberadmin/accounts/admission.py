"""Whose installation this is: only teams of ORGANISATIONS can be used; all of them where it is empty."""

from django.conf import settings
from django.db.models import QuerySet

from numberadmin.accounts.models import Membership


def admits(organisation_id: str) -> bool:
    return not settings.ORGANISATIONS or organisation_id in settings.ORGANISATIONS


def of_admitted(rows: "QuerySet[Membership]") -> "QuerySet[Membership]":
    """Those of them that are in the team of an organisation that is admitted."""
    if not settings.ORGANISATIONS:
        return rows
    return rows.filter(account__organisation_id__in=settings.ORGANISATIONS)
