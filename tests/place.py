"""The dashboard as it is deployed, before a sandbox of its own: for tests that come in by the front door."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from numberadmin.sandbox import start
from numberadmin.sandbox.control import Control
from tests.dashboard import ROOT, dashboard
from tests.databases import new_database


@dataclass(frozen=True)
class Place:
    base: str
    sinch: Control


@contextmanager
def place(folder: Path, static: Path) -> Iterator[Place]:
    with (
        start(seed="demo") as sandbox,
        dashboard(sandbox.urls, new_database(folder), DEBUG="off", STATIC_ROOT=str(static), LOG_LEVEL="ERROR") as base,
    ):
        yield Place(base, sandbox.control)


def collect_static(folder: Path) -> Path:
    env = os.environ | {"DEBUG": "off", "HTTPS": "off", "SECRET_KEY": "tests", "STATIC_ROOT": str(folder)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True, timeout=120)
    return folder
