"""What the sandbox holds: accounts, number groups, reservations, rented numbers and their applications."""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

CAPABILITIES = ("sms", "voice")
INSTANCE_LIFETIME = 172_800
LAPSE_SECONDS = 900.0


class ApiError(Exception):
    """A refusal as the remote words it; the first three digits of the code are the HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Encoded(str):
    """A piece of JSON text, ready to be sent."""

    __slots__ = ()


def encode(value: Any) -> str:
    """JSON in which a Decimal keeps each of its digits."""
    match value:
        case Encoded():
            return value
        case Decimal():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(str(name))}:{encode(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(encode, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@dataclass
class Account:
    """Someone who can log in; it owns organisations and applications."""

    email: str
    number: str
    username: str
    password: str
    user_id: int
    first: str
    last: str


@dataclass
class Organisation:
    id: str
    account: str
    name: str
    details: dict[str, str] = field(default_factory=dict)
    accounting: bool = True
    credit: dict[str, Decimal] = field(default_factory=dict)
    spent: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Group:
    """Numbers of one city and kind. `first` is the first number it rents out, `next` the one after the last."""

    group_id: int
    country: str
    country_id: str
    city: str
    kind: str
    area_code: str
    first: int
    availability: int
    amount: Decimal
    currency: str = "USD"
    listed: tuple[str, ...] = ()
    next: int = 0

    def __post_init__(self) -> None:
        self.next = self.next or self.first

    @property
    def capabilities(self) -> tuple[str, ...]:
        return self.listed or (self.kind.lower(),)


@dataclass
class Reservation:
    reference: str
    organisation: str
    group_id: int
    quantity: int
    capabilities: tuple[str, ...]
    made_at: float
    lapse_seconds: float
    state: str = "reserved"  # then "used" or "lapsed"
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rented:
    """A rented number. `text` is the JSON of what it shares with those rented together with it: there may be a
    hundred thousand of them to list."""

    number: int
    capabilities: tuple[str, ...]
    text: str

    def json(self, key: str | None) -> str:
        """The number as lists have it, in the application `key`."""
        holder = f'"applicationKey":"{key}",' if key else ""
        return f'{{"number":{self.number},{holder}{self.text}'


@dataclass
class Application:
    key: str
    account: str
    numbers: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in CAPABILITIES})

    @property
    def all(self) -> set[int]:
        return set().union(*self.numbers.values())


@dataclass
class Instance:
    id: str
    secret: str
    account: str
    expires_at: float


@dataclass
class Entry:
    """A request as the log has it. `applied` is whether what was asked was done (a read: answered from the data);
    `ended` is when the answer began to go out."""

    seq: int
    listener: str
    verb: str
    path: str
    instance: str | None
    body: Any
    started: float
    applied: bool = False
    status: int | None = None
    code: int | None = None
    ended: float | None = None
    fault: str | None = None


@dataclass
class State:
    """All of it. Whoever reads or changes it holds `lock`; nobody sleeps with it."""

    accounts: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    rented: dict[str, dict[int, Rented]] = field(default_factory=dict)  # by organisation
    holders: dict[int, dict[str, str]] = field(default_factory=dict)  # number -> capability -> application key
    # What the last write changed, as it was: like `holders`, and None for a number that was not rented.
    before: dict[int, dict[str, str] | None] = field(default_factory=dict)
    # What the shop says of a group otherwise than it is, by field of the answer; None: it leaves the group out.
    odd_groups: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    # Keys that are answered 40400, although numbers may carry them.
    deleted: set[str] = field(default_factory=set)
    clock_skew: float = 0.0
    stale_reads: bool = False
    lapse_seconds: float = LAPSE_SECONDS
    instance_lifetime: float = INSTANCE_LIFETIME
    organisations_shape: str = "list"
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    log: deque[Entry] = field(default_factory=lambda: deque(maxlen=100_000))
    seq: int = 0

    def now(self) -> datetime:
        """The time by the sandbox's clock, which may be told to be wrong."""
        return datetime.fromtimestamp(time.time() + self.clock_skew, UTC)

    def become(self, other: "State") -> None:
        """Forget everything and hold what `other` holds; the log stays numbered onwards."""
        with self.lock:
            kept = {"lock": self.lock, "seq": self.seq}
            self.__dict__.update({**other.__dict__, **kept})

    def numbers_of(self, account: str) -> dict[int, Rented]:
        """All numbers that the account's organisations rent."""
        owned = [item.id for item in self.organisations.values() if item.account == account]
        if len(owned) == 1:
            return self.rented[owned[0]]
        return {number: item for name in owned for number, item in self.rented[name].items()}

    def give(self, number: int, capability: str, key: str | None) -> None:
        """Let `key` have the capability of the number, and nobody else."""
        held = self.holders.setdefault(number, {})
        if capability in held:
            self.applications[held.pop(capability)].numbers[capability].discard(number)
        if key is not None:
            held[capability] = key
            self.applications[key].numbers[capability].add(number)

    def begin(self, listener: str, verb: str, path: str, instance: str | None, body: Any, fault: str | None) -> Entry:
        """A new entry of the log."""
        with self.lock:
            self.seq += 1
            entry = Entry(self.seq, listener, verb, path, instance, body, time.time(), fault=fault)
            self.log.append(entry)
            return entry
