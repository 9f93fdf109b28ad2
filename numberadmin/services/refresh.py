"""Reading the list of rented numbers from the remote: for the button, for a page whose list is old, for a write.

The list is fetched without the account's lock where nobody writes, and is thrown away where somebody wrote meanwhile.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Hashable
from threading import Lock, Thread
from typing import TypeVar, cast

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.models import Action, State
from numberadmin.services import background, counts, gone, listing, mirror, permission, record, remote, settle
from numberadmin.services.database import impatience, spacious
from numberadmin.services.listing import Fetched, Shrunk
from numberadmin.services.lock import Taken, turn
from numberadmin.services.models import Reading
from numberadmin.services.results import Outcome, SignInAgain, Unread
from numberadmin.services.room import Crowded, room

T = TypeVar("T")
Kind = tuple[Reading.What, int]
logger = logging.getLogger(__name__)

# Where a list could not be read, a page tries again after this many seconds.
TRY_AGAIN = 30
# While a write has no known outcome, a page looks for it in the list after this many seconds.
LOOK_AGAIN = 5
# A list read longer ago than this is read again before numbers are assigned or unassigned, if that is quick.
FRESH = 30
QUICK = 2.0
# In seconds: how long the very first page waits for a list, before it says that one is on its way.
FIRST_PATIENCE = 5.0
# In seconds: a reading whose process gives no sign for so long has died with it.
SILENT = 6
# In seconds: how often a process looks after the readings that it has begun.
LOOK_EVERY = 2.0
# How many rows of a list have come to this process so far.
_rows: dict[Hashable, int] = {}
_watching = Lock()
_watched = False


def if_stale(actor: Actor) -> Reading | None:
    """Before a page: asks for the list where there is none or it is old, and takes it over if it comes soon. Gives what
    is known of the last reading, where nothing had to be asked.

    The old list stays where that fails, or lasts, or a write is under way. Raises nothing but SignInAgain.
    """
    if actor.connection is None:
        return None
    last = mirror.reading(actor.account, Reading.What.NUMBERS)

    wanted = _worth_looking(last) or (bool(last.stale or last.error) and not just_tried(last))
    if not wanted and not background.under_way(_kind(actor.account)):
        return last

    def prepare() -> Callable[[], Fetched] | None:
        return _begun(actor.account, actor.instance) if wanted else None

    try:
        fetched = asked_for(_kind(actor.account), last, prepare)
    except sinch.SinchError as error:
        _failed(actor.account, error)
        return None
    if fetched is None:
        return None
    try:
        _taken_over(actor.account, actor.instance, actor, fetched, wait=last.read_at is None)
    except DatabaseError:
        # The page shows the list that it has: to read, it needs nobody's leave.
        logger.warning("the list could not be stored", exc_info=True)
    return None


def asked_for(kind: Hashable, last: Reading, prepare: Callable[[], Callable[[], T] | None]) -> T | None:
    """For a page: what the call brings, if it comes soon. Where there is nothing older to show, it is waited for; where
    it took long the last time, it is not."""
    if last.read_at:
        return background.soon(
            kind, prepare, patience=0.0 if last.seconds > background.PATIENCE else background.PATIENCE
        )
    try:
        with room.place(0):
            return background.soon(kind, prepare, at_least=min(settings.SINCH_LIST_TIMEOUT, FIRST_PATIENCE))
    except Crowded:
        return None


def being_read(reading: Reading) -> bool:
    """Whether the list of numbers is on its way, to whatever process."""
    return bool(reading.begun_at and reading.begun_at > _too_long_ago())


def take_over_what_came() -> None:
    """Stores the finished fetches of this process that no page has taken, and publishes the progress of the others."""
    for kind, done in background.kinds().items():
        if done:
            _come(kind)
            continue
        what, account = cast(Kind, kind)
        values = {"rows": _rows.get(kind, 0), "begun_at": timezone.now()}
        Reading.objects.filter(account=account, what=what).exclude(begun_at=None).update(**values)


def _come(kind: Hashable) -> None:
    what, account_id = cast(Kind, kind)
    if what != Reading.What.NUMBERS:
        return
    account = Account.objects.get(pk=account_id)
    instance = instances.live(account)
    try:
        fetched: Fetched | None = background.soon(kind, lambda: None)
    except sinch.SinchError as error:
        _note(account, error)
        return
    if fetched and instance:
        _taken_over(account, instance, None, fetched, wait=False)


def _watch() -> None:
    """Looks after the readings of this process until the last one has been stored, in one thread for all of them."""
    global _watched
    with _watching:
        if not _watched:
            _watched = True
            Thread(target=_watch_readings, daemon=True, name="readings").start()


def _watch_readings() -> None:
    global _watched
    while True:
        time.sleep(LOOK_EVERY)
        try:
            take_over_what_came()
        except Exception:
            # The next look may go well; a list that is lost is read again.
            logger.exception("what was read could not be stored now")
        finally:
            connections.close_all()
        with _watching:
            if not any(cast(Kind, kind)[0] == Reading.What.NUMBERS for kind in background.kinds()):
                _watched = False
                return


def _kind(account: Account) -> Kind:
    return Reading.What.NUMBERS, account.pk


def if_open(actor: Actor) -> None:
    """Before a page that shows no numbers: reads the list only where it may tell how an open write ended."""
    if settle.any_open(actor.account):
        if_stale(actor)


def now(*, actor: Actor, accept: str = "") -> Outcome:
    """Reads the list, and settles what can be settled by it. A list that takes long is read while pages are answered.
    Raises Busy and SignInAgain.

    `accept` is the digest of the numbers of which a person has said that they are gone, as the list has it.
    """
    account, instance = actor.account, actor.instance
    last = mirror.reading(account, Reading.What.NUMBERS)
    patience = 0.0 if last.seconds > QUICK and not accept else settings.SINCH_LIST_TIMEOUT
    try:
        with room.place(settings.LOCK_SECONDS):
            fetched = background.soon(_kind(account), lambda: _begun(account, instance), at_least=patience)
        with turn(account.pk, settings.LOCK_SECONDS):
            permission.ensure(actor, May.CHANGE)
            if fetched is None:
                return _read_by_another(account, last)
            if fetched.after != listing.last_write(account):
                fetched = listing.fetch(account, instance)
            fetched, outside = _store(account, instance, fetched, actor, accept=accept)
    except (Taken, Crowded):
        raise settle.busy(account) from None
    except sinch.SinchError as error:
        _failed(account, error)
        message = remote.told(error, "The list below is the one read before.")
        return Outcome(uuid.uuid4(), State.FAILED, message)
    message = f"The list of rented numbers was read again: {len(fetched.listing):,} numbers. {outside}".strip()
    if not fetched.listing.damaged:
        return Outcome(uuid.uuid4(), State.SUCCEEDED, message)
    left_out = f" {fetched.listing.damaged} rows could not be read; what was known of them is kept."
    return Outcome(uuid.uuid4(), State.UNKNOWN, message + left_out)


def _read_by_another(account: Account, before: Reading) -> Outcome:
    """Two who read the list at once read it together: what came of it is what the other one has kept."""
    reading = mirror.reading(account, Reading.What.NUMBERS)
    if reading.read_at != before.read_at:
        message = f"The list of rented numbers was read again: {counts.of(account).total:,} numbers."
        return Outcome(uuid.uuid4(), State.SUCCEEDED, message)
    if reading.error and reading.tried_at != before.tried_at:
        return Outcome(uuid.uuid4(), State.FAILED, f"{reading.error} The list below is the one read before.")
    message = "The list is being read from Sinch, which takes its time. This page shows it as soon as it is there."
    return Outcome(uuid.uuid4(), State.PENDING, message)


def _begun(account: Account, instance: sinch.Instance) -> Callable[[], Fetched] | None:
    """A reading, unless another process is at it. Where the database cannot be told, it is read all the same."""
    try:
        with impatience():
            Reading.objects.get_or_create(account=account, what=Reading.What.NUMBERS)
            rows = Reading.objects.filter(account=account, what=Reading.What.NUMBERS)
            if not rows.exclude(begun_at__gt=_too_long_ago()).update(begun_at=timezone.now(), rows=0):
                return None
    except DatabaseError:
        logger.warning("that the list is being read could not be noted", exc_info=True)
    kind = _kind(account)
    _rows[kind] = 0
    _watch()
    return listing.fetching(account, instance, lambda count: _rows.update({kind: count}))


def _too_long_ago() -> dt.datetime:
    """A reading that gave its last sign before has ended, in whatever way."""
    return timezone.now() - dt.timedelta(seconds=SILENT)


def take_in(account: Account, instance: sinch.Instance, by: Actor | None, *, settling: bool = True) -> Fetched:
    """For a write: reads the whole list into the mirror and settles by it what is open. Wants the account's lock.

    `settling` is off for a write that reads the list for itself. Raises SinchError, and keeps what it said.
    """
    try:
        return _store(account, instance, listing.fetch(account, instance), by, settling=settling)[0]
    except sinch.SinchError as error:
        _note(account, error)
        raise


def before_a_change(actor: Actor) -> None:
    """Before numbers are assigned or unassigned: the list is read again where it is not fresh, if it was quickly read
    the last time. Wants the account's lock; raises Unread where it cannot be: then nothing is written."""
    last = mirror.reading(actor.account, Reading.What.NUMBERS)
    fresh = last.read_at and last.read_at > timezone.now() - dt.timedelta(seconds=FRESH)
    if fresh or last.seconds > QUICK:
        return
    try:
        take_in(actor.account, actor.instance, actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.told(error, "Nothing was changed.")) from None
    except sinch.SinchError as error:
        effect = "Without a fresh list of the rented numbers nothing is written. Nothing was changed."
        raise Unread(remote.told(error, effect)) from None


def just_tried(reading: Reading) -> bool:
    """A try that failed less than TRY_AGAIN seconds ago: the page does not ask for another one."""
    tried_at = reading.tried_at
    return bool(reading.error and tried_at and tried_at > timezone.now() - dt.timedelta(seconds=TRY_AGAIN))


def _worth_looking(last: Reading) -> bool:
    """While something is open, a page reads the list every few seconds: it may show how it ended."""
    a_moment_ago = timezone.now() - dt.timedelta(seconds=LOOK_AGAIN)
    return last.while_open and (last.tried_at is None or last.tried_at < a_moment_ago)


def _taken_over(account: Account, instance: sinch.Instance, by: Actor | None, fetched: Fetched, *, wait: bool) -> None:
    """Stores a list that was fetched without the lock, unless somebody writes or has written meanwhile."""
    try:
        with turn(account.pk, settings.LOCK_SECONDS if wait else 0), impatience():
            if fetched.after == listing.last_write(account):
                _store(account, instance, fetched, by)
    except Taken:
        pass
    except sinch.SinchError as error:
        _failed(account, error) if by else _note(account, error)
    Reading.objects.filter(account=account, what=Reading.What.NUMBERS).update(begun_at=None)


def _store(
    account: Account,
    instance: sinch.Instance,
    fetched: Fetched,
    by: Actor | None,
    *,
    settling: bool = True,
    accept: str = "",
) -> tuple[Fetched, str]:
    """Makes the mirror equal to the list, once it is believed, and says what was done outside. Wants the account's
    lock."""
    fetched, found = listing.believed(account, instance, fetched, accept)
    if mirror.reading(account, Reading.What.NUMBERS).read_at is None:
        with spacious():
            mirror.fill(account, fetched.listing, found)
    with spacious(), transaction.atomic(durable=True):
        if accept and by and found.gone:
            message = f"Said that the list from Sinch is right: it lacks {len(found.gone)} numbers that were rented."
            record.event(by.account, by, Action.ACCEPT, message)
        outside = mirror.store(account, fetched.listing, found, settle.doubted(account), settle.ordered_groups(account))
        damaged = fetched.listing.damaged
        mirror.note(account, Reading.What.NUMBERS, damaged=damaged, seconds=fetched.seconds)
    if settling:
        settle.by_list(account, by, fetched)
    gone.look_again(account, instance)
    return fetched, outside


def _failed(account: Account, error: sinch.SinchError) -> None:
    _note(account, error)
    if isinstance(error, sinch.BadCredentials):
        raise SignInAgain(remote.told(error, "Nothing was changed.")) from None


def _note(account: Account, error: sinch.SinchError) -> None:
    lacking = error.gone if isinstance(error, Shrunk) else []
    mirror.note(account, Reading.What.NUMBERS, error=remote.told(error), lacking=lacking)
