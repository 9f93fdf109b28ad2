"""The fields of sign-in and of the team's page, read from what a browser or a script sent."""

import datetime as dt

from django import forms
from django.http import QueryDict

from numberadmin import fields, money
from numberadmin.accounts.roles import Role
from numberadmin.services.results import Refusal
from numberadmin.services.team import Powers


class SignIn(forms.Form):
    identity = fields.Key(
        max_length=254,
        error_messages={"required": "Enter the e-mail, number or user name."},
    )
    password = forms.CharField(
        max_length=1000,
        strip=False,
        error_messages={"required": "Enter the password."},
    )
    kind = forms.CharField(required=False)
    next = forms.CharField(required=False)


def powers(posted: QueryDict) -> Powers:
    """A role, and for a buyer the limit. Raises Refusal where there is no such role, or the limit is no amount."""
    given = posted.get("role", "")
    if given not in Role.values:
        raise Refusal("Choose one of the roles. Nothing was changed.")
    role = Role(given)
    amount = posted.get("limit_amount", "")
    if role != Role.BUYER or not amount.strip():
        return Powers(role)
    try:
        return Powers(role, money.typed(amount, posted.get("limit_currency", "")))
    except ValueError as error:
        raise Refusal(f"The limit cannot be read: {error} Nothing was changed.") from None


def day(given: str) -> dt.date:
    """Raises Refusal."""
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise Refusal("Give the day like 2026-12-01. Nothing was changed.") from None


def text(posted: QueryDict, name: str, most: int) -> str:
    return fields.line(posted, name, most)


def whole(posted: QueryDict, name: str) -> int:
    """A row's number; 0, which no row has, where it is none."""
    return fields.whole(posted.get(name, "")) or 0
