"""Thousands of numbers at once, as a person does it: over the pages, by a worker, against the sandbox."""

import re
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import requests

from numberadmin.sandbox import sample
from numberadmin.sandbox.control import Control
from tests import SECRET_KEY
from tests.bench import account
from tests.bench.place import heading, row
from tests.chaos.ledger import Ledger
from tests.dashboard import ROOT, Visitor, dashboard, found

APPLICATION = next(iter(sample.DEMO_APPLICATIONS))
FIELDS: dict[str, str] = {
    "SECRET_KEY": SECRET_KEY,
    "SETTLE_SECONDS": "2",
    "SINCH_TIMEOUT": "60",
    "SINCH_LIST_TIMEOUT": "60",
    "NUMBERS_MAX_AGE": "86400",
}


class Bench:
    """A dashboard with an account of many numbers, somebody who is signed in, and what the remote was asked."""

    def __init__(self, jane: Visitor, sinch: Control, ledger: Ledger, env: dict[str, str]) -> None:
        self.jane, self.sinch, self.ledger, self.env = jane, sinch, ledger, env

    def planned(self, fields: dict[str, str]) -> str:
        page = self.jane.send("/inventory/plans/", fields)
        return found(r'data-plan="([^"]+)"', page.text)

    def apply(self, plan: str) -> None:
        self.jane.post(f"/inventory/plans/{plan}/apply/")

    def ended(self, plan: str) -> tuple[int, bool]:
        """How many numbers are done, and whether all are."""
        page = self.jane.get(f"/inventory/plans/{plan}/").text
        value = re.search(r'<progress max="\d+" value="(\d+)"', page)
        return int(value[1]) if value else 0, 'data-state="done"' in page

    def writes(self) -> Counter[str]:
        calls = [call for call in self.sinch.log() if call["verb"] in ("PUT", "DELETE")]
        return Counter(f"{call['verb']} {call['path']}" for call in calls)

    def worker(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=self.env)
        # It waits for work by then, as one that has been running for long.
        time.sleep(4)
        return process

    def until(self, done: Callable[[], bool]) -> float:
        """Seconds until then."""
        started = time.monotonic()
        while not done():
            time.sleep(0.05)
        return time.monotonic() - started


@contextmanager
def bench(numbers: int) -> Iterator[Bench]:
    with account.sandbox(numbers) as urls, account.database() as url:
        env = account.environment(urls, url) | {"DJANGO_SETTINGS_MODULE": "numberadmin.settings", **FIELDS}
        with dashboard(urls, url, workers=1, **FIELDS) as base:
            jane = Visitor(base)
            jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
            jane.get("/inventory/")
            yield Bench(jane, Control(urls["control"]), Ledger(url), env)


def many(options: Namespace) -> None:
    heading(f"{options.many:,} numbers to one application, and out of it again")
    # Of the sandbox's numbers every twentieth is in no application.
    with bench(options.many * 21) as it:
        free = [number for number, key in it.ledger.mirror().items() if not key][: options.many]
        plan = it.planned({"text": "\n".join(map(str, free)), "application_key": APPLICATION})
        it.sinch.clear_log()
        worker = it.worker()
        it.apply(plan)
        seconds = it.until(lambda: it.ended(plan)[1])
        puts = Counter({path: count for path, count in it.writes().items() if path.startswith("PUT")})
        row("assign: writes", str(sum(puts.values())), f"capabilities {len(puts)}", "(one a capability)")
        row("assign: seconds", f"{seconds:.1f}")
        worker.terminate()
        worker.wait()
        _unassign(it, free)


def _unassign(it: Bench, numbers: Sequence[int]) -> None:
    plan = it.planned({"text": "\n".join(map(str, numbers)), "application_key": "none"})
    it.sinch.clear_log()
    worker = it.worker()
    it.apply(plan)
    first = it.until(lambda: it.ended(plan)[0] > 0)
    seconds = first + it.until(lambda: it.ended(plan)[0] > len(numbers) // 2)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    it.ledger._ask("UPDATE services_plan SET beat_at = '2020-01-01 00:00:00' RETURNING id")
    worker = it.worker()
    seconds += it.until(lambda: it.ended(plan)[1])
    worker.terminate()
    worker.wait()
    deletes = [count for path, count in it.writes().items() if path.startswith("DELETE")]
    row("unassign: first progress after, in s", f"{first:.2f}", "", "(at most 1.00)")
    row("unassign: numbers sent, after a kill -9 half way", f"{len(deletes):,}", f"to be sent {len(numbers):,}")
    row("unassign: numbers sent more than once", str(sum(count > 1 for count in deletes)), "", "(none)")
    left = {key for number, key in it.ledger.mirror().items() if number in set(numbers)}
    row("unassign: all are in no application", "yes" if left == {""} else "NO")
    bare = _bare_call(it)
    row("unassign: ms a number", f"{seconds / len(numbers) * 1000:.1f}", f"a call and nothing else {bare:.1f}")


def _bare_call(it: Bench) -> float:
    """Milliseconds of a request to the sandbox that does nothing."""
    url = it.env["SINCH_PORTAL_URL"] + "/v1/organisations/id/1/numbers/shop"
    started = time.perf_counter()
    for _ in range(200):
        requests.get(url, timeout=10)
    return (time.perf_counter() - started) * 5


def plan(options: Namespace) -> None:
    heading(f"A plan of {options.lines:,} lines")
    with bench(options.lines * 2) as it:
        mirror = it.ledger.mirror()
        numbers = list(mirror)[: options.lines]
        wanted = {number: (APPLICATION if place % 3 else "none") for place, number in enumerate(numbers)}
        text = "\n".join(["number,application", *(f"+{number},{key}" for number, key in wanted.items())])
        started = time.perf_counter()
        page = it.jane.session.post(
            it.jane.base + "/inventory/plans/",
            data={"csrfmiddlewaretoken": it.jane.session.cookies["csrftoken"], "title": "Autumn"},
            files={"file": ("numbers.csv", text.encode())},
            timeout=120,
        )
        shown = time.perf_counter() - started
        key = found(r'data-plan="([^"]+)"', page.text)
        row("shown after, in s", f"{shown:.2f}", "", "(a few)")
        lines = it.jane.get(f"/inventory/plans/{key}/result/").text.splitlines()[1:]
        row("lines shown", f"{len(lines):,}", f"lines of the file {len(numbers):,}")
        worker = it.worker()
        it.apply(key)
        seconds = it.until(lambda: it.ended(key)[1])
        worker.terminate()
        worker.wait()
        row("applied after, in s", f"{seconds:.1f}")
        now = it.ledger.mirror()
        off = sum(now[number] != ("" if to == "none" else to) for number, to in wanted.items())
        others = sum(now[number] != key for number, key in mirror.items() if number not in wanted)
        row("numbers elsewhere than the plan showed", str(off), "", "(none)")
        row("numbers changed that it did not show", str(others), "", "(none)")
