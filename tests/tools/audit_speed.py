"""Says how long proving a long audit takes: `python -m tests.tools.audit_speed [ENTRIES]`; each entry has a line.

On an SQLite file of its own; on PostgreSQL with `python -m tests.tools.postgres` before it (an empty database).
"""

import datetime as dt
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tests import SECRET_KEY

ENTRIES = 100_000
BATCH = 5000
BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def main(entries: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SECRET_KEY": SECRET_KEY, "DEBUG": "on", "DJANGO_SETTINGS_MODULE": "numberadmin.settings"}
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'audit.sqlite3'}")
        # Filled by another process, so that this one's memory is what the proof takes.
        filler = multiprocessing.get_context("spawn").Process(target=fill, args=(entries,))
        filler.start()
        filler.join()
        assert filler.exitcode == 0
        prepare()
        prove(entries)
        connection.close()


def prepare() -> None:
    django.setup()
    settings.DEBUG = False  # Django would keep every query.


def fill(entries: int) -> None:
    """A chain as `append` would make it, without its waiting for a disk a hundred thousand times."""
    prepare()
    call_command("migrate", verbosity=0)
    from numberadmin.accounts.models import Account
    from numberadmin.audit import chain
    from numberadmin.audit.models import Action, Entry, Line, Phase, State

    account = Account.objects.create(organisation_id="8888123", name="Acme")
    previous = chain.FIRST
    for start in range(1, entries + 1, BATCH):
        rows, lines = [], []
        for place in range(start, min(start + BATCH, entries + 1)):
            entry = Entry(
                id=place, at=BEGAN + dt.timedelta(seconds=place, microseconds=7), account=account,
                operation=UUID(int=place), phase=Phase.OUTCOME, action=Action.ASSIGN, state=State.SUCCEEDED,
                actor_name="Jane Doe", address="192.0.2.7", session="5d41402abc4b2a76",
                application_key="9f5c5e3a-1a54-4b8e-b0f5-0f7a4e6d2c11", reason="Autumn campaign",
                message="1 number was assigned to Support.",
                details={"before": {"voice": [14150005550], "sms": []}, "names": {"9f5c5e3a": "Support"}},
            )  # fmt: skip
            line = Line(
                id=place, entry=entry, account=account, number=14150000000 + place, was="", became=entry.application_key
            )
            covered = {name: getattr(entry, name) for name in chain.COVERED}
            told = [(line.id, line.number, line.was, line.became)]
            entry.hash = previous = chain.digest(previous, covered, told, chain.Places().text() if place == 1 else None)
            rows.append(entry)
            lines.append(line)
        with transaction.atomic():
            Entry.objects.bulk_create(rows)
            Line.objects.bulk_create(lines)


def prove(entries: int) -> None:
    from numberadmin.audit import chain

    chain.anchor()  # Connects.
    began, worked = time.perf_counter(), time.process_time()
    verdict = chain.verify()
    took, worked = time.perf_counter() - began, time.process_time() - worked
    assert verdict == chain.Verdict(entries, None)
    times = f"{took:.2f} s, {worked:.2f} s of it in this process"
    print(f"{connection.vendor}: {entries:,} entries proved in {times}; {peak():.0f} MB")


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
