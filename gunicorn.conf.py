"""How `gunicorn numberadmin.wsgi` serves, unless told otherwise. Docs: docs/deployment.md."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

worker_class = "gthread"
workers = 2
threads = 16
# Longer than the calls of one write may take together, so that a write is not cut off in the middle.
timeout = 60
graceful_timeout = 45
# Longer than a proxy or a person's tab stays idle between two requests: a connection closed at the moment a form is
# sent would leave its sender without an answer.
keepalive = 75
# What a request's head may be. The application bounds bodies (numberadmin/bodies.py); slow heads are for the proxy in
# front to take (docs/deployment.md).
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# Open connections of a process: most of them wait for the next request and hold no thread.
worker_connections = 1000


def post_worker_init(worker):
    from numberadmin import bodies
    from numberadmin.accounts import hashing
    from numberadmin.services import tries
    from numberadmin.services.room import room

    for bound in (room, bodies.arriving, hashing.few, tries.at_once):
        bound.resize(worker.cfg.threads)


def when_ready(server):
    """A small installation needs no second service: the server keeps a worker beside itself."""
    from numberadmin.environment import Environment, switch

    if Environment(os.environ).read("START_WORKER", True, switch):
        Thread(target=_keep_a_worker, daemon=True, name="keep a worker").start()


def on_exit(server):
    _ending.set()
    if _worker:
        _worker.terminate()
        try:
            _worker.wait(graceful_timeout)
        except subprocess.TimeoutExpired:
            _worker.kill()


_ending = Event()
_worker = None


def _keep_a_worker():
    global _worker
    command = [sys.executable, str(Path(__file__).with_name("manage.py")), "worker", "--beside-server"]
    while not _ending.is_set():
        _worker = subprocess.Popen(command)  # noqa: S603 - nothing of it comes from outside
        while _worker.poll() is None and not _ending.wait(1):
            pass
        _ending.wait(2)
