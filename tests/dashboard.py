"""The dashboard as its own processes, and people who use it over HTTP: for tests of what happens between processes."""

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import requests

from tests import SECRET_KEY

ROOT = Path(__file__).parent.parent
START_SECONDS = 30


@contextmanager
def dashboard(
    sinch: Mapping[str, str],
    database_url: str,
    *,
    application: str = "numberadmin.wsgi",
    workers: int = 1,
    output: Any = None,
    **settings: str,
) -> Iterator[str]:
    """Serves the dashboard against the remote API at `sinch`, at the migrated `database_url`; gives its base URL.

    What its processes print goes into the open file `output`, if there is one.
    """
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SECRET_KEY": SECRET_KEY,
        "DEBUG": "off",
        "HTTPS": "off",
        "STATIC_ROOT": _static(),
        "LOG_LEVEL": "WARNING",
        "START_WORKER": "off",
        "DATABASE_URL": database_url,
        "SINCH_USER_URL": sinch["user"],
        "SINCH_API_URL": sinch["api"],
        "SINCH_PORTAL_URL": sinch["portal"],
        **settings,
    }
    bind = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", application, "--bind", bind, "--workers", str(workers)]
    level = "debug" if output else "critical"
    process = subprocess.Popen([*command, "--log-level", level], cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        _wait_for(f"http://{bind}/healthz", process)
        yield f"http://{bind}"
    finally:
        process.terminate()
        process.wait(timeout=60)


@cache
def _static() -> str:
    """The static files as they are served where DEBUG is off, collected once."""
    folder = tempfile.mkdtemp(prefix="numberadmin-static-")
    atexit.register(shutil.rmtree, folder)
    env = os.environ | {"DEBUG": "off", "HTTPS": "off", "SECRET_KEY": SECRET_KEY, "STATIC_ROOT": folder}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True, timeout=120)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_SECONDS * 20):
        assert process.poll() is None, "the dashboard ended at its start"
        try:
            if requests.get(url, timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError("the dashboard did not start")


class Visitor:
    """Somebody with a browser that knows no JavaScript."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.base + path, timeout=60, **options)

    def post(self, path: str, **fields: Any) -> requests.Response:
        return self.send(path, fields)

    def send(self, path: str, fields: Mapping[str, Any], *, follow: bool = True) -> requests.Response:
        """Posts a form, with its token, and follows the redirect to the page that shows what happened."""
        if "csrftoken" not in self.session.cookies:
            self.get("/login/")
        fields = {**fields, "csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        return self.session.post(self.base + path, data=fields, timeout=60, allow_redirects=follow)

    def sign_in(self, identity: str, password: str) -> requests.Response:
        return self.post("/login/", identity=identity, password=password)


def found(pattern: str, text: str) -> str:
    """The first group of the pattern's first place in the text, which has to be there."""
    place = re.search(pattern, text)
    assert place, f"{pattern} is not there"
    return place[1]


def messages(page: requests.Response) -> list[str]:
    """The levels of the messages that a page shows."""
    return re.findall(r'data-message="(\w+)"', page.text)
