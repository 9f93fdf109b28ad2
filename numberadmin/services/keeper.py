"""Housekeeping, done by `manage.py worker`: nobody asks for it, and it has to be done all the same.

Writes in doubt are reconciled as soon as that can be known, and plans whose worker has died go to another one. Once an
hour the audit's anchor is written into the log, and what is over is erased.
"""

import logging
import time
from threading import Event

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from numberadmin.accounts import guesses
from numberadmin.accounts.models import Connection, Session
from numberadmin.audit import chain
from numberadmin.services import jobs, settling, table_uploads

# In seconds.
EVERY = 2.0
HOUR = 3600.0

logger = logging.getLogger(__name__)


def run(stopping: Event) -> None:
    """Looks every few seconds until `stopping` is set."""
    last = float("-inf")
    while not stopping.is_set():
        try:
            settling.what_is_due()
            jobs.revive()
            if time.monotonic() - last > HOUR:
                last = time.monotonic()
                chain.log_anchor()
                erase_what_is_over()
        except Exception:
            # Whatever it was, the next look may go well, and there is nobody else to look.
            logger.exception("the housekeeping could not be done now")
        finally:
            connections.close_all()
        stopping.wait(EVERY)


def erase_what_is_over() -> None:
    """Sessions and instances that have ended, counts of guesses that no limit looks at any more, and old uploads."""
    now = timezone.now()
    Session.objects.filter(expire_date__lte=now).delete()
    Connection.objects.filter(usable_until__lte=now).delete()
    guesses.forget_old()
    table_uploads.erase_old()
    call_command("prune_db_task_results", verbosity=0)
