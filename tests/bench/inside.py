"""What is measured inside of a process that Django is set up in."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote_plus

import requests
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.test import Client

from numberadmin import web
from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.guesses import Visitor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.sandbox import sample
from numberadmin.services import refresh as reading
from numberadmin.services import signin
from numberadmin.services.lock import account_lock
from numberadmin.services.models import Application, Number
from numberadmin.sinch import InstanceAuth
from numberadmin.templatetags import display
from tests.bench.account import best, grown


class NumberAdmin(ModelAdmin[Number]):
    """As somebody would set it up who wants the same as on the page of the inventory: its columns, filters, search."""

    list_display = ("number", "city", "country", "has", "amount", "currency", "expires", "application")
    list_select_related = ("application",)
    search_fields = ("number", "city", "country", "application__name")
    list_filter = ("application", "country", "has")
    list_per_page = 100
    ordering = ("number",)

    def has_view_permission(self, *args: Any) -> bool:
        return True

    def has_change_permission(self, *args: Any) -> bool:
        return True

    def has_module_permission(self, *args: Any) -> bool:
        return True


site = AdminSite()
site.register(Number, NumberAdmin)


class _Somebody:
    """Whom the admin takes for a user who may look."""

    is_active = is_staff = is_authenticated = True
    pk = 1

    def has_usable_password(self) -> bool:
        return False

    def get_username(self) -> str:
        return "bench"

    def has_perm(self, *args: Any) -> bool:
        return True


def _jane() -> Actor:
    opened = signin.open_instance(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD, Visitor("127.0.0.1"))
    account = signin.account_of(opened.organisations[0])
    instances.keep(account, opened.instance, "the benchmark")
    return Actor(signin.enter(opened.user, account), opened.instance, "session", "127.0.0.1")


def fill() -> dict[str, Any]:
    """Reads the list for the first time."""
    jane = _jane()
    started = time.perf_counter()
    return {"rows": _read(jane), "seconds": time.perf_counter() - started}


def _read(jane: Actor) -> int:
    with account_lock(jane.account.pk, 10):
        return len(reading.take_in(jane.account, jane.instance, jane).listing)


def again() -> dict[str, Any]:
    """Reads a list that has not changed, and beside it only downloads and decodes it."""
    jane = _jane()
    return {"plain": _best(lambda: _plain(jane)), "seconds": _best(lambda: _read(jane))}


def plain() -> dict[str, Any]:
    """Only downloads the list and decodes it to plain objects."""
    jane = _jane()
    return {"seconds": _best(lambda: _plain(jane))}


def remember() -> dict[str, Any]:
    """The most memory before a list is read, and after it."""
    jane = _jane()
    before = grown()
    rows = _read(jane)
    return {"before": before, "after": grown(), "rows": rows}


def _best(call: Callable[[], Any], turns: int = 3) -> float:
    times = []
    for _ in range(turns):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def _plain(jane: Actor) -> int:
    from django.conf import settings

    url = f"{settings.SINCH_PORTAL_URL}/v1/organisations/id/{jane.account.organisation_id}/numbers"
    auth = InstanceAuth(jane.instance.id, jane.instance.secret)
    answer = requests.get(url, headers={"Content-Type": "application/json"}, auth=auth, timeout=600)
    return len(answer.json())


def pages() -> dict[str, Any]:
    """Milliseconds from the request to the whole answer: of the inventory, whose filters and searches htmx asks for as
    the part of the page that changes, and of the admin's changelist."""
    account = Account.objects.get()
    rows = Number.objects.filter(account=account).order_by("number")
    # Somewhere in the middle: the sandbox gives numbers out one after the other.
    number = rows[int(rows.count() * 0.437123)]
    application = Application.objects.filter(account=account).order_by("key")[0]
    digits = quote_plus(display.phone(number.number))
    wanted = {
        "first page": ("", ""),
        "search for a number": (f"q={digits}", f"q={number.number}"),
        "filter by country": (f"country={number.country_id}", f"country__exact={number.country}"),
        "filter by application": (f"application={application.key}", f"application__id__exact={application.pk}"),
        "search by city": (f"q={number.city}", f"q={number.city}"),
        "page 5": ("page=5", "p=5"),
    }
    client = Client()
    client.post("/login/", {"identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
    return {
        name: best(
            ours=partial(_looked, client, f"/inventory/?{ours}", b"data-number", bool(ours)),
            admin=partial(_looked, client, f"/admin/services/number/?{admin}", b"field-number"),
        )
        for name, (ours, admin) in wanted.items()
    }


HTMX = {"HX-Request": "true", "HX-Target": "numbers"}


def _looked(client: Client, url: str, row: bytes, part: bool = False) -> None:
    page = client.get(url, headers=HTMX if part else {})
    assert page.status_code == 200
    assert row in page.content, url


@web.needs(May.READ)
def changelist(request: HttpRequest) -> HttpResponse:
    """The admin's page, behind the same session and middleware as ours."""
    request.user = _Somebody()  # type: ignore[assignment]
    return site.get_model_admin(Number).changelist_view(request)
