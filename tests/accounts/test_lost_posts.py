"""A form that is not carried out because its person is signed in no more: it is said, and what was typed comes back."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from numberadmin.accounts import drafts, instances
from numberadmin.accounts.models import Account, Person, Session
from numberadmin.accounts.roles import Role
from numberadmin.accounts.seal import opened_packed
from numberadmin.audit.models import Action, Entry
from numberadmin.sandbox import sample
from numberadmin.services.models import Number
from tests.accounts.conftest import SINCH
from tests.accounts.test_sessions import passes
from tests.job.conftest import Markup
from tests.services.people import PASSWORD, member

pytestmark = pytest.mark.django_db
SUPPORT = next(iter(sample.DEMO_APPLICATIONS))
HTMX = {"HX-Request": "true", "HX-Target": "numbers"}
FORMS = ("assign", "reserve", "plan", "label", "invite")
JANE = {"kind": "member", "identity": "jane@example.com", "password": PASSWORD}
WAYS_IN = (Action.SIGN_IN, Action.SIGN_OUT, Action.DEACTIVATE, Action.ACTIVATE)


@dataclass
class Case:
    """A page, what is typed into its form to `action`, and what the page shows of it."""

    page: str
    action: str
    typed: dict[str, Any]
    shows: list[str] = field(default_factory=list)


def case(which: str) -> Case:
    free = Number.objects.filter(account__organisation_id=sample.DEMO_ORGANISATION, application=None).order_by("number")
    two = [str(number) for number in free.values_list("number", flat=True)[:2]]
    match which:
        case "assign":
            typed = {"numbers": two, "application_key": SUPPORT, "reason": "Ticket 4711"}
            ticks = [f'name="numbers" value="{number}"[^>]* checked' for number in two]
            shows = [*ticks, f'value="{SUPPORT}" selected', 'value="Ticket 4711"']
            return Case("/inventory/?sort=-number", "/inventory/assign/", typed, shows)
        case "reserve":
            typed = {"group_id": "13", "quantity": "3"}
            return Case("/shop/?q=san", "/shop/reserve/", typed, ['id="quantity-13"[^>]*value="3"'])
        case "plan":
            typed = {"text": "+14155550100\n+14155550101 x", "application_key": "none", "title": "Moving out"}
            shows = [r"\n\+14155550100\r?\n\+14155550101 x</textarea>", 'value="none" selected', 'value="Moving out"']
            return Case("/inventory/plans/", "/inventory/plans/", typed, shows)
        case "label":
            typed = {"number": two[0], "label": "Lobby", "note": "First line\nand “second”"}
            shows = ['value="Lobby"', r"\nFirst line\r?\nand “second”</textarea>"]
            return Case(f"/inventory/{two[0]}/", "/inventory/label/", typed, shows)
    typed = {"email": "new@example.com", "role": "buyer", "limit_amount": "49.90", "limit_currency": "USD"}
    shows = ['value="new@example.com"', 'value="buyer" selected', 'value="49.90"', 'value="USD"']
    return Case("/team/", "/team/invite/", typed, shows)


def drawn(client: Client, of: Case) -> dict[str, Any]:
    """The form as the page has it, with what is typed."""
    forms = [form.fields for form in Markup(client.get(of.page).text).forms if form.action == of.action]
    own = str(of.typed.get("group_id", ""))
    return {**dict(next(fields for fields in forms if not own or own in dict(fields).values())), **of.typed}


def idle(client: Client) -> None:
    passes(client, 1801)


def too_old(client: Client) -> None:
    rows = Session.objects.filter(session_key=client.cookies["sessionid"].value)
    rows.update(expire_date=rows.get().expire_date - timedelta(hours=13))


def signed_out_elsewhere(client: Client) -> None:
    client.post("/logout/")


def deactivated(client: Client) -> None:
    jane, owen = Client(), Person.objects.get(login="owen@example.com")
    jane.post("/login/", JANE)
    jane.post("/team/deactivate/", {"person": owen.pk})
    assert not Session.objects.filter(person=owen).exists()
    jane.post("/team/activate/", {"person": owen.pk})


CAUSES = {why.__name__: why for why in (idle, too_old, signed_out_elsewhere, deactivated)}


def back_in(client: Client, login: str, **credentials: str) -> str:
    """The page that sign-in leads to, once the person is in."""
    who = credentials or JANE | {"identity": "owen@example.com"}
    page = next(item["value"] for item in Markup(login).elements if item.get("name") == "next")
    return client.post("/login/", who | {"next": page}, follow=True).text


def written() -> int:
    return Entry.objects.exclude(action__in=WAYS_IN).count()


def changing(sinch: Any) -> list[Any]:
    return [call for call in sinch.log() if call["verb"] != "GET"]


@pytest.mark.parametrize("why", CAUSES)
@pytest.mark.parametrize("which", FORMS)
def test_what_was_typed_comes_back_after_signing_in(signed_in, sinch, which, why):
    client, lost = signed_in("owner"), case(which)
    form = drawn(client, lost)
    CAUSES[why](client)
    sinch.clear_log()
    before = written()
    door = client.post(lost.action, form, follow=True).text
    assert "Your session has ended. Nothing was changed. Sign in and press the button again." in door
    page = back_in(client, door)
    assert 'data-message="warning"' in page
    assert "Nothing was changed by the button" in page
    assert [shown for shown in lost.shows if not re.search(shown, page)] == []
    assert (written(), changing(sinch)) == (before, [])


@pytest.mark.parametrize("which", FORMS)
def test_over_htmx_sign_in_gets_into_no_list_and_the_form_comes_back(signed_in, which):
    client, lost = signed_in("owner"), case(which)
    form = drawn(client, lost)
    idle(client)
    answer = client.post(lost.action, form, headers=HTMX | {"HX-Current-URL": f"http://testserver{lost.page}"})
    assert (answer.content, answer["HX-Redirect"].startswith("/login/?next=")) == (b"", True)
    page = back_in(client, client.get(answer["HX-Redirect"]).text)
    assert [shown for shown in lost.shows if not re.search(shown, page)] == []


def test_the_form_is_given_back_once(signed_in):
    client, lost = signed_in("owner"), case("plan")
    form = drawn(client, lost)
    idle(client)
    back_in(client, client.post(lost.action, form, follow=True).text)
    assert "Moving out" not in client.get(lost.page).text
    assert not client.cookies[drafts.COOKIE].value


def test_a_form_without_what_the_page_puts_in_it_comes_back_too(signed_in):
    client, lost = signed_in("owner"), case("assign")
    idle(client)
    assert 'value="Ticket 4711"' in back_in(client, client.post(lost.action, lost.typed, follow=True).text)


@pytest.mark.parametrize("identity", ["jane@example.com", "bea@example.com"])
def test_somebody_else_who_signs_in_there_does_not_get_it(signed_in, identity):
    client, lost = signed_in("owner"), case("label")
    form = drawn(client, lost)
    idle(client)
    door = client.post(lost.action, form, follow=True).text
    page = back_in(client, door, **(JANE | {"identity": identity}))
    assert ("Lobby" in page, "“second”" in page, "Nothing was changed" in page) == (False, False, False)
    client.post("/logout/")
    assert "Lobby" not in back_in(client, door)


def test_in_another_team_the_same_person_does_not_get_it(signed_in, globex):
    client, lost = signed_in("owner"), case("label")
    form = drawn(client, lost)
    idle(client)
    client.post(lost.action, form)
    other = Account.objects.get(organisation_id=sample.GLOBEX_ORGANISATION)
    member(other, "Owen Own", Role.OPERATOR)
    client.post("/login/", JANE | {"identity": "owen@example.com"})
    client.post("/login/organisation/", {"organisation": other.organisation_id})
    assert (client.session["account"], drafts.HELD in client.session) == (other.pk, False)


def test_what_is_kept_can_be_read_by_nobody_and_holds_no_password(signed_in):
    client = signed_in("owner")
    given = {"name": "Owen Own", "login": "o@example.com", "password": "a new long one", "current": PASSWORD}
    form = drawn(client, Case("/you/", "/you/password/", given))
    idle(client)
    client.post("/you/password/", form)
    cookie = client.cookies[drafts.COOKIE]
    assert (bool(cookie["httponly"]), cookie["samesite"], cookie["max-age"]) == (True, "Lax", drafts.SECONDS)
    whose = f"draft {form['account']} {form['drawn_for']}"
    kept = opened_packed(cookie.value, whose)
    assert "o@example.com" in kept
    assert "long one" not in kept
    assert PASSWORD not in kept
    assert "example" not in cookie.value


def test_it_is_too_old_after_an_hour(signed_in, monkeypatch):
    client, lost = signed_in("owner"), case("plan")
    form = drawn(client, lost)
    idle(client)
    door = client.post(lost.action, form, follow=True).text
    monkeypatch.setattr(drafts, "SECONDS", -1)
    assert "Moving out" not in back_in(client, door)


def test_what_is_too_long_for_a_cookie_says_so(signed_in):
    client, lost = signed_in("owner"), case("plan")
    numbers = "\n".join(f"+1{(n * 7_919_999_983) % 10**10:010}" for n in range(3000))
    form = drawn(client, lost) | {"text": numbers}
    idle(client)
    door = client.post(lost.action, form, follow=True).text
    page = back_in(client, door)
    assert "Some of it is too long to be kept" in door
    assert "Some of it is too long to be kept" in page
    assert 'value="Moving out"' in page


def test_some_hundred_numbers_are_kept(signed_in):
    client, lost = signed_in("owner"), case("plan")
    numbers = [f"+1415{(n * 7_919_999_983) % 10**7:07}" for n in range(400)]
    form = drawn(client, lost) | {"text": "\n".join(numbers)}
    idle(client)
    page = back_in(client, client.post(lost.action, form, follow=True).text)
    assert all(number in page for number in numbers)


def test_a_file_is_to_be_chosen_again(signed_in):
    client = signed_in("owner")
    form = drawn(client, case("plan"))
    idle(client)
    table = {"file": SimpleUploadedFile("t.csv", b"number\n1"), "title": "From a file", "encoding": ""}
    own = {name: form[name] for name in ("account", "drawn_for")}
    door = client.post("/inventory/plans/", own | table, follow=True).text
    assert "A file cannot be kept: choose it again." in door
    assert 'value="From a file"' in back_in(client, door)


def test_strangers_who_post_leave_nothing_behind(db):
    client = Client()
    for n in range(30):
        client.post("/inventory/label/", {"note": f"{n} " * 2000, "account": "1", "drawn_for": str(n)})
    assert (Session.objects.count(), Entry.objects.count()) == (0, 0)
    assert sum(len(morsel.value) for morsel in client.cookies.values()) < 5000


@pytest.mark.parametrize("which", ["assign", "reserve"])
def test_without_the_connection_the_form_waits_until_there_is_one(signed_in, acme, which):
    client, lost = signed_in("owner"), case(which)
    form = drawn(client, lost)
    instances.forget(acme)
    page = client.post(lost.action, form, follow=True).text
    assert "is not connected to Sinch now. Nothing was changed." in page
    assert "What you typed is kept until the account is connected again." in page
    page = client.post("/login/", SINCH | {"next": lost.page}, follow=True).text
    assert [shown for shown in lost.shows if not re.search(shown, page)] == []


def test_who_is_alone_gets_the_form_back_after_connecting_again(sinch):
    client = Client()
    client.post("/login/", SINCH)
    client.get("/inventory/")
    lost = case("assign")
    form = drawn(client, lost)
    sinch.expire_instances()
    door = client.post(lost.action, form, follow=True).text
    assert "Nothing was changed" in door
    assert "What you typed is given back" in door
    page = back_in(client, door, **SINCH)
    assert [shown for shown in lost.shows if not re.search(shown, page)] == []


@pytest.mark.parametrize("which", FORMS)
def test_a_form_with_an_old_token_is_kept_and_the_page_shows_it(signed_in, which, sinch):
    client, lost = signed_in("owner"), case(which)
    form = drawn(client, lost)
    client.handler.enforce_csrf_checks = True
    sinch.clear_log()
    before = written()
    answer = client.post(lost.action, form | {"csrfmiddlewaretoken": "x" * 64})
    assert (answer.status_code, "nothing was changed" in answer.text) == (403, True)
    back = next(item["href"] for item in Markup(answer.text).elements if item.get("class") == "button primary")
    page = client.get(back).text
    assert [shown for shown in lost.shows if not re.search(shown, page)] == []
    assert (written(), changing(sinch)) == (before, [])


@pytest.mark.parametrize("whose", ["drawn_for", "account", "origin"])
def test_a_form_of_another_person_account_or_site_is_not_kept(signed_in, whose):
    client, lost = signed_in("owner"), case("label")
    form = drawn(client, lost)
    client.handler.enforce_csrf_checks = True
    headers = {"Origin": "https://elsewhere.example"} if whose == "origin" else {}
    form |= {} if whose == "origin" else {whose: "999999"}
    answer = client.post(lost.action, form | {"csrfmiddlewaretoken": "x" * 64}, headers=headers)
    assert (answer.status_code, drafts.HELD in client.session) == (403, False)


def test_a_page_that_was_drawn_for_somebody_else_changes_nothing(signed_in, sinch):
    client, lost = signed_in("owner"), case("label")
    form = drawn(client, lost)
    client.post("/logout/")
    client.post("/login/", JANE)
    page = client.post(lost.action, form, follow=True).text
    assert "That page was drawn for somebody else" in page
    assert "Nothing was changed" in page
    assert "Lobby" not in client.get(lost.page).text
    client.post("/logout/")
    assert (
        "Lobby" in client.post("/login/", JANE | {"identity": "owen@example.com", "next": lost.page}, follow=True).text
    )
