"""The account comes from the session alone: what belongs to another one is not there, in whatever field it is named."""

import json
from uuid import uuid4

import pytest
from django.apps import apps

from numberadmin.accounts.actor import digest
from numberadmin.accounts.models import Account, Invitation, Membership, Session
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from numberadmin.services.models import Application, Number, NumberGroup, Request, Reservation

pytestmark = pytest.mark.django_db
ACME = sample.DEMO_ORGANISATION
SUPPORT = next(iter(sample.DEMO_APPLICATIONS))
# What changes by looking, signing in and being refused, and belongs to no number, person or cart.
ASIDE = {"session", "entry", "guess", "reading", "connection", "line"}


@pytest.fixture
def ours(acme, signed_in, sinch):
    """Something of each kind at Acme, by its id."""
    bea, owner = signed_in("buyer"), signed_in("owner")
    bea.post("/shop/reserve/", {"group_id": "13", "quantity": "2"})
    Membership.objects.filter(role=Role.BUYER).update(limit_amount=0)
    bea.post("/shop/cart/checkout/", {"operation": str(uuid4())})
    owner.post("/team/invite/", {"email": "new@example.com", "role": "viewer"})
    numbers = Number.objects.filter(account=acme)
    return {
        "number": numbers.filter(application=None).order_by("number")[0].number,
        "held": numbers.exclude(application=None).order_by("number")[0].number,
        "reference": Reservation.objects.get(account=acme).reference_id,
        "request": str(Request.objects.get(account=acme).operation),
        "invitation": Invitation.objects.get(account=acme).pk,
        "person": Membership.objects.get(role=Role.VIEWER).person_id,
        "session": digest(Session.objects.filter(account=acme, person__isnull=False)[0].session_key),
        "operation": str(Entry.objects.filter(account=acme, action="reserve")[0].operation),
        "account": acme.pk,
    }


def rows():
    """All that is kept, but what is written by looking and by being refused."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in ("accounts", "services", "audit") and model._meta.model_name not in ASIDE:
            found[model._meta.label] = sorted(map(_written, model._default_manager.values()))
    return found


def _written(row):
    return json.dumps({name: value for name, value in row.items() if name != "seen_at"}, default=str)


def held_by_acme(sinch):
    state = sinch.state()
    return state["assignments"], state["reservations"]


def posts(ours):
    """Each form of Globex, naming something of Acme."""
    number, held, reference = str(ours["number"]), str(ours["held"]), ours["reference"]
    return [
        ("/inventory/assign/", {"numbers": number, "application_key": sample.GLOBEX_APPLICATION}),
        ("/inventory/assign/", {"numbers": held, "application_key": sample.GLOBEX_APPLICATION, "move": "yes"}),
        ("/inventory/unassign/", {"numbers": held}),
        ("/inventory/go-on/", {"operation": ours["operation"]}),
        ("/inventory/applications/", {"application_key": SUPPORT, "name": "Stolen"}),
        ("/shop/cart/remove/", {"reference_id": reference}),
        ("/shop/cart/decide/", {"operation": ours["operation"], "rented": "no"}),
        ("/shop/cart/approve/", {"request": ours["request"]}),
        ("/shop/cart/decline/", {"request": ours["request"]}),
        ("/team/take-back/", {"invitation": str(ours["invitation"])}),
        ("/team/role/", {"person": str(ours["person"]), "role": "owner"}),
        ("/team/link/", {"person": str(ours["person"])}),
        ("/team/deactivate/", {"person": str(ours["person"])}),
        ("/team/activate/", {"person": str(ours["person"])}),
        ("/team/second-factor/", {"person": str(ours["person"])}),
        ("/team/session/", {"session": ours["session"]}),
        ("/you/session/", {"session": ours["session"]}),
    ]


def test_forms_that_name_what_belongs_to_another_account_change_nothing(ours, globex, sinch):
    before, remote = rows(), held_by_acme(sinch)
    for path, fields in posts(ours):
        page = globex.post(path, fields, follow=True).content.decode()
        assert 'data-message="error"' in page, path
        assert 'data-message="success"' not in page, path
        assert rows() == before, path
    assert held_by_acme(sinch) == remote


def test_over_htmx_each_of_them_is_not_there(ours, globex):
    headers = {"HX-Request": "true", "HX-Target": "numbers"}
    for path, fields in posts(ours):
        status = globex.post(path, fields, headers=headers).status_code
        # An application's key is asked of Sinch, who knows it as somebody else's; nothing is waited for any longer.
        assert status in (404, 422 if path.endswith(("go-on/", "applications/")) else 404), (path, status)


def test_addresses_that_name_what_belongs_to_another_account_are_not_there(ours, globex):
    assert globex.get(f"/inventory/{ours['number']}/").status_code == 404
    for query in (f"application={SUPPORT}", f"q={ours['held']}", f"rented={ours['operation']}"):
        assert "data-number" not in globex.get(f"/inventory/?{query}").content.decode(), query


def test_a_line_of_another_account_is_not_replaced(ours, globex):
    globex.post("/shop/reserve/", {"group_id": "13", "quantity": "1", "replaces": ours["reference"]})
    assert Reservation.objects.get(reference_id=ours["reference"]).state == "reserved"
    assert Reservation.objects.exclude(account=ours["account"]).count() == 1


def test_an_organisation_of_somebody_else_is_not_entered(ours, globex):
    globex.post("/login/organisation/", {"organisation": ACME})
    assert "Acme" not in globex.get("/inventory/").content.decode()


@pytest.mark.parametrize("address", ["/audit/", "/audit/export/", "/audit/export/?format=jsonl"])
def test_no_filter_of_the_audit_shows_another_account(ours, globex, address):
    first = "&" if "?" in address else "?"
    filters = [f"number={ours['held']}", f"application={SUPPORT}", f"actor={ours['person']}", f"q={ours['number']}", ""]
    for query in filters:
        answer = globex.get(f"{address}{first}{query}")
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
        assert "Acme" not in text.replace(f'value="{query.partition("=")[2]}"', ""), query
        assert "Bea Buy" not in text, query


def test_a_group_that_only_another_account_has_is_not_reserved(ours, globex, sinch):
    NumberGroup.objects.filter(account__organisation_id=sample.GLOBEX_ORGANISATION, group_id=13).delete()
    before = len(sinch.state()["reservations"])
    page = globex.post("/shop/reserve/", {"group_id": "13", "quantity": "1"}, follow=True).content.decode()
    assert "no such number group" in page
    assert len(sinch.state()["reservations"]) == before


def test_an_operation_of_another_account_is_no_answer_to_anybody_else(ours, globex):
    number = Number.objects.filter(account__organisation_id=sample.GLOBEX_ORGANISATION)[0].number
    fields = {"numbers": str(number), "operation": ours["operation"]}
    page = globex.post("/inventory/unassign/", fields, follow=True).content.decode()
    assert "other contents" in page
    assert "Bea Buy" not in page


def test_a_form_that_names_another_account_is_refused(ours, globex):
    page = globex.post("/inventory/refresh/", {"account": str(ours["account"])}, follow=True).content.decode()
    assert "another account" in page


def test_an_application_of_another_account_is_not_known(ours, globex):
    number = Number.objects.filter(account__organisation_id=sample.GLOBEX_ORGANISATION)[0].number
    fields = {"numbers": str(number), "application_key": SUPPORT}
    assert "not known here" in globex.post("/inventory/assign/", fields, follow=True).content.decode()
    assert not Application.objects.filter(
        account=Account.objects.exclude(organisation_id=ACME)[0], key=SUPPORT
    ).exists()
