"""The fields of sign-in and of the team's page, read from what a browser or a script sent."""

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict

from numberadmin import fields, moments
from numberadmin.accounts.roles import Role
from numberadmin.money import Money
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


class PowersForm(forms.Form):
    role = fields.Choice(choices=Role.choices, error_messages={"required": "Choose one of the roles."})


class LimitForm(forms.Form):
    limit_amount = fields.Amount(required=False)
    limit_currency = fields.Currency(error_messages={"required": "Give the currency by its three letters, like USD."})


def powers(posted: QueryDict) -> Powers:
    """A role, and for a buyer the limit. Raises Refusal where there is no such role, or the limit is no amount."""
    role = Role(_read(PowersForm(posted))["role"])
    if role != Role.BUYER or not posted.get("limit_amount", "").strip():
        return Powers(role)
    limit = _read(LimitForm(posted))
    return Powers(role, Money(limit["limit_amount"], limit["limit_currency"]))


def _read(form: forms.Form) -> dict[str, Any]:
    """Raises Refusal with the first sentence of what cannot be read."""
    if not form.is_valid():
        raise Refusal(f"{next(iter(form.errors.values()))[0]} Nothing was changed.")
    return form.cleaned_data


def day(given: str) -> dt.date:
    """Raises Refusal."""
    try:
        return moments.day(given)
    except moments.Unclear as unclear:
        raise Refusal(f"{unclear} Nothing was changed.") from None


def text(posted: QueryDict, name: str, most: int) -> str:
    return fields.line(posted, name, most)


def whole(posted: QueryDict, name: str) -> int:
    """A row's number; 0, which no row has, where it is none."""
    return fields.whole(posted.get(name, "")) or 0
