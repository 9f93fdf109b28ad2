"""A worker that is killed in the middle of a plan: nothing is done twice, nothing is missed."""

import os
import signal
import subprocess
import sys
import time

from numberadmin.sandbox import sample, start
from tests import SECRET_KEY
from tests.chaos.ledger import Ledger
from tests.dashboard import ROOT, Visitor, dashboard, found
from tests.databases import new_database

SUPPORT, REMINDERS = list(sample.DEMO_APPLICATIONS)[:2]
MANY = 120


def worker(sandbox, url):
    env = os.environ | {
        "SECRET_KEY": SECRET_KEY,
        "DEBUG": "off",
        "HTTPS": "off",
        "LOG_LEVEL": "WARNING",
        "SETTLE_SECONDS": "1",
        "SINCH_TIMEOUT": "2",
        "DATABASE_URL": url,
        "SINCH_USER_URL": sandbox.urls["user"],
        "SINCH_API_URL": sandbox.urls["api"],
        "SINCH_PORTAL_URL": sandbox.urls["portal"],
    }
    return subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=env)


def until(done, seconds=40):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to an end")


def removed(sandbox):
    return [call["path"].rpartition("/")[2] for call in sandbox.control.log() if call["verb"] == "DELETE"]


def test_a_server_keeps_a_worker_beside_itself(tmp_path):
    with start(seed="demo") as remote:
        url = new_database(tmp_path)
        with dashboard(remote.urls, url, START_WORKER="on") as base:
            jane = Visitor(base)
            jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
            jane.get("/inventory/")
            numbers = [number for number, key in Ledger(url).mirror().items() if key][:5]
            page = jane.post("/inventory/plans/", text="\n".join(map(str, numbers)), application_key="none")
            plan = found(r'data-plan="([^"]+)"', page.text)
            jane.post(f"/inventory/plans/{plan}/apply/")
            until(lambda: 'data-state="done"' in jane.get(f"/inventory/plans/{plan}/").text)
            assert sorted(map(int, removed(remote))) == sorted(numbers)


def test_a_worker_that_is_told_to_end_does_so_after_the_step_under_way(tmp_path):
    with start(seed="demo", scale=400) as remote:
        url = new_database(tmp_path)
        with dashboard(remote.urls, url) as base:
            jane = Visitor(base)
            jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
            jane.get("/inventory/")
            numbers = [number for number, key in Ledger(url).mirror().items() if key][:MANY]
            page = jane.post("/inventory/plans/", text="\n".join(map(str, numbers)), application_key="none")
            plan = found(r'data-plan="([^"]+)"', page.text)
            remote.control.fault(match={"verb": "DELETE"}, kind="lag", seconds=0.1, times=10_000)
            jane.post(f"/inventory/plans/{plan}/apply/")
            process = worker(remote, url)
            until(lambda: len(removed(remote)) >= 3)
            process.terminate()
            assert process.wait(timeout=60) == 0
            done = len(removed(remote))
            assert done < MANY
            assert 'data-state="applying"' in jane.get(f"/inventory/plans/{plan}/").text
            mirror = Ledger(url).mirror()
            assert sum(not mirror[number] for number in numbers) == done
            process = worker(remote, url)
            try:
                until(lambda: 'data-state="done"' in jane.get(f"/inventory/plans/{plan}/").text)
            finally:
                process.terminate()
                process.wait()
            assert sorted(map(int, removed(remote))) == sorted(numbers)


def test_importing_the_application_starts_nothing():
    script = (
        "import threading, numberadmin.wsgi, multiprocessing; "
        "assert threading.active_count() == 1, threading.enumerate(); "
        "assert not multiprocessing.active_children()"
    )
    env = os.environ | {"SECRET_KEY": "t" * 64, "DEBUG": "on", "DJANGO_SETTINGS_MODULE": "numberadmin.settings"}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, check=True, timeout=60)


def test_a_plan_goes_on_after_its_worker_was_killed(tmp_path):
    with start(seed="demo", scale=400) as remote:
        url = new_database(tmp_path)
        with dashboard(remote.urls, url, SETTLE_SECONDS="1", SINCH_TIMEOUT="2") as base:
            jane = Visitor(base)
            jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
            jane.get("/inventory/")
            numbers = [number for number, key in Ledger(url).mirror().items() if key][:MANY]
            page = jane.post("/inventory/plans/", text="\n".join(map(str, numbers)), application_key="none")
            plan = found(r'data-plan="([^"]+)"', page.text)
            remote.control.fault(match={"verb": "DELETE"}, kind="lag", seconds=0.05, times=10_000)
            jane.post(f"/inventory/plans/{plan}/apply/")
            for after in (10, 50):
                process = worker(remote, url)
                until(lambda after=after: len(removed(remote)) >= after)
                process.send_signal(signal.SIGKILL)
                process.wait()
                # As if it had been silent for long: the next worker need not wait half a minute for it.
                Ledger(url)._ask("UPDATE services_plan SET beat_at = '2020-01-01 00:00:00' RETURNING id")
            process = worker(remote, url)
            try:
                until(lambda: 'data-state="done"' in jane.get(f"/inventory/plans/{plan}/").text)
            finally:
                process.terminate()
                process.wait()
            assert sorted(map(int, removed(remote))) == sorted(numbers)
            mirror = Ledger(url).mirror()
            assert {mirror[number] for number in numbers} == {""}
            result = jane.get(f"/inventory/plans/{plan}/result/").text
            assert result.count(",done,") == MANY
    entries = Ledger(url).entries()
    assert {entry.state for entry in entries if entry.action == "unassign" and entry.phase != "intent"} <= {
        "succeeded",
        "failed",
    }
