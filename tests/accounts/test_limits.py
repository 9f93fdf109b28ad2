"""A buyer's limit, as a person types it on the team's page."""

from decimal import Decimal
from uuid import uuid4

import pytest

from numberadmin.accounts.models import Invitation
from numberadmin.audit.models import Action, Entry

pytestmark = pytest.mark.django_db
FORM = {"email": "bea.two@example.com", "role": "buyer", "limit_currency": "USD"}


def invite(client, amount):
    return client.post("/team/invite/", FORM | {"limit_amount": amount, "operation": str(uuid4())}, follow=True)


@pytest.mark.parametrize(("typed", "kept"), [("49.90", "49.90"), ("1,000.50", "1000.50"), ("５０", "50.00")])
def test_a_clear_limit_is_kept_and_said_as_it_is(signed_in, typed, kept):
    page = invite(signed_in("owner"), typed)
    assert Invitation.objects.get().limit_amount == Decimal(kept)
    said = f"USD {Decimal(kept):,.2f} a checkout"
    assert said in page.content.decode() or said in Entry.objects.filter(action=Action.INVITE).get().details["message"]


@pytest.mark.parametrize("typed", ["49,90", "1.000,50", "1e3", "€50", "00000000000000000000,50"])
def test_an_unclear_limit_invites_nobody_and_stays_in_the_field(signed_in, typed):
    page = invite(signed_in("owner"), typed).content.decode()
    assert not Invitation.objects.exists()
    assert not Entry.objects.filter(action=Action.INVITE).exists()
    assert "Write it like 50, 49.90 or 1,000.50" in page
    assert f'value="{typed}"' in page
