"""The list of rented numbers, fetched and not yet believed. Reference: "List all rented numbers"."""

import datetime as dt
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.models import Account
from numberadmin.audit.models import Entry, Line, Phase, State
from numberadmin.services import remote
from numberadmin.services.models import Number, digest

Listing = sinch.Listing[sinch.RentedNumber]
# Before something that looks wrong is read a second time.
PAUSE = 0.3


@dataclass(frozen=True)
class Fetched:
    """A list, when its reading began, by the clock and by the last entry of a write on the account, and how long it
    took."""

    listing: Listing
    began: dt.datetime
    after: int
    seconds: float


class Shrunk(sinch.Unanswered):
    """The list lacks so many numbers, in two readings, that only a person can say that they are gone."""

    def __init__(self, gone: Collection[int], of: int) -> None:
        message = f"Its list, read twice, lacks {len(gone)} of the {of} numbers that were rented before."
        super().__init__("rented numbers", message)
        self.gone = sorted(gone)


def fetch(account: Account, instance: sinch.Instance) -> Fetched:
    """Reads the list now; raises SinchError."""
    return fetching(account, instance)()


def fetching(account: Account, instance: sinch.Instance) -> Callable[[], Fetched]:
    """A reading that begins now, and whose call may be made by a thread that has no database."""
    began, after, organisation = timezone.now(), last_write(account), account.organisation_id
    client = remote.client()

    def call() -> Fetched:
        started = time.monotonic()
        rows = client.numbers(instance, organisation)
        return Fetched(rows, began, after, time.monotonic() - started)

    return call


def last_write(account: Account) -> int:
    """The last entry of a write: a list whose reading began before it may be older than what it did."""
    entries = Entry.objects.filter(account=account).exclude(phase=Phase.EVENT)
    return entries.order_by("-id").values_list("id", flat=True).first() or 0


def believed(account: Account, instance: sinch.Instance, fetched: Fetched, accepted: str = "") -> Fetched:
    """The list, or a second reading of it where the first looks wrong. Raises Shrunk where both lack so many numbers
    that it may be the list that is wrong, unless these are the ones whose `digest` a person has accepted."""
    had = _had(account)
    gone = _gone(had, fetched)
    if not (lacks_much(gone, len(had)) or _contradicts(account, fetched)) or digest(gone) == accepted:
        return fetched
    time.sleep(PAUSE)
    fetched = fetch(account, instance)
    gone = _gone(had, fetched)
    if lacks_much(gone, len(had)) and digest(gone) != accepted:
        raise Shrunk(gone, len(had))
    return fetched


def lacks_much(missing: Collection[int], of: int) -> bool:
    """More than 5 of the numbers that were there, or more than a fifth of them."""
    return len(missing) > 5 or len(missing) * 5 > of


def recently(account: Account) -> dict[int, str]:
    """Where numbers were put by changes that succeeded within the settling time: number -> application key."""
    since = timezone.now() - dt.timedelta(seconds=settings.SETTLE_SECONDS)
    lines = Line.objects.filter(account=account, entry__account=account, entry__at__gt=since)
    lines = lines.filter(entry__phase__in=[Phase.OUTCOME, Phase.SETTLEMENT, Phase.EVENT], entry__state=State.SUCCEEDED)
    changed = lines.exclude(was="", became="").order_by("id").values_list("number", "became")
    return dict(changed)


def _had(account: Account) -> set[int]:
    """The numbers of the mirror but those whose time is over: these may go without a word."""
    rows = Number.objects.filter(account=account).exclude(expires__lt=timezone.now())
    return set(rows.values_list("number", flat=True))


def _gone(had: set[int], fetched: Fetched) -> set[int]:
    return set() if fetched.listing.damaged else had - {row.number for row in fetched.listing.rows}


def _contradicts(account: Account, fetched: Fetched) -> bool:
    """Whether the list shows a number elsewhere than where it was put a moment ago: it may be an old one."""
    put = recently(account)
    return bool(put) and any(
        row.application_key.lower() != put.get(row.number, row.application_key).lower() for row in fetched.listing.rows
    )
