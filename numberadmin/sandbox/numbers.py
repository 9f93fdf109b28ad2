"""Rented numbers and the applications that they are assigned to, per capability."""

from collections.abc import Iterable
from typing import Any

from numberadmin.sandbox.access import required
from numberadmin.sandbox.state import CAPABILITIES, ApiError, Application, Encoded, Organisation, State


def rented(state: State, organisation: Organisation, stale: bool) -> Encoded:
    """The organisation's numbers ("List all rented numbers")."""
    return _listed(state, state.rented[organisation.id], organisation.account, stale)


def owned(state: State, account: str, key: str) -> Application:
    """The application, if the account owns it."""
    found = state.applications.get(key)
    if found is None or found.account != account or key in state.deleted:
        raise ApiError(40400, f"Application with the key {key} was not found.")
    return found


def of_application(state: State, application: Application, stale: bool) -> Encoded:
    """The application's numbers, in whichever capability ("Get numbers assigned to an application")."""
    numbers = application.all
    if stale:
        then = {number for number, held in state.before.items() if held and application.key in held.values()}
        numbers = (numbers - state.before.keys()) | then
    return _listed(state, sorted(numbers), application.account, stale)


def replace(state: State, account: str, key: str, capability: str, body: dict[str, Any]) -> Encoded:
    """Let the application have exactly these numbers in the capability, and answer them: the others lose it,
    and what another application held is taken from it ("Add numbers to an application (Overwrite)")."""
    if capability not in CAPABILITIES:
        raise ApiError(40001, f"Invalid number type: {capability}.  Type must be one of: sms, voice.")
    application = owned(state, account, key)
    wanted = _wanted(state, account, capability, required(body, "numbers", list))
    _remember(state, application.numbers[capability] ^ wanted)
    put(state, key, capability, wanted)
    return _listed(state, sorted(wanted), account, stale=False)


def put(state: State, key: str, capability: str, wanted: set[int]) -> None:
    """Let the application have exactly these numbers in the capability."""
    for number in state.applications[key].numbers[capability] ^ wanted:
        state.give(number, capability, key if number in wanted else None)


def _wanted(state: State, account: str, capability: str, numbers: list[Any]) -> set[int]:
    mine = state.numbers_of(account)
    for number in numbers:
        if not isinstance(number, int) or isinstance(number, bool) or number not in mine:
            raise ApiError(40003, f"The number {number} is not rented by this account.")
        if capability not in mine[number].capabilities:
            raise ApiError(40003, f"The number {number} does not have the capability {capability}.")
    return set(numbers)


def remove(state: State, account: str, key: str, text: str) -> None:
    """Take the number out of the application in all capabilities, if it is there; it stays rented
    ("Remove a number from an application")."""
    application = owned(state, account, key)
    digits = text.isascii() and text.isdigit() and len(text) <= 15
    if not digits or int(text) not in state.numbers_of(account):
        raise ApiError(40003, "The 'number' specified is not a valid number.")
    number = int(text)
    _remember(state, [number])
    for capability in CAPABILITIES:
        if number in application.numbers[capability]:
            state.give(number, capability, None)


def _remember(state: State, numbers: Iterable[int]) -> None:
    state.before = {number: dict(state.holders.get(number, {})) for number in numbers}


def _listed(state: State, numbers: Iterable[int], account: str, stale: bool) -> Encoded:
    before = state.before if stale else {}
    mine = state.numbers_of(account)
    rows = []
    for number in numbers:
        held = before.get(number, {}) if number in before else state.holders.get(number, {})
        if held is not None and number in mine:
            rows.append(mine[number].json(held.get("voice") or held.get("sms")))
    return Encoded("[" + ",".join(rows) + "]")
