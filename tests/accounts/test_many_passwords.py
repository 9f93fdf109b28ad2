"""Passwords are hashed a few at a time, whoever asks: the others wait, and are told where that takes too long."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, make_password
from django.test import Client

from numberadmin.accounts import hashing
from numberadmin.accounts.models import Guess, Person
from numberadmin.audit.models import Entry
from numberadmin.few import FREE, Crowded, Few
from numberadmin.services import tries
from tests.services.people import PASSWORD

OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}
NOBODY = {"kind": "member", "identity": "nobody@example.com", "password": PASSWORD}


class Watched:
    """How many were inside at once."""

    def __init__(self, most):
        self.inside = self.seen = 0
        self.lock = threading.Lock()
        # As many as are let in meet here; where more are let in, they meet as well.
        self.meeting = threading.Barrier(most)

    def go_in(self, place):
        with place:
            with self.lock:
                self.inside += 1
                self.seen = max(self.seen, self.inside)
            self.meeting.wait(timeout=10)
            with self.lock:
                self.inside -= 1


def seen_at_once(place, most, people=4):
    watched = Watched(most)
    with ThreadPoolExecutor(people) as pool:
        list(pool.map(lambda _: watched.go_in(place()), range(people)))
    return watched.seen


def test_two_are_at_work_at_once_and_without_the_bound_all_are():
    few = Few(places=2)
    assert seen_at_once(lambda: few.place(10), most=2) == 2
    assert seen_at_once(ExitStack, most=4) == 4


def test_whoever_comes_when_all_threads_but_two_wait_is_told_at_once():
    few = Few(places=2)
    few.resize(threads=4)
    with few.place(0), few.place(0), pytest.raises(Crowded), few.place(60):
        pass
    with few.place(0):
        assert FREE == 2


def test_who_waits_too_long_is_told_and_leaves_no_place_taken():
    few = Few(places=1)
    with few.place(0), pytest.raises(Crowded), few.place(0.01):
        pass
    with few.place(0):
        pass


@pytest.fixture
def crowded(settings):
    settings.LOCK_SECONDS = 0.01
    with hashing.place(), hashing.place():
        yield


def test_every_hasher_that_is_used_asks_for_a_place(crowded):
    encoded = Argon2PasswordHasher.encode(get_hasher(), PASSWORD, "some salt of it")
    for ask in (lambda: make_password(PASSWORD), lambda: get_hasher().verify(PASSWORD, encoded)):
        with pytest.raises(Crowded):
            ask()


@pytest.mark.django_db
@pytest.mark.parametrize("who", [OTTO, NOBODY])
def test_sign_in_says_that_it_is_busy_and_uses_up_no_try(acme, crowded, who):
    client = Client()
    answer = client.post("/login/", who)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "nothing was changed" in answer.text
    assert set(Guess.objects.values_list("wrong", "trying")) <= {(0, 0)}
    assert client.get("/inventory/").status_code == 302


ANOTHER = {"name": "Otto", "login": "otto@example.com", "current": PASSWORD, "password": "otto has another"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (
            "/you/password/",
            {"name": "Otto", "login": "otto@example.com", "current": PASSWORD, "password": "otto has another"},
        ),
        ("/you/second-factor/", {"code": "123456", "current": PASSWORD}),
        ("/you/second-factor/codes/", {"current": PASSWORD}),
    ],
)
def test_a_password_of_ones_own_is_not_looked_at_and_nothing_is_changed(signed_in, settings, path, fields):
    client, before = signed_in("operator"), Entry.objects.count()
    settings.LOCK_SECONDS = 0.01
    kept = Person.objects.get(login="otto@example.com").password
    with hashing.place(), hashing.place():
        answers = [client.post(path, fields), client.post(path, fields, headers={"HX-Request": "true"})]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[1]["HX-Reswap"] == "none"
    assert (Person.objects.get(login="otto@example.com").password, Entry.objects.count()) == (kept, before)


@pytest.mark.django_db
def test_a_link_stays_good_while_it_is_busy(signed_in, settings):
    page = signed_in("owner").post("/team/invite/", {"email": "eve@example.com", "role": "viewer"}, follow=True).text
    eve, settings.LOCK_SECONDS = Client(), 0.01
    eve.get("/join/?invite=" + page.partition("/join/?invite=")[2].partition('"')[0])
    fields = {"name": "Eve Evans", "password": "eve has a long one"}
    with hashing.place(), hashing.place():
        assert eve.post("/join/", fields).status_code == 503
    assert eve.post("/join/", fields).status_code == 302


@pytest.mark.django_db
def test_a_try_waits_for_its_turn_before_anything_is_counted(acme, settings):
    settings.LOCK_SECONDS, before = 0.01, Guess.objects.count()
    tries.at_once.resize(threads=2)
    try:
        with tries.at_once.place(0):
            answer = Client().post("/login/", OTTO)
        assert (answer.status_code, Guess.objects.count()) == (503, before)
        assert Client().post("/login/", OTTO).status_code == 302
    finally:
        tries.at_once.resize(threads=1_000)
