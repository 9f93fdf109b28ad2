"""Limits on guessing hold exactly, however many try at once, and lock nobody out who belongs there."""

import multiprocessing
import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pyotp
import pytest
import requests

from numberadmin.sandbox import sample, start
from tests import crew
from tests.dashboard import Visitor, dashboard, found
from tests.databases import new_database

WRONG = {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": "wrong"}
RIGHT = {**WRONG, "password": sample.DEMO_PASSWORD}
FROM_ONE_PLACE, IN_ALL = 8, 10
# From each of twenty processes; `make chaos` takes fifty.
TRIES = int(os.environ.get("TRIES", "10"))


@pytest.fixture
def remote():
    with start(seed="demo") as sandbox:
        yield sandbox


@pytest.fixture
def base(remote, tmp_path):
    with dashboard(remote.urls, new_database(tmp_path), workers=2, LOG_LEVEL="CRITICAL") as found:
        yield found


def asked(remote):
    """How often Sinch was asked about a password."""
    return sum(1 for call in remote.control.log() if "/authentication" in call["path"])


class From(requests.adapters.HTTPAdapter):
    """Comes from another address of this machine."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs, source_address=(self.address, 0))


def stranger(base, address="127.0.0.1"):
    visitor = Visitor(base)
    visitor.session.mount("http://", From(address))
    return visitor


def guess(base, tries, address="127.0.0.1"):
    """The statuses of so many wrong tries, each from a browser that is not known."""
    found = []
    for _ in range(tries):
        found.append(stranger(base, address).send("/login/", WRONG, follow=False).status_code)
    return found


def in_processes(count, what):
    with multiprocessing.get_context("fork").Pool(count) as pool:
        return [status for found in pool.map(what, range(count)) for status in found]


def _guess(base, tries, place):
    return guess(base, tries, f"127.0.0.{place + 1}")


def test_from_many_places_and_processes_at_most_the_limit_reaches_sinch(base, remote):
    statuses = in_processes(20, partial(_guess, base, TRIES))
    assert asked(remote) == IN_ALL
    assert sorted(statuses) == [422] * IN_ALL + [429] * (20 * TRIES - IN_ALL)


def test_the_twin_that_reads_compares_and_writes_lets_more_through(remote, tmp_path):
    with dashboard(
        remote.urls, new_database(tmp_path), application="tests.accounts.no_limit", workers=2, LOG_LEVEL="CRITICAL"
    ) as base:
        in_processes(20, partial(_guess, base, 2))
    assert asked(remote) > IN_ALL


def test_one_place_uses_up_its_own_tries_and_nobody_elses(base, remote):
    guess(base, 20)
    assert asked(remote) == FROM_ONE_PLACE
    assert stranger(base, "127.0.0.2").send("/login/", RIGHT, follow=False).status_code == 302


def test_a_known_browser_comes_in_when_strangers_have_used_up_all_tries(base, remote):
    jane = Visitor(base)
    jane.send("/login/", RIGHT)
    jane.post("/logout/")
    for place in range(4):
        guess(base, 5, f"127.0.0.{place + 2}")
    assert stranger(base, "127.0.0.9").send("/login/", RIGHT, follow=False).status_code == 429
    assert jane.send("/login/", RIGHT, follow=False).status_code == 302


def test_many_right_passwords_at_the_same_moment_all_get_in(base):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: stranger(base).send("/login/", RIGHT, follow=False).status_code, range(20)))
    assert answers == [302] * 20


def test_other_spellings_of_an_identity_are_the_same_one(base, remote):
    for text in ("+1 (205) 550-0000", "12055500000", " +1 205-550-0000 ") * 4:
        stranger(base).send("/login/", {**WRONG, "identity": text}, follow=False)
    assert asked(remote) == FROM_ONE_PLACE


def test_a_forged_forwarded_address_is_not_believed(base, remote):
    for place in range(20):
        visitor = stranger(base)
        visitor.session.headers["X-Forwarded-For"] = f"10.1.1.{place}"
        visitor.send("/login/", WRONG, follow=False)
    assert asked(remote) == FROM_ONE_PLACE


def test_the_address_that_a_trusted_proxy_names_is(remote, tmp_path):
    with dashboard(remote.urls, new_database(tmp_path), TRUSTED_PROXIES="127.0.0.0/8") as base:
        jane = Visitor(base)
        jane.session.headers["X-Forwarded-For"] = "6.6.6.6, 10.9.8.7, 127.0.0.5"
        jane.send("/login/", RIGHT)
        assert "10.9.8.7" in jane.get("/audit/").text
        assert "6.6.6.6" not in jane.get("/audit/").text


def test_an_unknown_person_a_wrong_password_and_a_deactivated_person_look_alike(base):
    jane = crew.owner(base)
    crew.joined(jane, "Otto Oper", "operator")
    jane = Visitor(base)
    jane.post("/login/", kind="member", identity=crew.OWNER, password=crew.OWNER_PASSWORD)
    jane.post("/team/deactivate/", person=crew.person_id(jane, "Otto Oper"))
    tries = [(crew.OWNER, "wrong"), ("nobody@example.com", "wrong"), ("otto@example.com", "otto has a long one")]
    pages = []
    for identity, password in tries:
        answer = stranger(base).send("/login/", {"kind": "member", "identity": identity, "password": password})
        assert answer.elapsed.total_seconds() >= 0.4
        pages.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert pages[0] == pages[1] == pages[2]


def test_a_persons_password_is_not_guessed_more_often_either(base):
    crew.owner(base)
    fields = {"kind": "member", "identity": crew.OWNER, "password": "wrong"}
    statuses = [stranger(base).send("/login/", fields, follow=False).status_code for _ in range(10)]
    assert statuses == [422] * FROM_ONE_PLACE + [429] * 2


def test_the_code_of_a_second_factor_is_guessed_five_times_at_most(base):
    jane = crew.owner(base)
    seed = found(r"<code>([A-Z2-7]{32})</code>", jane.get("/you/?factor=new").text)
    jane.post("/you/second-factor/", code=pyotp.TOTP(seed).now(), current=crew.OWNER_PASSWORD)
    thief = stranger(base)
    thief.post("/login/", kind="member", identity=crew.OWNER, password=crew.OWNER_PASSWORD)
    statuses = [thief.post("/login/code/", code="000000").status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    assert thief.get("/inventory/").url.startswith(f"{base}/login/")
