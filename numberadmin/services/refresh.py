"""Reading the list of rented numbers from the remote: for the button, for a page whose list is old, for a write."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.audit.models import State
from numberadmin.services import mirror, remote, settle
from numberadmin.services.lock import Taken, account_lock
from numberadmin.services.models import Reading
from numberadmin.services.results import Outcome, SignInAgain

# Where a list could not be read, a page tries again after this many seconds.
TRY_AGAIN = 30
# While a write has no known outcome, a page looks for it in the list after this many seconds.
LOOK_AGAIN = 5


def if_stale(actor: Actor) -> None:
    """Before a page: reads the list where there is none or it is old. The old list stays where that fails.

    Where a write is under way the list is left as it is. Raises nothing but SignInAgain.
    """
    last = mirror.reading(actor.account, Reading.What.NUMBERS)
    if not (_worth_looking(actor.account, last) or (last.stale and not just_tried(last))):
        return
    try:
        with account_lock(actor.account.pk, 0 if last.read_at else settings.LOCK_SECONDS):
            take_in(actor.account, actor.instance, actor)
    except (Taken, sinch.NotSent, sinch.Unanswered):
        return
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.explain(error)) from None
    except sinch.Refused:
        return


def if_open(actor: Actor) -> None:
    """Before a page that shows no numbers: reads the list only where it may tell how an open write ended."""
    if settle.oldest_open(actor.account):
        if_stale(actor)


def now(*, actor: Actor) -> Outcome:
    """Reads the list, and settles what can be settled by it. Raises Busy and SignInAgain."""
    try:
        with account_lock(actor.account.pk, settings.LOCK_SECONDS):
            listing = take_in(actor.account, actor.instance, actor)
    except Taken:
        raise settle.busy(actor.account) from None
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.explain(error)) from None
    except sinch.SinchError as error:
        message = f"{remote.explain(error)} The list below is the one read before."
        return Outcome(uuid.uuid4(), State.FAILED, message)
    message = f"The list of rented numbers was read again: {len(listing.rows):,} numbers."
    if not listing.damaged:
        return Outcome(uuid.uuid4(), State.SUCCEEDED, message)
    left_out = f" {len(listing.damaged)} rows could not be read; what was known of them is kept."
    return Outcome(uuid.uuid4(), State.UNKNOWN, message + left_out)


def take_in(account: Account, instance: sinch.Instance, by: Actor | None, *, settling: bool = True) -> mirror.Listing:
    """Reads the whole list into the mirror and settles by it what is open. Wants the account's lock.

    `settling` is off for a write that reads the list for itself. Raises SinchError, and keeps what it said.
    """
    try:
        listing = remote.client().numbers(instance, account.organisation_id)
    except sinch.SinchError as error:
        mirror.note(account, Reading.What.NUMBERS, error=remote.explain(error))
        raise
    with transaction.atomic(durable=True):
        mirror.store(account, listing, settle.doubted(account), settle.ordered_groups(account))
        mirror.note(account, Reading.What.NUMBERS, damaged=len(listing.damaged))
    if settling:
        settle.by_list(account, by, listing)
    return listing


def settle_account(account: Account) -> str:
    """For the command: settles what is open on the account, and says in a sentence how it went."""
    instance = instances.live(account)
    if instance is None:
        return "nobody of this account is signed in: it is settled when somebody signs in and reads the list"
    try:
        with account_lock(account.pk, settings.LOCK_SECONDS):
            take_in(account, instance, None)
    except Taken:
        return "a change is under way"
    except sinch.SinchError as error:
        return remote.explain(error)
    intent = settle.oldest_open(account)
    return f"still being checked: {settle.describe(intent)}" if intent else "settled"


def _worth_looking(account: Account, last: Reading) -> bool:
    """While something is open, a page reads the list every few seconds: it may show how it ended."""
    a_moment_ago = timezone.now() - dt.timedelta(seconds=LOOK_AGAIN)
    return settle.oldest_open(account) is not None and (last.tried_at is None or last.tried_at < a_moment_ago)


def just_tried(reading: Reading) -> bool:
    """A try that failed less than TRY_AGAIN seconds ago: the page does not wait for another one."""
    tried_at = reading.tried_at
    return bool(reading.error and tried_at and tried_at > timezone.now() - dt.timedelta(seconds=TRY_AGAIN))
