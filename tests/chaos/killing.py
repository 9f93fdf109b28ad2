"""The dashboard that dies on request: with the header `X-Kill-At` it ends by SIGKILL at that step of the request.

A step is the moment before and after a request to the remote, while its answer is awaited, before and after a commit of
the database, and when the page is about to go out. None of it knows what the services do. The header
says the step's name or its number; with 0 nothing dies, and the header `X-Steps` of the answer names the steps.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from numberadmin.sinch import caller
from numberadmin.wsgi import application as dashboard

# While an answer is awaited for longer than this, there is a step more.
A_WHILE = 0.15
READING = ("SELECT", "PRAGMA", "SHOW", "SET", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Countdown:
    """To the end of the process, for one request at a time."""

    def __init__(self) -> None:
        self.thread: int | None = None
        self.at = ""
        self.passed: list[str] = []

    def step(self, name: str, *, mine: bool = False) -> None:
        thread = threading.current_thread()
        if self.thread is None or not (mine or thread.ident == self.thread or thread.name == "background"):
            return
        self.passed.append(name)
        if self.at in (name, str(len(self.passed))):
            os.kill(os.getpid(), signal.SIGKILL)


countdown = Countdown()


@contextmanager
def step_in_flight(name: str) -> Iterator[None]:
    armed = countdown.thread is not None
    timer = threading.Timer(A_WHILE, lambda: countdown.step(f"awaiting {name}", mine=True))
    if armed:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def around_exchange(exchange: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(adapter: Any, request: Any, *args: Any) -> Any:
        name = f"{request.method} {request.path_url.rsplit('/', 1)[1]}"
        countdown.step(f"before {name}")
        try:
            with step_in_flight(name):
                return exchange(adapter, request, *args)
        finally:
            countdown.step(f"after {name}")

    return wrapped


def around_commit(commit: Callable[[BaseDatabaseWrapper], Any]) -> Callable[[BaseDatabaseWrapper], Any]:
    def wrapped(connection: BaseDatabaseWrapper) -> Any:
        countdown.step("before commit")
        result = commit(connection)
        countdown.step("after commit")
        return result

    return wrapped


def around_statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if context["connection"].in_atomic_block or sql.lstrip().upper().startswith(READING):
        return execute(sql, params, many, context)
    countdown.step("before statement")
    result = execute(sql, params, many, context)
    countdown.step("after statement")
    return result


def watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if around_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(around_statement)


vars(caller)["exchange"] = around_exchange(vars(caller)["exchange"])
BaseDatabaseWrapper._commit = around_commit(BaseDatabaseWrapper._commit)  # type: ignore[attr-defined]
connection_created.connect(watch)
if without := os.environ.get("CHAOS_WITHOUT"):
    getattr(import_module("tests.chaos.twins"), f"without_{without}")()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    at = environ.get("HTTP_X_KILL_AT")
    if at is None:
        return dashboard(environ, start_response)
    countdown.at, countdown.passed, countdown.thread = at, [], threading.get_ident()

    def answered(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        countdown.step("before the answer")
        countdown.thread = None
        return start_response(status, [*headers, ("X-Steps", ",".join(countdown.passed))], *rest)

    return dashboard(environ, answered)
