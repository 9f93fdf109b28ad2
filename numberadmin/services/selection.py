"""The numbers that a person has selected, and what the messages call them."""

from collections.abc import Iterable, Sequence

from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.services import settle
from numberadmin.services.models import Number
from numberadmin.services.results import NotHere, Refusal

REASON_LENGTH = 500


def rows(account: Account, numbers: Sequence[int]) -> list[Number]:
    """The rows of the numbers, each once. Raises Refusal where there are none, or one is not rented or in doubt."""
    wanted = sorted(set(numbers))
    if not wanted:
        raise Refusal("No number was selected. Nothing was changed.")
    found = list(
        Number.objects.filter(account=account, number__in=wanted).select_related("application").order_by("number")
    )
    if len(found) < len(wanted):
        missing = sorted(set(wanted) - {row.number for row in found})
        raise NotHere(
            f"{', '.join(f'+{number}' for number in missing[:3])} is not among the rented numbers of this account. "
            "Nothing was changed. Refresh the list if it was rented just now."
        )
    if doubted := settle.doubted(account) & set(wanted):
        raise Refusal(
            f"+{min(doubted)} is in a change that is being checked. Nothing was changed. Try again after that."
        )
    return found


def reason(text: str) -> str:
    """The reason as the audit keeps it: one line, not too long."""
    return " ".join(text.split())[:REASON_LENGTH]


def in_words(rows: Iterable[Number] | Iterable[Change]) -> str:
    """The number where it is one, else how many."""
    numbers = [row.number for row in rows]
    return f"+{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} numbers"
