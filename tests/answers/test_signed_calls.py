"""Each signed call and each kind of answer: what the page says is true, and nothing else waits for it without need."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.test import Client

from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from numberadmin.services import remote
from numberadmin.services.models import Number, NumberGroup, Open, Reading, Reservation
from tests.answers.conftest import SINCH
from tests.answers.kinds import DOUBT, FOR_READS, KINDS, NEXT, SIGNED_OUT, Kind

pytestmark = pytest.mark.django_db
SUPPORT = next(iter(sample.DEMO_APPLICATIONS))


@dataclass(frozen=True)
class Call:
    """`act` does it at the page. A write has an action in the audit, and says that nothing was done (`undone`) or that
    it is not known (`doubt`); a read has neither."""

    match: dict[str, str]
    act: Callable[[Client], str]
    undone: str
    doubt: str = ""
    action: str = ""


def told(response) -> str:
    """What the page says, as a person reads it."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split()) + " "


def post(client, url, **fields):
    return told(client.post(url, {"operation": uuid4(), **fields}, follow=True))


def see_shop(client):
    Reading.objects.filter(what="groups").update(outdated=True, tried_at=None)
    return told(client.get("/shop/", follow=True))


def reserve(client):
    group = NumberGroup.objects.filter(amount__isnull=False, availability__gte=2).order_by("group_id")[0]
    return post(client, "/shop/reserve/", group_id=group.group_id, quantity=1)


def check_out(client):
    if not Reservation.objects.filter(state="reserved").exists():
        reserve(client)
    return post(client, "/shop/cart/checkout/")


def assign(client):
    number = Number.objects.filter(application=None).exclude(has="").order_by("number")[0].number
    return post(client, "/inventory/assign/", numbers=[number], application_key=SUPPORT)


def unassign(client):
    number = Number.objects.filter(application__key=SUPPORT).order_by("number")[0].number
    return post(client, "/inventory/unassign/", numbers=[number])


CALLS = {
    "the shop": Call({"verb": "GET", "path": "/shop$"}, see_shop, ""),
    "the list": Call({"verb": "GET", "path": "/numbers$"}, lambda c: post(c, "/inventory/refresh/"), ""),
    "an application's key": Call(
        {"verb": "GET", "path": "/applications/"},
        lambda c: post(c, "/inventory/applications/", application_key=str(uuid4()), name="New"),
        "nothing was added",
    ),
    "reserve": Call(
        {"verb": "PUT", "path": "/shop$"}, reserve, "Nothing was reserved.", "may or may not be held", "reserve"
    ),
    "check out": Call(
        {"verb": "POST", "path": "/shop$"}, check_out, "Nothing was rented", "Do not check out again", "checkout"
    ),
    "assign": Call(
        {"verb": "PUT", "path": "/applications/"}, assign, "Nothing was changed.", "is being checked", "assign"
    ),
    "unassign": Call({"verb": "DELETE"}, unassign, "Nothing was changed.", "is being checked", "unassign"),
}  # fmt: skip


@pytest.fixture
def somebody(sinch):
    client = Client()
    sign_in(client)
    client.get("/inventory/")
    client.get("/shop/")
    return client


def sign_in(client):
    client.post("/login/", SINCH)


def held(sinch):
    state = sinch.state()
    return state["assignments"], state["rented"], state["spent"]


def check(call: Call, kind: Kind, page: str, sinch, before) -> None:
    assert kind.says in page
    assert any(words in page for words in NEXT)
    assert ("ref-7f3a" in page) == ("ref-7f3a" in str(kind.body))
    assert held(sinch) == before
    if kind.meaning == DOUBT and call.doubt:
        assert call.doubt in page
        assert call.undone not in page
        assert last(call).state == "unknown"
        return
    assert call.undone.lower() in page.lower()
    assert Open.objects.count() == 0
    if call.action:
        assert last(call).state == "failed"
    if kind.meaning == SIGNED_OUT:
        assert "Sign in" in page


def last(call: Call) -> Entry:
    return Entry.objects.filter(action=call.action).order_by("-id")[0]


def calm(sinch, client, kind) -> None:
    """As if all this had not been."""
    sinch.clear_faults()
    Open.objects.all().delete()
    Reservation.objects.all().delete()
    remote.client.cache_clear()
    if kind.meaning == SIGNED_OUT:
        sign_in(client)


@pytest.mark.parametrize("name", CALLS)
def test_what_is_said_of_each_kind_of_answer_is_true(name, somebody, sinch):
    call = CALLS[name]
    for kind in (KINDS if call.action else FOR_READS).values():
        if call.act is check_out:
            reserve(somebody)
        before = held(sinch)
        sinch.fault(match=call.match, **kind.fault())
        check(call, kind, call.act(somebody), sinch, before)
        calm(sinch, somebody, kind)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9", "127.0.0.1 refused the connection. Nothing was sent."),
        ("https://portalapi.sinch.invalid", "The name portalapi.sinch.invalid could not be found. Nothing was sent."),
    ],
)
def test_a_host_that_is_not_reached_changes_nothing_and_is_named(url, says, somebody, sinch, settings):
    reserve(somebody)
    before = held(sinch)
    settings.SINCH_PORTAL_URL = url
    for call in CALLS.values():
        remote.client.cache_clear()
        page = call.act(somebody)
        assert f"Sinch could not be reached. {says}" in page
        assert call.undone.lower() in page.lower()
        assert "Try again in a minute." in page
        assert held(sinch) == before
    assert Open.objects.count() == 0


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.action])
@pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "html", "status": 504}])
def test_a_write_whose_answer_does_not_come_or_tell_is_in_doubt(name, fault, somebody, sinch):
    call = CALLS[name]
    if call.act is check_out:
        reserve(somebody)
    before = held(sinch)
    sinch.fault(match=call.match, times=9, **fault)
    page = call.act(somebody)
    assert call.doubt in page
    assert call.undone not in page
    assert ("broke off" in page) == (fault["kind"] == "drop")
    assert ("(504)" in page) == (fault["kind"] == "html")
    assert last(call).state == "unknown"
    assert held(sinch) == before
