from collections.abc import Iterator

import pytest

from numberadmin.sandbox import Sandbox, sample, start
from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.control.reset("demo")
    return running


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    return sandbox.control


@pytest.fixture
def jane(sandbox: Sandbox) -> Person:
    """The owner of Acme."""
    return Person(sandbox, sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)


@pytest.fixture
def hank(sandbox: Sandbox) -> Person:
    """The owner of Globex."""
    return Person(sandbox, sample.GLOBEX_IDENTITY, sample.GLOBEX_PASSWORD)
