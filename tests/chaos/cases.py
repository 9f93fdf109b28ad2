"""The cases: an operation, how the remote behaves, and the step at which the process is killed."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import requests

from numberadmin.sandbox import sample, start
from numberadmin.sandbox.control import Control
from tests.chaos.checker import Checker
from tests.chaos.ledger import Ledger
from tests.dashboard import Visitor, dashboard
from tests.databases import new_database

A, B = list(sample.DEMO_APPLICATIONS)[:2]
ORGANISATION = sample.DEMO_ORGANISATION
TIMEOUT, SETTLE = 0.6, 1.2
# Numbers of one capability: what comes of two calls for one number, the remote does not tell.
GROUP = "13"
MANY = 400

BEHAVIOURS: dict[str, dict[str, object]] = {
    "fine": {},
    "slow": {"kind": "delay", "seconds": 0.35},
    "late": {"kind": "delay", "seconds": 1.0},
    "losing": {"kind": "lose"},
    "cut": {"kind": "drop"},
    "torn": {"kind": "truncate"},
    # Later than the settling time: only for twins, for nothing is promised then.
    "too late": {"kind": "delay", "seconds": 2.5},
    # What is read before the change, where something is.
    "unreadable": {"kind": "html", "match": {"verb": "GET", "path": "/applications/"}, "times": 3},
    "empty": {"kind": "body", "body": [], "match": {"verb": "GET", "path": "/applications/"}, "times": 2},
}
# The call that changes something, or the list where nothing does.
CALLS = {
    "assign": {"verb": "PUT", "path": "/applications/"},
    "move": {"verb": "PUT", "path": "/applications/"},
    "unassign": {"verb": "DELETE"},
    "reserve": {"verb": "PUT", "path": "/shop"},
    "checkout": {"verb": "POST", "path": "/shop"},
    "refresh": {"verb": "GET", "path": "/numbers$"},
}
OPERATIONS = tuple(CALLS)


@dataclass
class Result:
    operation: str
    remote: str
    step: str
    first: str = ""
    second: str = ""
    again: str = ""
    violations: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


class Lane:
    """A sandbox, a database and a dashboard of their own, and two people in front of it."""

    def __init__(self, base: str, sinch: Control, url: str, free: list[int]) -> None:
        self.sinch = sinch
        self.ledger = Ledger(url)
        self.checker = Checker(sinch, self.ledger, ORGANISATION)
        self.jane, self.joan = Visitor(base), Visitor(base)
        for person in (self.jane, self.joan):
            person.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
        self.jane.get("/inventory/")
        self.jane.get("/shop/")
        self.free: Iterator[int] = iter(free)

    def run(self, operation: str, remote: str, kill_at: str = "0", step: str = "") -> Result:
        """One case: Jane's request, in which the process dies; Joan's, at once; Jane's again; and the account.

        `kill_at` is the number of a step or its name; `step` is what the table calls it.
        """
        result = Result(operation, remote, step or kill_at)
        path, fields, acknowledged = getattr(self, f"_{operation}")()
        outside = set(acknowledged) if operation == "refresh" else set()
        before = self.checker.before()
        if behaviour := BEHAVIOURS[remote]:
            self.sinch.fault(**{"match": CALLS[operation], "times": 1} | behaviour)  # type: ignore[arg-type]
        fields |= {"operation": str(uuid4())}
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(self._killed, path, fields, kill_at)
            result.second, answer = self._second(first)
            page = first.result()
        result.first = _told(page)
        result.steps = page.headers["X-Steps"].split(",") if page is not None and "X-Steps" in page.headers else []
        result.again = self._until_told(lambda: self.jane.send(path, fields))
        self.sinch.clear_faults()
        if "success" not in (result.first, result.again):
            acknowledged = {}
        self._landed(before.call)
        self._settled()
        result.violations = self.checker.violations(before, acknowledged | answer, outside)
        reserved = len(self.sinch.state()["reservations"]) - before.reservations
        if reserved > (operation == "reserve"):
            result.violations.append(f"reserved {reserved} times")
        return result

    def _killed(self, path: str, fields: dict[str, str], kill_at: str) -> requests.Response | None:
        self.jane.session.headers["X-Kill-At"] = kill_at
        try:
            return self.jane.send(path, fields, follow=False)
        except requests.RequestException:
            return None
        finally:
            del self.jane.session.headers["X-Kill-At"]

    def _second(self, first: "Future[requests.Response | None]") -> tuple[str, dict[int, str]]:
        """Joan assigns another number to the same application, as soon as Jane's request has ended."""
        first.exception()
        number = next(self.free)
        told = self._until_told(lambda: self.joan.post("/inventory/assign/", numbers=str(number), application_key=A))
        return told, {number: A} if told == "success" else {}

    def _until_told(self, post: Callable[[], requests.Response]) -> str:
        """Presses again while the answer is that it is busy, or that the server is gone."""
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                page = post()
            except requests.RequestException:
                time.sleep(0.1)
                continue
            if not re.search("being checked|under way|asked again in", page.text.split('id="messages"')[1][:3000]):
                return _told(page)
            time.sleep(0.2)
        return "busy"

    def _landed(self, after: int) -> None:
        """Until what is still under way at the remote has taken effect, or has come to its end without one."""
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            calls = [call for call in self.sinch.log(after) if call["verb"] != "GET"]
            if all(call["applied"] or call["ended"] for call in calls):
                return
            time.sleep(0.1)

    def _settled(self) -> None:
        """Until nothing is open, and the list has been read once more."""
        ends = time.monotonic() + 15
        while self.ledger.open() > self.ledger.unclear() and time.monotonic() < ends:
            time.sleep(0.1)
        # A process that died in the middle of a reading is waited for until it is known to be dead.
        for _ in range(40):
            if _told(self.joan.post("/inventory/refresh/")) == "success":
                return
            time.sleep(0.3)

    def _assign(self) -> tuple[str, dict[str, str], dict[int, str]]:
        number = next(self.free)
        return "/inventory/assign/", {"numbers": str(number), "application_key": A}, {number: A}

    def _move(self) -> tuple[str, dict[str, str], dict[int, str]]:
        number = next(self.free)
        self._done("/inventory/assign/", numbers=str(number), application_key=B)
        return "/inventory/assign/", {"numbers": str(number), "application_key": A, "move": "yes"}, {number: A}

    def _unassign(self) -> tuple[str, dict[str, str], dict[int, str]]:
        number = next(self.free)
        self._done("/inventory/assign/", numbers=str(number), application_key=A)
        return "/inventory/unassign/", {"numbers": str(number)}, {number: ""}

    def _reserve(self) -> tuple[str, dict[str, str], dict[int, str]]:
        return "/shop/reserve/", {"group_id": GROUP, "quantity": "2"}, {}

    def _checkout(self) -> tuple[str, dict[str, str], dict[int, str]]:
        for line in re.findall(r'data-reference-id="([^"]+)"', self.jane.get("/shop/cart/").text):
            self.jane.post("/shop/cart/remove/", reference_id=line)
        self._done("/shop/reserve/", group_id=GROUP, quantity="2")
        return "/shop/cart/checkout/", {}, {}

    def _refresh(self) -> tuple[str, dict[str, str], dict[int, str]]:
        number = next(self.free)
        held = self.sinch.state()["assignments"][B]
        self.sinch.set(assign={B: held | {"voice": [*held["voice"], number]}})
        return "/inventory/refresh/", {}, {number: B}

    def _done(self, path: str, **fields: str) -> None:
        told = self._until_told(lambda: self.jane.send(path, fields))
        assert told == "success", f"{path} before the case: {told}"


@contextmanager
def lane(folder: Path, without: str = "") -> Iterator[Lane]:
    options = {
        "SINCH_TIMEOUT": str(TIMEOUT),
        "SETTLE_SECONDS": str(SETTLE),
        "LOCK_SECONDS": "3",
        "LOG_LEVEL": "CRITICAL",
        "CHAOS_WITHOUT": without,
    }
    url = new_database(folder)
    with start(seed="demo") as sandbox:
        control = sandbox.control
        control.set(credit={ORGANISATION: {"USD": "100000.00"}}, availability={GROUP: 100_000})
        before = set(control.state()["rented"][ORGANISATION])
        control.set(rent={ORGANISATION: {GROUP: MANY}})
        free = sorted(set(control.state()["rented"][ORGANISATION]) - before)
        with dashboard(sandbox.urls, url, application="tests.chaos.killing", workers=2, **options) as base:
            yield Lane(base, control, url, free)


def _told(page: requests.Response | None) -> str:
    """The level of the page's first message; of a redirect that was not followed, that it is there."""
    if page is None:
        return "killed"
    found = re.search(r'data-message="(\w+)"', page.text)
    return found[1] if found else str(page.status_code)
