"""The numbers that a person has selected, and what the messages call them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from numberadmin import moments
from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.services import deeds, settle
from numberadmin.services.bulk import in_parts
from numberadmin.services.models import Number
from numberadmin.services.results import Changed, NotHere, Refusal

REASON_LENGTH = 500
# So many numbers are looked up by one query.
PART = 1000


def rows(account: Account, numbers: Sequence[int], seen: Mapping[int, str]) -> list[Number]:
    """The rows of the numbers, each once. Raises Refusal where there are none, or one is not rented or in doubt, and
    Changed where one is no longer in the application that the person saw it in (`seen`: number -> key)."""
    wanted = sorted(set(numbers))
    if not wanted:
        raise Refusal("No number was selected. Nothing was changed.")
    mine = Number.objects.filter(account=account).select_related("application").order_by("number")
    found = [row for some in in_parts(wanted, PART) for row in mine.filter(number__in=some)]
    if len(found) < len(wanted):
        missing = sorted(set(wanted) - {row.number for row in found})
        raise NotHere(
            f"{some(missing)} is not among the rented numbers of this account. "
            "Nothing was changed. Refresh the list if it was rented just now."
        )
    if doubted := settle.doubted(account) & set(wanted):
        raise Refusal(
            f"+{min(doubted)} is in a change that is being checked. Nothing was changed. Try again after that."
        )
    if moved := [
        row for row in found if row.application_key.lower() != seen.get(row.number, row.application_key).lower()
    ]:
        raise Changed(_moved_meanwhile(moved))
    return found


def _moved_meanwhile(rows: Sequence[Number]) -> str:
    row = rows[0]
    now = f"in {row.application.label}" if row.application else "in no application"
    deeds.tell(row.account, [row])
    by = f" ({row.assigned.by}, {moments.clock(row.assigned.at)})" if row.assigned else ""
    more = f", and {len(rows) - 1:,} more have changed" if len(rows) > 1 else ""
    return (
        f"+{row.number} is {now} by now{by}{more}: the page was older than that. Nothing was changed. "
        "The list shows where it is."
    )


def reason(text: str) -> str:
    """The reason as the audit keeps it: one line, not too long."""
    return " ".join(text.split())[:REASON_LENGTH]


def some(numbers: Collection[int]) -> str:
    """The first of the numbers, and how many more there are."""
    first = ", ".join(f"+{number}" for number in sorted(numbers)[:3])
    return first if len(numbers) <= 3 else f"{first} and {len(numbers) - 3:,} more"


def in_words(rows: Iterable[Number] | Iterable[Change]) -> str:
    """The number where it is one, else how many."""
    numbers = [row.number for row in rows]
    return f"+{numbers[0]}" if len(numbers) == 1 else f"{len(numbers):,} numbers"
