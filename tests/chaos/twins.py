"""The dashboard with one of its guards taken out, to show that the checks can fail: `CHAOS_WITHOUT=lock` and so on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from numberadmin import sinch, web
from numberadmin.services import assignment, listing, lock, record, settle, write
from numberadmin.sinch import caller


def without_lock() -> None:
    """Writers of an account do not wait for each other."""

    @contextmanager
    def free(account_id: int, seconds: float) -> Iterator[None]:
        yield

    vars(lock)["account_lock"] = free


def without_settling() -> None:
    """Nobody waits for a write that may still land."""
    vars(write)["_settle_first"] = lambda actor, operation: None


def without_intent() -> None:
    """The intent is written after the calls."""
    intent, outcome = record.intent, record.outcome
    kept: dict[str, Any] = {}

    def later(*args: Any) -> Any:
        kept["args"] = args

    def first_now(actor: Any, entry: Any, *args: Any) -> Any:
        return outcome(actor, entry or intent(*kept["args"]), *args)

    vars(record)["intent"], vars(record)["outcome"] = later, first_now


def without_doubt() -> None:
    """A write that had no answer is taken for one that was refused."""
    perform = caller.Caller.perform

    def refused(self: Any, call: Any, *args: Any) -> Any:
        try:
            return perform(self, call, *args)
        except sinch.Unanswered as error:
            if call.is_read:
                raise
            raise sinch.Refused(error.call, error.message) from None

    vars(caller)["Caller"].perform = refused


def without_once() -> None:
    """A form that is posted again is a new operation."""
    vars(web)["posted_operation"] = lambda request: uuid4()


def without_shape() -> None:
    """What cannot be read is taken for nothing."""
    read = sinch.Client.application_numbers

    def empty(self: Any, *args: Any) -> Any:
        try:
            return read(self, *args)
        except sinch.Unanswered:
            return sinch.Listing(rows=())

    vars(assignment)["_missing"] = lambda *args: set()
    sinch.Client.application_numbers = empty  # type: ignore[method-assign,assignment]


def without_losses() -> None:
    """What an application or a list lacks is always believed to be gone."""
    vars(assignment)["_missing"] = lambda *args: set()
    vars(listing)["lacks_much"] = lambda missing, of: False


def without_patience() -> None:
    """What the list does not show is said not to have happened at once."""
    by_list = settle.by_list

    def at_once(account: Any, actor: Any, fetched: Any) -> None:
        lands = settle.lands_until
        vars(settle)["lands_until"] = lambda intent: fetched.began
        try:
            by_list(account, actor, fetched)
        finally:
            vars(settle)["lands_until"] = lands

    vars(settle)["by_list"] = at_once


def without_single_sending() -> None:
    """A write that had no answer is sent again by itself."""
    perform = caller.Caller.perform

    def again(self: Any, call: Any, *args: Any) -> Any:
        try:
            return perform(self, call, *args)
        except sinch.Unanswered:
            return perform(self, call, *args)

    vars(caller)["Caller"].perform = again
