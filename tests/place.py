"""The dashboard as it is deployed, before a sandbox of its own: for tests that come in by the front door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from numberadmin.sandbox import start
from numberadmin.sandbox.control import Control
from tests.dashboard import dashboard
from tests.databases import new_database


@dataclass(frozen=True)
class Place:
    base: str
    sinch: Control


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    with start(seed="demo") as sandbox, dashboard(sandbox.urls, new_database(folder), LOG_LEVEL="ERROR") as base:
        yield Place(base, sandbox.control)
