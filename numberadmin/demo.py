"""`make demo`: the dashboard on a sandbox of the remote API, with sample data. Starts afresh each time.

The sandbox forgets everything when it ends, so the demo's database does as well.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from uuid import uuid4

from numberadmin.sandbox import sample, start

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "demo"
FIRST_PORT = int(os.environ.get("PORT", "8000"))


def main() -> None:
    signal.signal(signal.SIGTERM, _stop)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with start(seed="demo") as sandbox:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "numberadmin.settings",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DEBUG": "off",
            "HTTPS": "off",
            "LOG_LEVEL": "WARNING",
            "ALLOWED_HOSTS": "*",
            "DATABASE_URL": f"sqlite:///{FOLDER}/numberadmin.sqlite3",
            "STATIC_ROOT": str(FOLDER / "static"),
            "SINCH_USER_URL": sandbox.urls["user"],
            "SINCH_API_URL": sandbox.urls["api"],
            "SINCH_PORTAL_URL": sandbox.urls["portal"],
        }
        _prepare()
        _serve(_free_port(), sandbox.urls["control"])


def _prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    _work_a_little()


def _work_a_little() -> None:
    """Does some of a day's work through the services, so that the audit has something to show."""
    from numberadmin.accounts import instances
    from numberadmin.accounts.actor import Actor, digest
    from numberadmin.accounts.guesses import Visitor
    from numberadmin.services import applications, assignment, catalog, refresh, signin, unassignment
    from numberadmin.services.models import Number

    opened = signin.open_instance(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD, Visitor("127.0.0.1"))
    account = signin.account_of(opened.organisations[0])
    instances.keep(account, opened.instance, "the demo")
    actor = Actor(signin.enter(opened.user, account), opened.instance, digest("demo"), "127.0.0.1")
    signin.entered(actor, ["Sinch account"])
    refresh.now(actor=actor)
    catalog.take_in(actor)
    for key, name in list(sample.DEMO_APPLICATIONS.items())[:-1]:
        applications.add(actor=actor, operation=uuid4(), application_key=key, name=name)
    free = Number.objects.filter(account=account, application=None).exclude(has="").order_by("number")
    some = [row.number for row in free[:3]]
    key = next(iter(sample.DEMO_APPLICATIONS))
    assignment.assign(actor=actor, operation=uuid4(), numbers=some, application_key=key, reason="Autumn campaign")
    unassignment.unassign(actor=actor, operation=uuid4(), numbers=some[:1], reason="Not needed after all")


def _serve(port: int, door: str) -> None:
    bind = f"127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "numberadmin.wsgi", "--bind", bind, "--log-level", "warning"],
        env=os.environ | {"GUNICORN_CMD_ARGS": "--worker-class gthread --workers 2 --threads 8"},
    )
    print(
        f"\n  numberadmin is at   http://{bind}/\n"
        f"  sign in with        {sample.DEMO_IDENTITY}\n"
        f"  password            {sample.DEMO_PASSWORD}\n"
        f"  a key to add        {list(sample.DEMO_APPLICATIONS)[-1]} (on the page Applications)\n"
        f"  or sign in with     {sample.GLOBEX_IDENTITY}, {sample.GLOBEX_PASSWORD}\n"
        "                      (two organisations, little credit)\n\n"
        "  It works on a sandbox of the remote API: nothing is rented for real.\n"
        f"  What goes wrong there is told at {door} (numberadmin/sandbox/control.py says how).\n"
        "  Stop it with Ctrl-C.\n",
        flush=True,
    )
    try:
        server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    """The first free port from PORT on."""
    for port in range(FIRST_PORT, FIRST_PORT + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    sys.exit(f"No free port from {FIRST_PORT} to {FIRST_PORT + 19}: set PORT to another one.")


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
