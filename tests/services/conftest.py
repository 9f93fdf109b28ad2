"""People and places: Acme and its owner Jane, signed in through the services against the sandbox."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest

from numberadmin.accounts import instances
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.guesses import Visitor
from numberadmin.audit import journal
from numberadmin.audit.rows import Row, whole_rows_of
from numberadmin.sandbox import Sandbox, sample, start
from numberadmin.sandbox.control import Control
from numberadmin.services import catalog, refresh, remote, signin

SUPPORT, REMINDERS = list(sample.DEMO_APPLICATIONS)[:2]
NIGHT_DESK = list(sample.DEMO_APPLICATIONS)[-1]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with start(seed="demo") as running:
        yield running


@pytest.fixture
def sinch(sandbox: Sandbox, settings) -> Iterator[Control]:
    """The remote API, as new: what it holds and what it was asked."""
    control = Control(sandbox.urls["control"])
    control.reset("demo")
    settings.SINCH_USER_URL = sandbox.urls["user"]
    settings.SINCH_API_URL = sandbox.urls["api"]
    settings.SINCH_PORTAL_URL = sandbox.urls["portal"]
    settings.SINCH_TIMEOUT = 2
    remote.client.cache_clear()
    yield control
    remote.client.cache_clear()


def sign_in(identity: str, password: str) -> Actor:
    opened = signin.open_instance(identity, password, Visitor("127.0.0.1"))
    account = signin.account_of(opened.organisations[0])
    instances.keep(account, opened.instance, "the tests")
    return Actor(signin.enter(opened.user, account), opened.instance, "session", "127.0.0.1")


@pytest.fixture
def jane(db: None, sinch: Control) -> Actor:
    """Signed in to Acme, with the lists read."""
    actor = sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    refresh.now(actor=actor)
    catalog.take_in(actor)
    sinch.clear_log()
    return actor


@pytest.fixture
def operation() -> UUID:
    return uuid4()


@pytest.fixture
def audit(jane: Actor) -> Callable[[UUID], Row]:
    """The audit's row of an operation."""

    def row(operation: UUID) -> Row:
        rows = whole_rows_of(journal.every(jane.account).filter(operation=operation), {})
        assert len(rows) == 1
        return rows[0]

    return row


@pytest.fixture
def held(sinch: Control) -> Callable[[str], set[int]]:
    """The numbers that the remote holds for an application, in any capability."""

    def numbers(key: str) -> set[int]:
        return {number for numbers in sinch.state()["assignments"].get(key, {}).values() for number in numbers}

    return numbers


@pytest.fixture
def calls(sinch: Control) -> Callable[[], list[str]]:
    """What the remote was asked, in order: verb and the last parts of the path."""

    def verbs() -> list[str]:
        return [call["verb"] for call in sinch.log()]

    return verbs
