from collections.abc import Callable
from uuid import uuid4

import pytest

from numberadmin.accounts.models import Account
from numberadmin.audit import chain
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Phase, State


@pytest.fixture
def acme(db: None) -> Account:
    return Account.objects.create(organisation_id="8888123", name="Acme")


@pytest.fixture
def add(acme: Account) -> Callable[..., Entry]:
    """Adds an entry with a line for each of the numbers."""

    def add(*numbers: int, **fields: object) -> Entry:
        values: dict[str, object] = {"phase": Phase.EVENT, "action": Action.ASSIGN, "state": State.SUCCEEDED}
        values |= {"operation": uuid4(), "actor_name": "Anna", **fields}
        return chain.append(Entry(account=acme, **values), [Change(number, "", "key") for number in numbers])

    return add
