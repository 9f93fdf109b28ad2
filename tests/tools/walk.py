"""Which files and functions of the product one assignment enters: `python -m tests.tools.walk`.

A signed-in person posts the form of the inventory, as htmx does, against the sandbox; each call of a function of the
product is counted by its file. The write is what happens inside the service's assign.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = tuple(str(ROOT / name) + os.sep for name in ("numberadmin", "shop", "inventory"))
NOT_PRODUCT = str(ROOT / "numberadmin" / "sandbox") + os.sep


class Walk:
    """The product's files and functions entered, in this thread and those that it begins."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.functions: set[tuple[str, str]] = set()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        name = frame.f_code.co_filename
        if event != "call" or not name.startswith(PRODUCT) or name.startswith(NOT_PRODUCT):
            return
        # The body of a module is an import, not the way of a datum.
        if frame.f_code.co_name != "<module>":
            self.files.add(name[len(str(ROOT)) + 1 :])
            self.functions.add((name, frame.f_code.co_qualname))


@contextmanager
def walking(walk: Callable[[FrameType, str, Any], None]) -> Iterator[None]:
    before = sys.getprofile()
    threading.setprofile(walk)
    sys.setprofile(walk)
    try:
        yield
    finally:
        sys.setprofile(before)
        threading.setprofile(None)


def main() -> None:
    os.environ |= {
        "SECRET_KEY": "w" * 64,
        "DEBUG": "on",
        "HTTPS": "off",
        "LOG_LEVEL": "ERROR",
        "ALLOWED_HOSTS": "testserver",
    }
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/walk.sqlite3"
        page, write = walked()
    for what, walk in (("the whole request", page), ("the write", write)):
        print(f"{what}: {len(walk.files)} files, {len(walk.functions)} functions")
        for name in sorted(walk.files):
            print(f"  {name}")


def walked() -> tuple[Walk, Walk]:
    """The walk of a whole request, and that of its write alone."""
    from numberadmin.sandbox import sample, start

    with start(seed="demo") as sandbox:
        for name in ("user", "api", "portal"):
            os.environ[f"SINCH_{name.upper()}_URL"] = sandbox.urls[name]
        import django

        django.setup()
        from django.core.management import call_command
        from django.test import Client

        call_command("migrate", verbosity=0)
        client = Client()
        client.post("/login/", {"identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
        client.get("/inventory/")
        return _assigned(client, sample.DEMO_APPLICATIONS)


def _assigned(client: Any, applications: Any) -> tuple[Walk, Walk]:
    from numberadmin.services import assignment
    from numberadmin.services.models import Number

    free = Number.objects.filter(application=None).exclude(has="").order_by("number").first()
    assert free
    page, write = Walk(), Walk()
    real = assignment.assign

    def inside(**asked: Any) -> Any:
        with walking(both(page, write)):
            return real(**asked)

    assignment.assign = inside
    with walking(page):
        fields = {"numbers": free.number, "application_key": next(iter(applications))}
        answer = client.post("/inventory/assign/", fields, headers={"HX-Request": "true"})
    assignment.assign = real
    assert answer.status_code == 200, answer.status_code
    assert Number.objects.get(pk=free.pk).application, "nothing was assigned"
    return page, write


def both(*walks: Walk) -> Callable[[FrameType, str, Any], None]:
    def each(frame: FrameType, event: str, argument: Any) -> None:
        for walk in walks:
            walk(frame, event, argument)

    return each


if __name__ == "__main__":
    main()
