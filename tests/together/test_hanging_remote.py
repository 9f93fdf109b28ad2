"""While Sinch hangs, pages answer from what was read before, and two threads of each process stay free for them."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from numberadmin.sandbox import sample, start
from numberadmin.sandbox.control import Control
from tests.dashboard import Visitor, dashboard
from tests.databases import connected, new_database

APPLICATION = next(iter(sample.DEMO_APPLICATIONS))


@pytest.fixture(scope="module")
def remote():
    with start(seed="demo") as sandbox:
        yield sandbox


@pytest.fixture
def sinch(remote):
    control = Control(remote.urls["control"])
    control.reset("demo")
    return control


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def base(remote, sinch, url):
    options = {"SINCH_TIMEOUT": "15", "NUMBERS_MAX_AGE": "0", "LOCK_SECONDS": "3", "DATABASE_TIMEOUT": "1"}
    with dashboard(remote.urls, url, workers=1, **options) as address:
        yield address


@pytest.fixture
def jane(base, sinch):
    visitor = Visitor(base)
    visitor.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    assert "data-number" in visitor.get("/inventory/").text
    return visitor


def hangs(sinch):
    """Whether Sinch still owes an answer."""
    return any(call["ended"] is None for call in sinch.log())


@pytest.mark.parametrize("kind", ["delay", "lag"])
def test_a_page_shows_the_list_it_has_while_a_new_one_does_not_come(jane, sinch, kind):
    sinch.fault(match={"verb": "GET"}, kind=kind, seconds=8, times=3)
    first, second = jane.get("/inventory/"), jane.get("/inventory/")
    assert hangs(sinch)
    for page in (first, second):
        assert "data-number" in page.text
        assert "The list is being read from Sinch" in page.text


def test_a_list_that_comes_late_is_shown_by_the_next_page(jane, sinch):
    number = sinch.state()["rented"]["8888123"][0]
    sinch.set(release=[number])
    sinch.fault(match={"verb": "GET"}, kind="delay", seconds=2, times=1)
    assert f'data-number="{number}"' in jane.get("/inventory/").text
    time.sleep(1.5)
    assert f'data-number="{number}"' not in jane.get("/inventory/").text


def test_fifty_requests_that_hang_leave_threads_for_pages(jane, sinch, base):
    numbers = list(sinch.state()["rented"]["8888123"])[:50]
    sinch.fault(match={"path": "/applications/"}, kind="delay", seconds=8, times=50)
    with ThreadPoolExecutor(60) as pool:
        posts = [
            pool.submit(jane.post, "/inventory/assign/", numbers=number, application_key=APPLICATION)
            for number in numbers
        ]
        time.sleep(2)
        visitor = Visitor(base)
        pages = [visitor.get(path) for path in ["/healthz", "/login/", "/audit/"] * 5]
        assert all(page.ok for page in pages)
        assert not all(post.done() for post in posts)


def test_where_the_intent_cannot_be_written_nothing_is_sent(jane, sinch, url):
    if not url.startswith("sqlite"):
        pytest.skip("holds SQLite's write lock")
    number = jane.get("/inventory/?application=none").text.split('data-number="')[1].split('"')[0]
    sinch.clear_log()
    file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(jane.post, "/inventory/assign/", numbers=number, application_key=APPLICATION)
        time.sleep(2)
        page = jane.get("/inventory/")
        file.execute("ROLLBACK")
        told = answer.result()
    assert "data-number" in page.text
    assert [call for call in sinch.log() if call["verb"] == "PUT"] == []
    assert "nothing was sent" in told.text


def test_a_lock_that_was_lost_with_the_database_stops_the_write(jane, sinch, url):
    if url.startswith("sqlite"):
        pytest.skip("the lock is the kernel's there")
    number = jane.get("/inventory/?application=none").text.split('data-number="')[1].split('"')[0]
    sinch.fault(match={"verb": "GET", "path": "/applications/"}, kind="lag", seconds=2, times=1)
    with ThreadPoolExecutor(1) as pool, connected(url) as database:
        answer = pool.submit(jane.post, "/inventory/assign/", numbers=number, application_key=APPLICATION)
        time.sleep(1)
        ended = database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchall()
        told = answer.result()
    assert ended == [(True,)]
    assert [call for call in sinch.log() if call["verb"] == "PUT"] == []
    assert "Nothing was changed" in told.text
