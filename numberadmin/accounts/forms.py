"""The fields of sign-in and of the team's page, read from what a browser or a script sent."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.http import QueryDict

from numberadmin.accounts.roles import Role
from numberadmin.services.results import Refusal
from numberadmin.services.team import Powers

MOST = Decimal(10) ** 9


class SignIn(forms.Form):
    identity = forms.CharField(
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
    amount = text(posted, "limit_amount", 20).replace(",", "")
    if role != Role.BUYER or not amount:
        return Powers(role)
    currency = text(posted, "limit_currency", 3).upper()
    try:
        limit = Decimal(amount)
        if not (limit.is_finite() and 0 <= limit < MOST):
            raise InvalidOperation
    except InvalidOperation:
        raise Refusal("The limit is an amount like 50 or 49.90, or empty. Nothing was changed.") from None
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Refusal("Give the limit's currency by its three letters, like USD. Nothing was changed.")
    return Powers(role, limit.quantize(Decimal("0.01")), currency)


def text(posted: QueryDict, name: str, most: int) -> str:
    return posted.get(name, "")[:most].replace("\0", "").strip()


def whole(posted: QueryDict, name: str) -> int:
    """A row's number; 0, which no row has, where it is none."""
    given = text(posted, name, 18)
    return int(given) if given.isascii() and given.isdigit() else 0
