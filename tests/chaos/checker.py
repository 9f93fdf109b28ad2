"""Compares what the remote holds, was sent and was paid with what the audit and the mirror say."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from numberadmin.sandbox.control import Control
from tests.chaos.ledger import Entry, Ledger

CHANGING = ("assign", "move", "unassign")


@dataclass
class Before:
    """How things were when a case began."""

    entry: int
    call: int
    rented: set[int]
    spent: dict[str, str]
    where: dict[int, set[str]]
    reservations: int


class Checker:
    def __init__(self, sinch: Control, ledger: Ledger, organisation: str) -> None:
        self.sinch = sinch
        self.ledger = ledger
        self.organisation = organisation

    def before(self) -> Before:
        state = self.sinch.state()
        log = self.sinch.log()
        return Before(
            self.ledger.last(),
            log[-1]["seq"] if log else 0,
            set(state["rented"][self.organisation]),
            dict(state["spent"][self.organisation]),
            everywhere(state),
            len(state["reservations"]),
        )

    def violations(self, before: Before, acknowledged: dict[int, str], outside: set[int]) -> list[str]:
        """In sentences. `acknowledged`: where each number is, as the last page that succeeded said; `outside`: what was
        changed outside in this case."""
        state = self.sinch.state()
        entries = self.ledger.entries(before.entry)
        return [
            *self._lost(state, acknowledged),
            *self._untouched(state, before, entries, acknowledged),
            *_falsely_outside(entries, outside),
            *self._without_intent(before, entries),
            *self._outcomes(state, entries),
            *self._money(state, before, entries),
            *self._mirror(state),
            *([f"{left} operations are open"] if (left := self.ledger.open() - self.ledger.unclear()) else []),
        ]

    def _lost(self, state: dict[str, Any], acknowledged: dict[int, str]) -> list[str]:
        return [
            f"+{number} was said to be in {key[:8] or 'none'} and is in {_holders(state, number) or 'none'}"
            for number, key in acknowledged.items()
            if _holders(state, number) != ({key} if key else set())
        ]

    def _untouched(
        self, state: dict[str, Any], before: Before, entries: Sequence[Entry], acknowledged: dict[int, str]
    ) -> list[str]:
        """What no entry names is where it was."""
        named = {number for entry in entries for number, _, _ in entry.lines} | acknowledged.keys()
        after = everywhere(state)
        moved = [n for n, keys in before.where.items() if n not in named and after.get(n, set()) != keys]
        return [f"{len(moved)} numbers that nobody named are elsewhere, +{moved[0]} among them"] if moved else []

    def _without_intent(self, before: Before, entries: Sequence[Entry]) -> list[str]:
        """Each call that had an effect was announced: by its number, its references or its group."""
        found = []
        intents = [entry for entry in entries if entry.phase == "intent"]
        shopped: list[int] = []
        for call in self.sinch.log(after=before.call):
            if call["verb"] == "GET" or not call["applied"] or call["listener"] != "portal":
                continue
            began = dt.datetime.fromtimestamp(call["started"], dt.UTC)
            announced = [e.id for e in intents if _announces(e, call) and e.at <= began and e.id not in shopped]
            if not announced:
                found.append(f"{call['verb']} {call['path'].rsplit('/', 2)[1:]} was sent without an intent of its own")
            elif call["path"].endswith("/shop"):
                shopped.append(announced[-1])
        return found

    def _outcomes(self, state: dict[str, Any], entries: Sequence[Entry]) -> list[str]:
        """At most one outcome and one settlement an operation, and the last word is what the remote holds."""
        found = []
        latest = {number: entry.id for entry in entries for number, _, _ in entry.lines if entry.phase != "intent"}
        for intent in [entry for entry in entries if entry.phase == "intent"]:
            words = [e for e in entries if e.operation == intent.operation and e.phase in ("outcome", "settlement")]
            if len({word.phase for word in words}) < len(words):
                found.append(f"{intent.action} has {len(words)} outcomes")
            if not words or intent.action not in CHANGING:
                continue
            last = words[-1]
            for number, was, became in intent.lines:
                if latest.get(number) != last.id:
                    continue
                here = _holders(state, number)
                if last.state == "succeeded" and here != ({became} if became else set()):
                    found.append(f"{intent.action} of +{number} succeeded, and it is in {here or 'none'}")
                if last.state == "failed" and here != ({was} if was else set()):
                    found.append(f"{intent.action} of +{number} failed, and it is in {here or 'none'}")
                if last.state == "unknown":
                    found.append(f"{intent.action} of +{number} ended in doubt")
        return found

    def _money(self, state: dict[str, Any], before: Before, entries: Sequence[Entry]) -> list[str]:
        """What was paid is the price of the new numbers, and these are the ones that checkouts name."""
        new = set(state["rented"][self.organisation]) - before.rented
        prices = self.ledger.prices()
        shown: dict[str, Decimal] = {}
        for number in new & prices.keys():
            amount, currency = prices[number].split()
            shown[currency] = shown.get(currency, Decimal()) + Decimal(amount)
        after = state["spent"][self.organisation]
        paid = {c: Decimal(after[c]) - Decimal(before.spent.get(c, "0")) for c in after}
        found = []
        if {c: s for c, s in paid.items() if s} != shown:
            found.append(f"{paid} was paid, and the inventory shows {shown}")
        checkouts = [e for e in entries if e.action == "checkout" and e.phase != "intent" and e.state == "succeeded"]
        named = [number for entry in checkouts for number, _, _ in entry.lines]
        if not self.ledger.unclear() and (set(named) != new or len(named) != len(new)):
            found.append(f"{len(new)} numbers were rented, and checkouts name {len(named)}")
        return found

    def _mirror(self, state: dict[str, Any]) -> list[str]:
        mirror = self.ledger.mirror()
        rented = set(state["rented"][self.organisation])
        found = []
        if mirror.keys() != rented:
            found.append(f"the inventory has {len(mirror)} numbers, the remote {len(rented)}")
        where = everywhere(state)
        for number in mirror.keys() & rented:
            if {mirror[number]} - {""} != where.get(number, set()):
                found.append(f"the inventory shows +{number} in {mirror[number][:8] or 'none'}")
        return found


def _falsely_outside(entries: Sequence[Entry], outside: set[int]) -> list[str]:
    """Only what was changed outside is said to have been."""
    said = {number for entry in entries if entry.action == "outside" for number, _, _ in entry.lines}
    for entry in entries:
        if entry.action == "outside":
            said |= {*entry.details["rented"], *entry.details["gone"]}
    return [f"{len(said - outside)} numbers are said to be changed outside, and were not"] if said - outside else []


def _announces(intent: Entry, call: dict[str, Any]) -> bool:
    numbers = {number for number, _, _ in intent.lines}
    last = call["path"].rsplit("/", 1)[1]
    if last == "shop":
        lines = intent.details.get("lines", [])
        if call["verb"] == "POST":
            announced = {line["reference_id"] for line in lines}
            return intent.action == "checkout" and set(call["body"]["referenceIds"]) <= announced
        return intent.action == "reserve" and any(line["group_id"] == call["body"]["groupId"] for line in lines)
    if call["verb"] == "DELETE":
        return int(last) in numbers
    return numbers <= set(call["body"]["numbers"])


def everywhere(state: dict[str, Any]) -> dict[int, set[str]]:
    where: dict[int, set[str]] = {}
    for key, sets in state["assignments"].items():
        for numbers in sets.values():
            for number in numbers:
                where.setdefault(number, set()).add(key)
    return where


def _holders(state: dict[str, Any], number: int) -> set[str]:
    return {key for key, sets in state["assignments"].items() if any(number in held for held in sets.values())}
