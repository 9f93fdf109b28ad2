"""What a server process does by itself: it settles what is open, as soon as that can be known, and says in the log
once an hour where the audit stands. What is over is erased then."""

import datetime as dt
import logging
import time
from threading import Thread

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from numberadmin.accounts import guesses
from numberadmin.accounts.models import Connection, Session
from numberadmin.audit import chain
from numberadmin.services import jobs, refresh, settling

# In seconds.
EVERY = 2.0
HOUR = 3600.0

logger = logging.getLogger(__name__)


def start() -> None:
    """Begins, in a thread that ends with the process."""
    Thread(target=_run, daemon=True, name="keeper").start()


def _run() -> None:
    last = float("-inf")
    while True:
        try:
            refresh.take_over_what_came()
            settling.what_is_due()
            jobs.revive()
            jobs.start_worker()
            if time.monotonic() - last > HOUR:
                last = time.monotonic()
                chain.log_anchor()
                erase_what_is_over()
        except Exception:
            # Whatever it was, the next look may go well, and there is nobody else to look.
            logger.exception("what is open could not be settled now")
        finally:
            connections.close_all()
        time.sleep(EVERY)


def erase_what_is_over() -> None:
    """Sessions and instances that have ended, and counts of guesses that no limit looks at any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lte=now).delete()
    Connection.objects.filter(usable_until__lte=now).delete()
    guesses.forget_old(dt.timedelta(hours=2))
    call_command("prune_db_task_results", verbosity=0)
