"""Settling what is open, and reading the list, where no page waits: by a server process, a worker, a command."""

import datetime as dt
import logging

from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts import instances
from numberadmin.accounts.models import Account
from numberadmin.services import mirror, refresh, remote, settle
from numberadmin.services.lock import Taken, account_lock
from numberadmin.services.models import Reading

log = logging.getLogger(__name__)


def what_is_due() -> None:
    """One look at the accounts with open operations. Where a write is under way, it is left alone."""
    for account in Account.objects.filter(open__isnull=False).distinct():
        if _due(account):
            said = of_account(account, wait=0)
            log.info("settling account %d: %s", account.pk, said)


def of_account(account: Account, wait: float) -> str:
    """Settles what is open on the account, and says how it went; waits for its lock for `wait` seconds."""
    if why_not := read_account(account, wait):
        return why_not
    intent = settle.oldest_open(account)
    return f"still being checked: {settle.describe(intent)}" if intent else "settled"


def read_account(account: Account, wait: float) -> str:
    """For a command: reads the list, and settles by it what is open. Gives why it was not read; empty where it was."""
    instance = instances.live(account)
    if instance is None:
        return "the account is not connected to Sinch: somebody has to sign in with the Sinch account first"
    try:
        with account_lock(account.pk, wait):
            refresh.take_in(account, instance, None)
    except Taken:
        return "a change is under way"
    except sinch.SinchError as error:
        return remote.explain(error)
    return ""


def _due(account: Account) -> bool:
    """Every few seconds, and once more when the last call of the oldest can no longer land."""
    last = mirror.reading(account, Reading.What.NUMBERS)
    tried_at, now = last.tried_at, timezone.now()
    if tried_at is None:
        return True
    intent = settle.oldest_open(account)
    known_by = settle.known_by(intent) if intent else None
    pause = refresh.TRY_AGAIN if last.error or intent is None else refresh.LOOK_AGAIN
    return tried_at < now - dt.timedelta(seconds=pause) or bool(known_by and tried_at < known_by <= now)
