"""People who change the team, or use up something that works once, at the same moment, in several processes."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from numberadmin.sandbox import start
from tests import crew
from tests.dashboard import Visitor, dashboard, found, messages
from tests.databases import new_database


@pytest.fixture
def remote():
    with start(seed="demo") as sandbox:
        yield sandbox


@pytest.fixture
def base(remote, tmp_path):
    with dashboard(remote.urls, new_database(tmp_path), workers=2, LOG_LEVEL="CRITICAL") as address:
        yield address


def at_once(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def rented(remote):
    return sum(map(len, remote.state.rented.values()))


def member(base, login, password):
    visitor = Visitor(base)
    visitor.post("/login/", kind="member", identity=login, password=password)
    return visitor


def jane(base):
    return member(base, crew.OWNER, crew.OWNER_PASSWORD)


def test_of_two_owners_who_put_each_other_out_one_stays(base):
    first = crew.owner(base)
    other = crew.joined(first, "Carol Chen", "owner")
    first = jane(base)
    me, her = crew.person_id(first, "Jane Bloggs"), crew.person_id(first, "Carol Chen")
    at_once(
        lambda: first.send("/team/deactivate/", {"person": her}, follow=False),
        lambda: other.send("/team/deactivate/", {"person": me}, follow=False),
    )
    inside = [visitor for visitor in (first, other) if "/login/" not in visitor.get("/team/").url]
    assert len(inside) == 1
    assert len(re.findall(r'data-role="owner"(?! data-inactive)', inside[0].get("/team/").text)) == 1


def test_a_link_that_several_follow_at_once_lets_one_in(base):
    link = crew.link(crew.owner(base), "otto@example.com", "operator")
    visitors = [Visitor(base) for _ in range(6)]
    for visitor in visitors:
        visitor.get(link)
    names = [f"Otto {letter}" for letter in "ABCDEF"]
    at_once(
        *(
            lambda visitor=visitor, name=name: visitor.post("/join/", name=name, password="otto has a long one")
            for visitor, name in zip(visitors, names, strict=True)
        )
    )
    inside = [visitor for visitor in visitors if "/login/" not in visitor.get("/inventory/").url]
    assert len(inside) == 1
    assert sum(name in jane(base).get("/team/").text for name in names) == 1


def test_of_many_who_take_a_name_at_once_one_has_it(base):
    owner = crew.owner(base)
    some = [crew.joined(owner, f"{name} Early", "viewer") for name in ("Amy", "Ben", "Cat", "Dan")]
    logins = [f"{name}@example.com" for name in ("amy", "ben", "cat", "dan")]
    at_once(
        *(
            lambda person=person, login=login: person.post(
                "/you/password/",
                login=login,
                name="Olga Owner",
                password="",
                current=f"{login.split('@')[0]} has a long one",
            )
            for person, login in zip(some, logins, strict=True)
        )
    )
    assert len(re.findall("<b>(?:<bdi>)?Olga Owner", jane(base).get("/team/").text)) == 1


def test_a_code_or_a_recovery_code_that_comes_twice_at_once_lets_one_in(base):
    owner = crew.owner(base)
    seed = found(r"<code>([A-Z2-7]{32})</code>", owner.get("/you/?factor=new").text)
    page = owner.post("/you/second-factor/", code=pyotp.TOTP(seed).now(), current=crew.OWNER_PASSWORD).text
    recovery = found(r"<code>(\w{5}(?:-\w{5})+)</code>", page)
    # The next code: the one before it has turned the factor on.
    for code in (recovery, pyotp.TOTP(seed).at(int(time.time()) + 30)):
        halves = [jane(base) for _ in range(4)]
        at_once(*(lambda half=half, code=code: half.post("/login/code/", code=code) for half in halves))
        assert sum("/login/" not in half.get("/inventory/").url for half in halves) == 1


def test_a_request_that_two_owners_approve_at_once_is_rented_once(base, remote):
    first = crew.owner(base)
    bea = crew.joined(first, "Bea Buy", "buyer")
    first = jane(base)
    other = crew.joined(first, "Carol Chen", "owner")
    bea.get("/shop/")
    bea.post("/shop/reserve/", group_id="13", quantity="2")
    bea.post("/shop/cart/checkout/")
    request = found(r'data-request="([^"]+)"', first.get("/shop/cart/").text)
    before = rented(remote)
    told = at_once(
        *(lambda owner=owner: messages(owner.post("/shop/cart/approve/", request=request)) for owner in (first, other))
    )
    assert sorted(map(tuple, told)) == [("error",), ("success",)]
    assert rented(remote) == before + 2


def test_checkouts_at_once_do_not_add_up_above_a_request(base, remote):
    """Each is below the limit; one of them takes the whole cart, the others find it empty."""
    bea = crew.joined(crew.owner(base), "Bea Buy", "buyer", limit_amount="3", limit_currency="USD")
    bea.get("/shop/")
    bea.post("/shop/reserve/", group_id="13", quantity="2")
    before = rented(remote)
    at_once(*([lambda: bea.post("/shop/cart/checkout/")] * 5))
    assert rented(remote) == before + 2


def test_the_same_invitation_form_ten_times_at_once_makes_one_link(base):
    owner = crew.owner(base)
    fields = {"email": "otto@example.com", "role": "viewer", "operation": "6f6a1f0e-1f5b-4a8e-9d55-8f0f0f0f0f0f"}
    at_once(*([lambda: owner.send("/team/invite/", fields, follow=False)] * 10))
    page = owner.get("/team/").text
    assert page.count("data-invitation=") == 1
    assert owner.get("/audit/?action=invite").text.count('data-action="invite"') == 1
