"""Reading the list of rented numbers from the remote: for the button, for a page whose list is old, for a write.

The list is fetched without the account's lock where nobody writes, and is thrown away where somebody wrote meanwhile.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, State
from numberadmin.services import background, listing, mirror, permission, record, remote, settle
from numberadmin.services.database import impatience, spacious
from numberadmin.services.listing import Fetched, Shrunk
from numberadmin.services.lock import Taken, account_lock, turn
from numberadmin.services.models import Reading
from numberadmin.services.results import Outcome, Refusal, SignInAgain
from numberadmin.services.room import Crowded, room

T = TypeVar("T")
logger = logging.getLogger(__name__)

# Where a list could not be read, a page tries again after this many seconds.
TRY_AGAIN = 30
# While a write has no known outcome, a page looks for it in the list after this many seconds.
LOOK_AGAIN = 5
# A list read longer ago than this is read again before numbers are assigned or unassigned, if that is quick.
FRESH = 30
QUICK = 2.0


def if_stale(actor: Actor) -> None:
    """Before a page: asks for the list where there is none or it is old, and takes it over if it comes soon.

    The old list stays where that fails, or lasts, or a write is under way. Raises nothing but SignInAgain.
    """
    if actor.connection is None:
        return
    last = mirror.reading(actor.account, Reading.What.NUMBERS)

    def prepare() -> Callable[[], Fetched] | None:
        wanted = _worth_looking(actor.account, last) or (bool(last.stale or last.error) and not just_tried(last))
        return listing.fetching(actor.account, actor.instance) if wanted else None

    try:
        fetched = asked_for(_kind(actor.account), last, prepare)
    except sinch.SinchError as error:
        _failed(actor.account, error)
        return
    if fetched is None:
        return
    try:
        _taken_over(actor, fetched, wait=last.read_at is None)
    except DatabaseError:
        # The page shows the list that it has: to read, it needs nobody's leave.
        logger.warning("the list could not be stored", exc_info=True)


def asked_for(kind: Hashable, last: Reading, prepare: Callable[[], Callable[[], T] | None]) -> T | None:
    """For a page: what the call brings, if it comes soon. Where there is nothing older to show, it is waited for."""
    if last.read_at:
        return background.soon(kind, prepare)
    try:
        with room.place(0):
            return background.soon(kind, prepare, at_least=settings.SINCH_LIST_TIMEOUT)
    except Crowded:
        return None


def being_read(account: Account) -> bool:
    """Whether the list is on its way to this process."""
    return background.under_way(_kind(account))


def _kind(account: Account) -> Hashable:
    return Reading.What.NUMBERS, account.pk


def if_open(actor: Actor) -> None:
    """Before a page that shows no numbers: reads the list only where it may tell how an open write ended."""
    if settle.any_open(actor.account):
        if_stale(actor)


def now(*, actor: Actor, accept: str = "") -> Outcome:
    """Reads the list, and settles what can be settled by it. Raises Busy and SignInAgain.

    `accept` is the digest of the numbers of which a person has said that they are gone, as the list has it.
    """
    account = actor.account
    try:
        with room.place(settings.LOCK_SECONDS):
            fetched = listing.fetch(account, actor.instance)
        with turn(account.pk, settings.LOCK_SECONDS):
            permission.ensure(actor, May.CHANGE)
            if fetched.after != listing.last_write(account):
                fetched = listing.fetch(account, actor.instance)
            _store(account, actor.instance, fetched, actor, accept=accept)
    except (Taken, Crowded):
        raise settle.busy(account) from None
    except sinch.SinchError as error:
        _failed(account, error)
        message = f"{remote.explain(error)} The list below is the one read before."
        return Outcome(uuid.uuid4(), State.FAILED, message)
    message = f"The list of rented numbers was read again: {len(fetched.listing):,} numbers."
    if not fetched.listing.damaged:
        return Outcome(uuid.uuid4(), State.SUCCEEDED, message)
    left_out = f" {fetched.listing.damaged} rows could not be read; what was known of them is kept."
    return Outcome(uuid.uuid4(), State.UNKNOWN, message + left_out)


def take_in(account: Account, instance: sinch.Instance, by: Actor | None, *, settling: bool = True) -> Fetched:
    """For a write: reads the whole list into the mirror and settles by it what is open. Wants the account's lock.

    `settling` is off for a write that reads the list for itself. Raises SinchError, and keeps what it said.
    """
    try:
        return _store(account, instance, listing.fetch(account, instance), by, settling=settling)
    except sinch.SinchError as error:
        _note(account, error)
        raise


def before_a_change(actor: Actor) -> None:
    """Before numbers are assigned or unassigned: the list is read again where it is not fresh, if it was quickly read
    the last time. Wants the account's lock; raises Refusal where it cannot be read: then nothing is written."""
    last = mirror.reading(actor.account, Reading.What.NUMBERS)
    fresh = last.read_at and last.read_at > timezone.now() - dt.timedelta(seconds=FRESH)
    if fresh or last.seconds > QUICK:
        return
    try:
        take_in(actor.account, actor.instance, actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(f"{remote.explain(error)} Nothing was changed. Sign in again and repeat it.") from None
    except sinch.SinchError as error:
        raise Refusal(
            f"{remote.explain(error)} Without a fresh list of the rented numbers nothing is written. "
            "Nothing was changed."
        ) from None


def settle_account(account: Account, wait: float) -> str:
    """Settles what is open on the account, and says how it went; waits for its lock for `wait` seconds."""
    instance = instances.live(account)
    if instance is None:
        return "the account is not connected to Sinch: it is settled when somebody signs in with the Sinch account"
    try:
        with account_lock(account.pk, wait):
            take_in(account, instance, None)
    except Taken:
        return "a change is under way"
    except sinch.SinchError as error:
        return remote.explain(error)
    intent = settle.oldest_open(account)
    return f"still being checked: {settle.describe(intent)}" if intent else "settled"


def just_tried(reading: Reading) -> bool:
    """A try that failed less than TRY_AGAIN seconds ago: the page does not ask for another one."""
    tried_at = reading.tried_at
    return bool(reading.error and tried_at and tried_at > timezone.now() - dt.timedelta(seconds=TRY_AGAIN))


def _worth_looking(account: Account, last: Reading) -> bool:
    """While something is open, a page reads the list every few seconds: it may show how it ended."""
    a_moment_ago = timezone.now() - dt.timedelta(seconds=LOOK_AGAIN)
    return settle.any_open(account) and (last.tried_at is None or last.tried_at < a_moment_ago)


def _taken_over(actor: Actor, fetched: Fetched, *, wait: bool) -> None:
    """Stores a list that was fetched without the lock, unless somebody writes or has written meanwhile."""
    try:
        with turn(actor.account.pk, settings.LOCK_SECONDS if wait else 0), impatience():
            if fetched.after == listing.last_write(actor.account):
                _store(actor.account, actor.instance, fetched, actor)
    except Taken:
        return
    except sinch.SinchError as error:
        _failed(actor.account, error)


def _store(
    account: Account,
    instance: sinch.Instance,
    fetched: Fetched,
    by: Actor | None,
    *,
    settling: bool = True,
    accept: str = "",
) -> Fetched:
    """Makes the mirror equal to the list, once it is believed. Wants the account's lock."""
    fetched, found = listing.believed(account, instance, fetched, accept)
    if mirror.reading(account, Reading.What.NUMBERS).read_at is None:
        with spacious():
            mirror.fill(account, fetched.listing, found)
    with spacious(), transaction.atomic(durable=True):
        if accept and by and found.gone:
            message = f"Said that the list from Sinch is right: it lacks {len(found.gone)} numbers that were rented."
            record.event(by.account, by, Action.ACCEPT, message)
        mirror.store(account, fetched.listing, found, settle.doubted(account), settle.ordered_groups(account))
        damaged = fetched.listing.damaged
        mirror.note(account, Reading.What.NUMBERS, damaged=damaged, seconds=fetched.seconds)
    if settling:
        settle.by_list(account, by, fetched)
    return fetched


def _failed(account: Account, error: sinch.SinchError) -> None:
    _note(account, error)
    if isinstance(error, sinch.BadCredentials):
        raise SignInAgain(remote.explain(error)) from None


def _note(account: Account, error: sinch.SinchError) -> None:
    lacking = error.gone if isinstance(error, Shrunk) else []
    mirror.note(account, Reading.What.NUMBERS, error=remote.explain(error), lacking=lacking)
