"""Eight processes add to an empty audit at the same moment: `python -m tests.tools.audit_forks [unserialised]`.

Prints how many entries there are then, how many appendings failed, how many entries follow one that another follows
already, and whether the chain holds. "unserialised" leaves out what makes the processes wait for each other.
"""

import json
import multiprocessing
import os
import sys
from collections import Counter
from uuid import uuid4

import django
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connections

from tests import SECRET_KEY

PROCESSES = 8
EACH = 50


def main(unserialised: bool) -> None:
    os.environ |= {"SECRET_KEY": SECRET_KEY, "DEBUG": "on", "DJANGO_SETTINGS_MODULE": "numberadmin.settings"}
    django.setup()
    prepare()
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    barrier, failures = fork.Barrier(PROCESSES), fork.SimpleQueue()
    processes = [fork.Process(target=append, args=(barrier, failures, unserialised)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    print(json.dumps(report() | {"failed": sum(failures.get() for _ in processes)}))


def prepare() -> None:
    from numberadmin.accounts.models import Account

    call_command("migrate", verbosity=0)
    Account.objects.create(organisation_id="8888123", name="Acme")


def append(barrier, failures, unserialised: bool) -> None:
    from numberadmin.accounts.models import Account

    if unserialised:
        wait_for_nobody()
    account = Account.objects.get()
    barrier.wait(60)
    failures.put(sum(not added(account, number) for number in range(14150000000, 14150000000 + EACH)))


def wait_for_nobody() -> None:
    """On PostgreSQL each process has a lock to itself; on SQLite a transaction begins without the right to write."""
    from numberadmin.audit import chain

    chain.ADVISORY_LOCK = os.getpid()
    settings.DATABASES["default"].get("OPTIONS", {}).pop("transaction_mode", None)


def added(account, number: int) -> bool:
    from numberadmin.audit import chain
    from numberadmin.audit.models import Action, Entry, Phase, State

    fields = {"phase": Phase.EVENT, "action": Action.ASSIGN, "state": State.SUCCEEDED, "actor_name": "Anna"}
    try:
        chain.append(Entry(account=account, operation=uuid4(), **fields), [chain.Change(number, "", "key")])
    except OperationalError:
        return False
    return True


def report() -> dict[str, int | bool]:
    from numberadmin.audit import chain
    from numberadmin.audit.models import Entry

    forks = sum(count - 1 for count in Counter(predecessors()).values())
    return {"entries": Entry.objects.count(), "forks": forks, "holds": chain.verify().first_bad is None}


def predecessors() -> list[str]:
    """For each entry the hash that it was made to follow, found by trying them all."""
    from numberadmin.audit import chain
    from numberadmin.audit.models import Entry

    entries = list(Entry.objects.prefetch_related("lines"))
    hashes = [chain.FIRST, *(entry.hash for entry in entries)]
    found = []
    for entry in entries:
        fields = {name: getattr(entry, name) for name in chain.COVERED}
        lines = [(line.id, line.number, line.was, line.became) for line in entry.lines.all()]
        for previous in hashes:
            old = chain.Places().text() if previous == chain.FIRST else None
            found += [previous] * (chain.digest(previous, fields, lines, old) == entry.hash)
    return found


if __name__ == "__main__":
    main(unserialised="unserialised" in sys.argv)
