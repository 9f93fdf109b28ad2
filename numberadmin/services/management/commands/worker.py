import os
import signal
from argparse import ArgumentParser
from threading import Thread
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from numberadmin.services import jobs, keeper

# In seconds: how often the queue is looked at.
EVERY = 0.3


class Command(BaseCommand):
    """Ends after the step under way when it is told to, and with its server where a server has started it."""

    help = "Does what no page waits for: applies plans, reconciles writes in doubt, and keeps house."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--beside-server", action="store_true", help="end when the process that started it ends")

    def handle(self, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        Thread(target=keeper.run, args=[jobs.stopping], daemon=True, name="housekeeping").start()
        server = os.getppid() if options["beside_server"] else None
        while not jobs.stopping.is_set() and server in (None, os.getppid()):
            _work_off()
            jobs.stopping.wait(EVERY)


def _work_off() -> None:
    """Takes what waits in the queue, one after the other. To look takes no lock that writers wait for."""
    close_old_connections()
    try:
        while DBTaskResult.objects.ready().exists() and not jobs.stopping.is_set():
            _queue().run()
    except OperationalError:
        keeper.logger.warning("the queue could not be read now", exc_info=True)


def _queue() -> Worker:
    return Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )


def _stop(number: int, frame: FrameType | None) -> None:
    jobs.stopping.set()
