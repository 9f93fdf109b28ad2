"""What was kept or done for one person or account is nobody else's, where nothing but that tells them apart."""

from dataclasses import replace
from uuid import uuid4

import pytest

from numberadmin.accounts.models import Account, Membership
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Action
from numberadmin.services import record, table_uploads
from numberadmin.services.results import Conflict, NotHere
from tests.services.people import beside

pytestmark = pytest.mark.django_db


def test_a_kept_file_is_not_a_colleagues(jane):
    table_uploads.keep(jane, raw=b"number", name="numbers.csv", title="")
    with pytest.raises(NotHere):
        table_uploads.kept(beside(jane, "Otto Oper", Role.OPERATOR))
    assert table_uploads.kept(jane).name == "numbers.csv"


def test_the_same_form_in_another_account_is_not_answered_with_what_came_of_it_here(jane):
    operation = uuid4()
    record.event(jane.account, jane, Action.LABEL, "Done.", operation=operation, details={"asked": {}})
    account = Account.objects.create(organisation_id="42", name="Other")
    there = Membership.objects.create(person=jane.person, account=account, role=Role.OWNER)
    with pytest.raises(Conflict):
        record.earlier(replace(jane, membership=there), operation, {})
    assert record.earlier(jane, operation, {})
