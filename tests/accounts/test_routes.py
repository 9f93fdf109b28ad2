"""Every route, for everybody: what answers, what is refused, and that what is refused changes nothing."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from numberadmin.accounts.models import Membership
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services.models import Application, Number, Plan, Reservation

pytestmark = pytest.mark.django_db

ALL = set(Role.values)
CHANGERS = {"operator", "buyer", "owner"}
BUYERS = {"buyer", "owner"}
OWNER = {"owner"}
NOBODY: set[str] = set()
# Open to people who are not signed in, and to everybody else: what they answer to looking and to an empty form,
# for a stranger and for somebody who is signed in.
OPEN: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "login": ((200, 422), (302, 422)),
    "organisation": ((302, 302), (200, 302)),
    "code": ((302, 302), (302, 302)),
    "join": ((404, 404), (404, 404)),
    "logout": ((405, 302), (405, 302)),
}
# For each route: who may look at it, and who may post to it (None: there is no such thing).
ROUTES: dict[str, tuple[set[str] | None, set[str] | None]] = {
    "home": (ALL, None),
    "inventory": (ALL, None),
    "number": (ALL, None),
    "applications": (ALL, CHANGERS),
    "export_numbers": (ALL, None),
    "label": (None, CHANGERS),
    "as_it_was": (ALL, None),
    "changes": (ALL, None),
    "export_changes": ({"auditor", "owner"}, None),
    "plans": (ALL, CHANGERS),
    "encoding": (CHANGERS, None),
    "plan": (ALL, None),
    "plan_result": (ALL, None),
    "plan_apply": (None, CHANGERS),
    "plan_pause": (None, CHANGERS),
    "plan_resume": (None, CHANGERS),
    "plan_cancel": (None, CHANGERS),
    "plan_again": (None, CHANGERS),
    "undo": (None, CHANGERS),
    "save_view": (None, ALL),
    "drop_view": (None, ALL),
    "refresh": (None, CHANGERS),
    "assign": (None, CHANGERS),
    "unassign": (None, CHANGERS),
    "go_on": (None, CHANGERS),
    "shop": (ALL, None),
    "cart": (ALL, None),
    "reserve": (None, BUYERS),
    "remove": (None, BUYERS),
    "decide": (None, BUYERS),
    "check_out": (None, BUYERS),
    "approve": (None, OWNER),
    "decline": (None, BUYERS),
    "audit": (ALL, None),
    "export": ({"auditor", "owner"}, None),
    "team": (OWNER, None),
    "invite": (None, OWNER),
    "link": (None, OWNER),
    "take_back": (None, OWNER),
    "role": (None, OWNER),
    "deactivate": (None, OWNER),
    "activate": (None, OWNER),
    "reset_factor": (None, OWNER),
    "demand_factor": (None, OWNER),
    "end_session": (None, OWNER),
    "you": (ALL, None),
    "password": (None, ALL),
    "begin_factor": (None, ALL),
    "new_codes": (None, ALL),
    "end_factor": (None, ALL),
    "end_own_session": (None, ALL),
    "end_others": (None, ALL),
}


def names(patterns) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            found.add(pattern.name or str(pattern.pattern))
    return found


def path(name: str) -> str:
    if name.startswith("plan") and name != "plans":
        return reverse(name, args=[Plan.objects.get(title="A plan").key])
    return reverse(name, args=[Number.objects.order_by("number")[0].number] if name == "number" else [])


def fields() -> dict[str, str]:
    """What most of the forms would need to change something."""
    number = Number.objects.filter(application=None).order_by("number")[0].number
    person = Membership.objects.get(role=Role.VIEWER).person_id
    return {
        "numbers": str(number),
        "application_key": Application.objects.order_by("key")[0].key,
        "name": "Changed",
        "group_id": "1",
        "quantity": "1",
        "person": str(person),
        "role": "owner",
        "email": "eve@example.com",
        "login": "eve@example.com",
        "password": "eve has a long one",
    }


def test_each_route_is_listed():
    assert names(get_resolver().url_patterns) == set(ROUTES) | set(OPEN)


def test_who_is_not_signed_in_is_led_to_sign_in_and_changes_nothing(acme):
    client, before = Client(), Entry.objects.count()
    for name in ROUTES:
        for answer in (client.get(path(name)), client.post(path(name), fields())):
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/login/"), name
    assert Entry.objects.count() == before


def test_open_routes_answer_a_stranger_and_a_person_as_the_table_says(acme, signed_in):
    stranger, person = Client(), signed_in("viewer")
    for name, answers in OPEN.items():
        for client, (looked, posted) in zip((stranger, person), answers, strict=True):
            assert client.get(path(name)).status_code == looked, name
            assert client.post(path(name)).status_code == posted, name


@pytest.mark.parametrize("role", sorted(Role.values))
def test_a_role_looks_at_what_the_table_says_and_at_nothing_else(signed_in, role):
    client = signed_in(role)
    for name, (looks, _) in ROUTES.items():
        status = client.get(path(name)).status_code
        wanted = {405} if looks is None else {200, 302} if role in looks else {403}
        # Whether a role may post comes before whether there is anything to look at.
        assert status in wanted | ({403} if looks is None else NOBODY), f"{role} {name}: {status}"


@pytest.mark.parametrize("role", sorted(Role.values))
def test_what_a_role_may_not_post_is_refused_and_changes_nothing(signed_in, sinch, role):
    client, asked = signed_in(role), fields()
    sinch.clear_log()
    forbidden = [name for name, (_, posts) in ROUTES.items() if posts is not None and role not in posts]
    before = (list(Membership.objects.order_by("id").values()), Reservation.objects.count())
    for name in forbidden:
        answer = client.post(path(name), asked)
        assert answer.status_code == 403, f"{role} {name}: {answer.status_code}"
        assert "Nothing was changed" in answer.content.decode()
        entry = Entry.objects.latest("id")
        assert (entry.action, entry.state) == ("refused", "failed")
    assert [call for call in sinch.log() if call["verb"] != "GET"] == []
    assert (list(Membership.objects.order_by("id").values()), Reservation.objects.count()) == before


@pytest.mark.parametrize("role", sorted(Role.values))
def test_what_a_role_may_post_is_not_forbidden(signed_in, role):
    allowed = [name for name, (_, posts) in ROUTES.items() if posts and role in posts]
    client = signed_in(role)
    for name in allowed:
        answer = client.post(path(name), {})
        assert answer.status_code == 302, f"{role} {name}: {answer.status_code}"
        assert not answer["Location"].startswith("/login/"), f"{role} {name}"


def test_what_is_only_looked_at_is_not_posted_to(signed_in):
    client = signed_in("owner")
    for name in (name for name, (_, posts) in ROUTES.items() if posts is None and name != "home"):
        assert client.post(path(name)).status_code == 405, name


def test_somebody_of_another_account_looks_at_the_same_pages_of_their_own(acme, globex):
    for name, (looks, _) in ROUTES.items():
        # The number and the plan are Acme's.
        theirs = name == "number" or (name.startswith("plan") and name != "plans")
        wanted = {405} if looks is None else {404} if theirs else {200, 302}
        answer = globex.get(path(name))
        assert answer.status_code in wanted, name
        assert "Acme Telecom" not in getattr(answer, "text", ""), name


def test_somebody_of_another_account_sees_none_of_acmes_numbers(globex, acme):
    number = Number.objects.filter(account=acme).order_by("number")[0].number
    assert globex.get(f"/inventory/{number}/").status_code == 404
    assert str(number) not in globex.get("/inventory/").content.decode()
