"""Processes that are frozen, told to end, or kept from their database, in the middle of a write."""

import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from numberadmin.sandbox import sample, start
from tests.chaos.ledger import Ledger
from tests.dashboard import Visitor, dashboard, messages
from tests.databases import new_database

APPLICATION = next(iter(sample.DEMO_APPLICATIONS))
OPTIONS: dict[str, Any] = {"SINCH_TIMEOUT": "5", "LOCK_SECONDS": "1", "DATABASE_TIMEOUT": "1"}


@pytest.fixture
def remote():
    with start(seed="demo") as sandbox:
        yield sandbox


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


def processes(base):
    """The master that serves at the address and its workers."""
    address = f"127.0.0.1:{base.rpartition(':')[2]}".encode()
    folders = [folder for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return sorted(int(folder.name) for folder in folders if address in command(folder))


def command(folder):
    """What a process was started with; nothing, where it has ended meanwhile."""
    try:
        return (folder / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def sign_in(base):
    visitor = Visitor(base)
    visitor.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    return visitor


def free(visitor):
    page = visitor.get("/inventory/?application=none").text
    return [piece.split('"')[0] for piece in page.split('data-number="')[1:]]


def assign(visitor, number):
    return visitor.post("/inventory/assign/", numbers=number, application_key=APPLICATION)


def held(sandbox):
    return {str(n) for numbers in sandbox.control.state()["assignments"][APPLICATION].values() for n in numbers}


def wait_for_put(sandbox):
    while not any(call["verb"] == "PUT" for call in sandbox.control.log()):
        time.sleep(0.02)


def test_who_stands_still_keeps_the_lock_and_others_are_told_who_it_is(remote, url):
    with dashboard(remote.urls, url, **OPTIONS) as one, dashboard(remote.urls, url, **OPTIONS) as other:
        jane, joan = sign_in(one), sign_in(other)
        first, second = free(jane)[:2]
        remote.control.fault(match={"verb": "PUT"}, kind="lag", seconds=1, times=1)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(assign, jane, first)
            wait_for_put(remote)
            for process in processes(one):
                os.kill(process, signal.SIGSTOP)
            told = assign(joan, second)
            for process in processes(one):
                os.kill(process, signal.SIGCONT)
            assert messages(answer.result()) == ["success"]
        assert "Jane Bloggs, assign, since" in told.text
        assert second not in held(remote)
        assert messages(assign(joan, second)) == ["success"]
        assert {first, second} <= held(remote)


def test_who_is_told_to_end_finishes_what_was_begun(remote, url):
    with dashboard(remote.urls, url, **OPTIONS) as base:
        jane = sign_in(base)
        number = free(jane)[0]
        remote.control.fault(match={"verb": "PUT"}, kind="lag", seconds=1, times=1)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(
                jane.send, "/inventory/assign/", {"numbers": number, "application_key": APPLICATION}, follow=False
            )
            wait_for_put(remote)
            os.kill(processes(base)[0], signal.SIGTERM)
            assert answer.result().status_code == 302
    last = Ledger(url).entries()[-1]
    assert (last.phase, last.state) == ("outcome", "succeeded")
    assert number in held(remote)


def test_an_outcome_that_the_database_does_not_take_is_offered_again(remote, url):
    if not url.startswith("sqlite"):
        pytest.skip("holds SQLite's write lock")
    with dashboard(remote.urls, url, **OPTIONS) as base:
        jane = sign_in(base)
        number = free(jane)[0]
        remote.control.fault(match={"verb": "PUT"}, kind="lag", seconds=0.5, times=1)
        file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(assign, jane, number)
            wait_for_put(remote)
            file.execute("BEGIN IMMEDIATE")
            time.sleep(2)
            file.execute("ROLLBACK")
            assert messages(answer.result()) == ["success"]
        assert Ledger(url).open() == 0


def test_how_a_doubt_ended_is_told_to_whoever_was_left_in_it(remote, url):
    with dashboard(remote.urls, url, **OPTIONS, SETTLE_SECONDS="1", START_WORKER="on") as base:
        jane = sign_in(base)
        number = free(jane)[0]
        remote.control.fault(match={"verb": "PUT"}, kind="drop", times=1)
        assert messages(assign(jane, number)) == ["warning"]
        for _ in range(100):
            if Ledger(url).open() == 0:
                break
            time.sleep(0.1)
        page = jane.get("/shop/cart/")
        assert messages(page) == ["error"]
        assert f"Assign of +{number}" in page.text
        assert "It did not happen" in page.text
        assert messages(jane.get("/shop/cart/")) == []
