"""Forms that no page of ours has drawn, for every route: without the token, by GET, and for another account."""

import pytest
from django.urls import reverse

from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from tests.accounts.test_isolation import rows
from tests.accounts.test_routes import OPEN, ROUTES, fields, path
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
POSTED = [name for name, (_, posts) in ROUTES.items() if posts is not None]


def changing(sinch):
    return [call for call in sinch.log() if call["verb"] != "GET"]


def test_without_its_token_no_form_is_taken(signed_in, sinch):
    client, asked = signed_in("owner"), fields()
    sinch.clear_log()
    before, written = rows(), Entry.objects.count()
    client.handler.enforce_csrf_checks = True
    for name in [*ROUTES, *OPEN]:
        answer = client.post(path(name), asked)
        assert (answer.status_code, b"out of date" in answer.content) == (403, True), name
    assert (rows(), Entry.objects.count(), changing(sinch)) == (before, written, [])


def test_nothing_is_changed_but_by_posting(signed_in, sinch):
    client, asked = signed_in("owner"), fields()
    sinch.clear_log()
    before, written = rows(), Entry.objects.count()
    for name in [*ROUTES, *OPEN]:
        for verb in (client.get, client.head, client.options, client.trace, client.put, client.delete, client.patch):
            verb(path(name), asked)
    assert (rows(), Entry.objects.count(), changing(sinch)) == (before, written, [])
    assert client.get(reverse("inventory")).status_code == 200


def test_no_form_is_taken_from_a_page_of_another_account(signed_in, globex, sinch):
    other = Account.objects.get(organisation_id=sample.GLOBEX_ORGANISATION)
    client, asked = signed_in("owner"), fields() | {"account": str(other.pk)}
    sinch.clear_log()
    before = rows()
    for name in POSTED:
        answer = client.post(path(name), asked, headers={"HX-Request": "true"})
        assert (answer.status_code, b"drawn for another account" in answer.content) == (409, True), name
        entry = Entry.objects.latest("id")
        assert (entry.action, entry.details["account"]) == ("refused", str(other.pk)), name
    assert (rows(), changing(sinch)) == (before, [])


def test_over_htmx_what_a_role_may_not_do_is_said_beside_the_page(signed_in):
    client = signed_in("viewer")
    for name in (name for name in POSTED if "viewer" not in (ROUTES[name][1] or ())):
        answer = client.post(path(name), headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Reswap"]) == (403, "none"), name


def test_over_htmx_who_is_not_signed_in_is_led_to_sign_in(client, acme):
    for name in POSTED:
        answer = client.post(path(name), headers={"HX-Request": "true"})
        assert answer["HX-Redirect"].startswith("/login/"), name


def test_fields_that_a_form_does_not_have_change_nothing(signed_in):
    client = signed_in("viewer")
    more = {"role": "owner", "limit_amount": "9", "is_active": "", "person": "1", "account": "", "sinch_user_id": "1"}
    asked = {"login": "vera@example.com", "name": "V. V.", "password": "another four words", "current": PASSWORD}
    before = rows()
    assert b'data-message="success"' in client.post("/you/password/", asked | more, follow=True).content
    changed = {name for name, written in rows().items() if written != before[name]}
    assert changed == {"accounts.Person", "accounts.NameKey"}
    assert Membership.objects.get(person__name="V. V.").role == "viewer"
    assert Person.objects.get(name="V. V.").sinch_user_id is None
