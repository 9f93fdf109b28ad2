"""The control door: what is asked through `Control`, done to the state."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from numberadmin.sandbox import numbers, sample, shop
from numberadmin.sandbox.faults import Fault, Faults, Reply
from numberadmin.sandbox.listener import Handler, Listener
from numberadmin.sandbox.state import CAPABILITIES, State


def listener(host: str, port: int, state: State, faults: Faults) -> Listener:
    """The listener of the control door."""

    def take(handler: Handler, body: bytes) -> None:
        path, _, query = handler.path.partition("?")
        try:
            result = _do(state, faults, f"{handler.command} {path}", parse_qs(query), json.loads(body or b"{}"))
            reply = Reply(200, json.dumps(result).encode(), {"Content-Type": "application/json"})
        except (KeyError, ValueError, TypeError, ArithmeticError, AttributeError, re.error) as error:
            reply = Reply(400, json.dumps({"message": str(error)}).encode(), {"Content-Type": "application/json"})
        handler.put(b"".join(handler.pack(reply, datetime.now(UTC))))

    return Listener(host, port, take)


def _do(state: State, faults: Faults, what: str, query: dict[str, list[str]], content: dict[str, Any]) -> Any:
    match what:
        case "GET /state":
            return snapshot(state)
        case "GET /log":
            return log(state, int(query.get("after", ["0"])[0]))
        case "DELETE /log":
            return state.log.clear()
        case "GET /faults":
            return faults.all()
        case "POST /faults":
            return faults.add(Fault(**content))
        case "DELETE /faults":
            return faults.clear()
        case "POST /set":
            return change(state, **content)
        case "POST /expire-instances":
            return expire_instances(state)
        case "POST /expire-reservations":
            return expire_reservations(state, content.get("references"))
        case "POST /reset":
            faults.clear()
            return state.become(sample.seeded(content.get("seed", "demo"), int(content.get("scale", 0))))
    raise KeyError(f"There is nothing at {what}.")


def snapshot(state: State) -> dict[str, Any]:
    """What `Control.state` returns."""
    with state.lock:
        shop.lapse(state)
        return {
            "assignments": {
                key: {name: sorted(held) for name, held in item.numbers.items()}
                for key, item in state.applications.items()
            },
            "applications": {key: item.account for key, item in state.applications.items()},
            "rented": {name: sorted(held) for name, held in state.rented.items()},
            "reservations": [asdict(item) for item in state.reservations.values()],
            "credit": {name: _texts(item.credit) for name, item in state.organisations.items()},
            "spent": {name: _texts(item.spent) for name, item in state.organisations.items()},
            "availability": {str(name): item.availability for name, item in state.groups.items()},
        }


def _texts(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in amounts.items()}


def log(state: State, after: int = 0) -> list[dict[str, Any]]:
    """What `Control.log` returns."""
    with state.lock:
        return [dict(vars(entry)) for entry in state.log if entry.seq > after]


def expire_instances(state: State) -> None:
    """What `Control.expire_instances` asks for."""
    with state.lock:
        for item in state.instances.values():
            item.expires_at = 0


def expire_reservations(state: State, references: list[str] | None) -> None:
    """What `Control.expire_reservations` asks for."""
    with state.lock:
        for item in state.reservations.values():
            if references is None or item.reference in references:
                item.made_at = time.time() - item.lapse_seconds
        shop.lapse(state)


def change(state: State, **changes: Any) -> None:
    """What `Control.set` asks for; ValueError for a name that is none of SETTINGS."""
    if unknown := set(changes) - set(SETTINGS):
        raise ValueError(f"There is no setting {', '.join(sorted(unknown))}: there are {', '.join(SETTINGS)}.")
    with state.lock:
        for name, value in changes.items():
            SETTINGS[name](state, value)


def _credit(state: State, value: dict[str, dict[str, str]]) -> None:
    for organisation, amounts in value.items():
        credit = {currency: Decimal(str(amount)) for currency, amount in amounts.items()}
        state.organisations[organisation].credit |= credit


def _accounting(state: State, value: dict[str, bool]) -> None:
    for organisation, there in value.items():
        state.organisations[organisation].accounting = there


def _availability(state: State, value: dict[str, int]) -> None:
    for group, count in value.items():
        state.groups[int(group)].availability = count


def _price(state: State, value: dict[str, str]) -> None:
    for group, amount in value.items():
        state.groups[int(group)].amount = Decimal(str(amount))


def _assign(state: State, value: dict[str, dict[str, list[int]]]) -> None:
    for key, sets in value.items():
        mine = state.numbers_of(state.applications[key].account)
        for capability in CAPABILITIES:
            wanted = set(sets.get(capability, []))
            if strangers := wanted - mine.keys():
                raise ValueError(f"Not rented by the owner of {key}: {sorted(strangers)}")
            numbers.put(state, key, capability, wanted)


def _capabilities(state: State, value: dict[str, list[str]]) -> None:
    for number, names in value.items():
        for mine in state.rented.values():
            if row := mine.get(int(number)):
                text = re.sub(r'"capabilities":\[[^]]*]', f'"capabilities":{json.dumps(names)}', row.text)
                mine[row.number] = replace(row, capabilities=tuple(names), text=text)


def _rent(state: State, value: dict[str, dict[str, int]]) -> None:
    for organisation, groups in value.items():
        for name, count in groups.items():
            group = state.groups[int(name)]
            shop.rent(state, organisation, group, count, group.capabilities, shop.a_month_on(datetime.now(UTC)))


def _rent_numbers(state: State, value: dict[str, dict[str, list[int]]]) -> None:
    for organisation, groups in value.items():
        for name, some in groups.items():
            group = state.groups[int(name)]
            shop.own(state, organisation, group, some, group.capabilities, shop.a_month_on(datetime.now(UTC)))


def _odd_groups(state: State, value: dict[str, dict[str, Any] | None]) -> None:
    state.odd_groups = {int(group): odd for group, odd in value.items()}


def _deleted(state: State, value: list[str]) -> None:
    state.deleted = set(value)


def _release(state: State, value: list[int]) -> None:
    for number in value:
        for capability in CAPABILITIES:
            state.give(number, capability, None)
        for held in state.rented.values():
            held.pop(number, None)


def _plain(name: str, *kinds: type) -> Callable[[State, Any], None]:
    def put(state: State, value: Any) -> None:
        if not isinstance(value, kinds):
            raise TypeError(f"{name} cannot be {value!r}")
        setattr(state, name, value)

    return put


# `assign` replaces all that an application holds; `rent` {organisation: {group: n}}, `rent_numbers` {organisation:
# {group: [numbers]}} and `release` [numbers] stand for what is done elsewhere. `odd_groups` {group: {field: value}} is
# what the shop says of groups otherwise than they are (null: it leaves them out), and `deleted` [keys] the applications
# that are answered 40400 although numbers may carry their keys; both replace what was said before.
SETTINGS: dict[str, Callable[[State, Any], None]] = {
    "credit": _credit,
    "accounting": _accounting,
    "availability": _availability,
    "price": _price,
    "assign": _assign,
    "capabilities": _capabilities,
    "rent": _rent,
    "rent_numbers": _rent_numbers,
    "release": _release,
    "odd_groups": _odd_groups,
    "deleted": _deleted,
    "clock_skew": _plain("clock_skew", int, float),
    "stale_reads": _plain("stale_reads", bool),
    "lapse_seconds": _plain("lapse_seconds", int, float),
    "instance_lifetime": _plain("instance_lifetime", int, float),
    "organisations_shape": _plain("organisations_shape", str),
}
