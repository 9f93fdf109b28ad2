"""The list of rented numbers, fetched and not yet believed. Reference: "List all rented numbers"."""

import datetime as dt
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.models import Account
from numberadmin.audit.models import Entry, Line, Phase, State
from numberadmin.services import mirror, remote
from numberadmin.services.models import Number, digest

# Before something that looks wrong is read a second time.
PAUSE = 0.3


@dataclass(frozen=True)
class Fetched:
    """A list, when its reading began, by the clock and by the last entry of a write on the account, and how long it
    took."""

    listing: sinch.RentedNumbers
    began: dt.datetime
    after: int
    seconds: float


class Shrunk(sinch.Unanswered):
    """The list lacks so many numbers, in two readings, that only a person can say that they are gone."""

    def __init__(self, gone: Collection[int], of: int) -> None:
        message = f"Sinch's list, read twice, lacks {len(gone)} of the {of} numbers that were rented before."
        super().__init__("rented numbers", message)
        self.gone = sorted(gone)


def fetch(account: Account, instance: sinch.Instance) -> Fetched:
    """Reads the list now; raises SinchError."""
    return fetching(account, instance)()


def fetching(
    account: Account, instance: sinch.Instance, progress: Callable[[int], None] | None = None
) -> Callable[[], Fetched]:
    """A reading that begins now, and whose call may be made by a thread that has no database. `progress` is told how
    many rows there were so far."""
    began, after, organisation = timezone.now(), last_write(account), account.organisation_id
    client = remote.client()

    def call() -> Fetched:
        started = time.monotonic()
        rows = client.numbers(instance, organisation, progress)
        return Fetched(rows, began, after, time.monotonic() - started)

    return call


def last_write(account: Account) -> int:
    """The last entry of a write: a list whose reading began before it may be older than what it did."""
    entries = Entry.objects.filter(account=account).exclude(phase=Phase.EVENT)
    return entries.order_by("-id").values_list("id", flat=True).first() or 0


def believed(
    account: Account, instance: sinch.Instance, fetched: Fetched, accepted: str = ""
) -> tuple[Fetched, mirror.Difference]:
    """The list, or a second reading of it where the first looks wrong, and how it differs from the mirror. Raises
    Shrunk where both lack so many numbers that it may be the list that is wrong, unless these are the ones whose
    `digest` a person has accepted."""
    found = mirror.compare(account, fetched.listing)
    gone, of = _gone(account, fetched.listing, found)
    if not (lacks_much(gone, of) or _contradicts(account, fetched)) or digest(gone) == accepted:
        return fetched, found
    time.sleep(PAUSE)
    fetched = fetch(account, instance)
    found = mirror.compare(account, fetched.listing)
    gone, of = _gone(account, fetched.listing, found)
    if lacks_much(gone, of) and digest(gone) != accepted:
        raise Shrunk(gone, of)
    return fetched, found


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


def _gone(account: Account, listing: sinch.RentedNumbers, found: mirror.Difference) -> tuple[list[int], int]:
    """The numbers that the list lacks, and how many there were. Those whose time is over may go without a word; where
    a row cannot be read, it may be theirs."""
    if not found.gone or listing.damaged or _any_damaged(listing, found):
        return [], 0
    over = Number.objects.filter(account=account, expires__lt=timezone.now())
    lapsed = set(over.values_list("number", flat=True))
    had = Number.objects.filter(account=account).count() - len(lapsed)
    return [number for number in found.gone if number not in lapsed], had


def _any_damaged(listing: sinch.RentedNumbers, found: mirror.Difference) -> bool:
    for _ in listing.read(chain(found.changed, found.new)):
        if listing.damaged:
            break
    return bool(listing.damaged)


def _contradicts(account: Account, fetched: Fetched) -> bool:
    """Whether the list shows a number elsewhere than where it was put a moment ago: it may be an old one."""
    put = recently(account)
    return any(row.application_key.lower() != put[row.number].lower() for row in fetched.listing.find(put))
