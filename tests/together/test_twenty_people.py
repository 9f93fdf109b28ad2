"""Twenty people assign different numbers to one application at the same moment, through four processes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from numberadmin.sandbox import sample, start
from numberadmin.sandbox.control import Control
from tests.dashboard import Visitor, dashboard
from tests.databases import new_database

PEOPLE = 20
APPLICATION = list(sample.DEMO_APPLICATIONS)[-1]


def assigned_together(application, database_url):
    """How many of the twenty numbers the remote holds in the end, and how many were told that theirs succeeded."""
    with start(seed="demo", scale=200) as sandbox:
        control = Control(sandbox.urls["control"])
        control.set(assign={key: {"voice": [], "sms": []} for key in control.state()["assignments"]})
        rented = control.state()["rented"]["8888123"]
        with dashboard(sandbox.urls, database_url, application=application, workers=4, LOCK_SECONDS="30") as base:
            people = [Visitor(base) for _ in range(PEOPLE)]
            for person in people:
                person.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
            people[0].get("/inventory/")
            people[0].post("/inventory/applications/", application_key=APPLICATION, name="Together")
            control.fault(match={"path": "/applications/"}, kind="lag", seconds=0.03, times=1000)
            barrier = Barrier(PEOPLE)

            def assign(person, number):
                barrier.wait()
                return person.post("/inventory/assign/", numbers=number, application_key=APPLICATION)

            with ThreadPoolExecutor(PEOPLE) as pool:
                pages = list(pool.map(assign, people, rented[:PEOPLE]))
        held = {n for numbers in control.state()["assignments"][APPLICATION].values() for n in numbers}
    told = sum('data-message="success"' in page.text for page in pages)
    return len(held & set(rented[:PEOPLE])), told


@pytest.fixture
def database_url(tmp_path):
    return new_database(tmp_path)


def test_all_twenty_numbers_are_assigned(database_url):
    assert assigned_together("numberadmin.wsgi", database_url) == (PEOPLE, PEOPLE)


def test_without_the_lock_numbers_are_lost(database_url):
    held, _ = assigned_together("tests.together.no_lock", database_url)
    assert held < PEOPLE
