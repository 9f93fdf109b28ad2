"""Many people at once: nothing that was acknowledged is lost, each form has one effect, and money equals numbers."""

import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import requests

from numberadmin.sandbox import sample, start
from numberadmin.sandbox.control import Control
from tests.chaos.ledger import Ledger
from tests.dashboard import Visitor, dashboard, found
from tests.databases import new_database

APPLICATIONS = list(sample.DEMO_APPLICATIONS)
ORGANISATION = sample.DEMO_ORGANISATION
GROUP = "13"
NOT_YET = re.compile("being checked|under way|asked again in|could not be reached")


@dataclass
class Crowd:
    people: list[Visitor]
    sinch: Control
    ledger: Ledger
    numbers: list[int]


@contextmanager
def crowd(
    folder: Path, people: int, processes: int, numbers: int, without: str = "", **options: str
) -> Iterator[Crowd]:
    """So many signed-in people before so many processes, and so many free numbers."""
    url = new_database(folder)
    options = {"LOG_LEVEL": "CRITICAL", "LOCK_SECONDS": "8", "CHAOS_WITHOUT": without} | options
    with start(seed="demo") as sandbox:
        sinch = sandbox.control
        sinch.set(credit={ORGANISATION: {"USD": "1000000.00"}}, availability={GROUP: 1_000_000})
        before = set(sinch.state()["rented"][ORGANISATION])
        sinch.set(rent={ORGANISATION: {GROUP: numbers}})
        free = sorted(set(sinch.state()["rented"][ORGANISATION]) - before)
        with dashboard(sandbox.urls, url, application="tests.chaos.killing", workers=processes, **options) as base:
            visitors = [Visitor(base) for _ in range(people)]
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda visitor: visitor.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD), visitors))
            visitors[0].get("/inventory/")
            visitors[0].get("/shop/")
            yield Crowd(visitors, sinch, Ledger(url), free)


def told(person: Visitor, path: str, fields: dict[str, str]) -> str:
    """Presses again while it is busy; the level of the message in the end."""
    while True:
        try:
            # The cart is a small page: what is loaded here are the writes.
            page = person.send(path, {**fields, "next": "/shop/cart/"})
        except requests.RequestException:
            continue
        found = re.search(r'data-message="(\w+)"', page.text)
        if found and not NOT_YET.search(page.text.split('id="messages"')[1][:2000]):
            return found[1]
        time.sleep(random.uniform(0.05, 0.3))


def holders(sinch: Control) -> dict[int, str]:
    return {
        number: key
        for key, sets in sinch.state()["assignments"].items()
        for numbers in sets.values()
        for number in numbers
    }


def assigns(folder: Path, people: int, processes: int, each: int, without: str = "") -> tuple[int, int]:
    """Everybody assigns numbers of their own to one application: how many were acknowledged, how many of them lost."""
    with crowd(folder, people, processes, people * each, without) as here:

        def work(place: int) -> list[int]:
            mine = here.numbers[place * each : (place + 1) * each]
            person = here.people[place]
            wish = {"application_key": APPLICATIONS[0]}
            return [n for n in mine if told(person, "/inventory/assign/", wish | {"numbers": str(n)}) == "success"]

        with ThreadPoolExecutor(people) as pool:
            done = [number for numbers in pool.map(work, range(people)) for number in numbers]
        held = holders(here.sinch)
        return len(done), sum(held.get(number) != APPLICATIONS[0] for number in done)


def mixed(folder: Path, people: int, processes: int, each: int, without: str = "") -> tuple[int, int]:
    """Everybody assigns, moves and unassigns numbers of their own: how many changes, how many of them undone."""
    with crowd(folder, people, processes, people * 3, without) as here:

        def work(place: int) -> tuple[int, dict[int, str]]:
            person, chance = here.people[place], random.Random(place)
            mine = dict.fromkeys(here.numbers[place * 3 : place * 3 + 3], "")
            count = 0
            for _ in range(each):
                number = chance.choice(list(mine))
                if mine[number] and chance.random() < 0.3:
                    path, key, fields = "/inventory/unassign/", "", {"numbers": str(number)}
                else:
                    key = chance.choice([key for key in APPLICATIONS[:3] if key != mine[number]])
                    path, fields = "/inventory/assign/", {"numbers": str(number), "application_key": key, "move": "yes"}
                if told(person, path, fields) == "success":
                    mine[number] = key
                    count += 1
            return count, mine

        with ThreadPoolExecutor(people) as pool:
            results = list(pool.map(work, range(people)))
        held = holders(here.sinch)
        wrong = sum(held.get(n, "") != key for _, mine in results for n, key in mine.items())
        return sum(count for count, _ in results), wrong


def repeated(folder: Path, operations: int, times: int, processes: int, without: str = "") -> tuple[int, int]:
    """Each operation is posted many times at the same moment: how many reservations there are, how many answers differ
    from the first one's."""
    with crowd(folder, times, processes, 1, without) as here:
        before = len(here.sinch.state()["reservations"])
        differing = 0
        with ThreadPoolExecutor(times) as pool:
            for _ in range(operations):
                fields = {"group_id": GROUP, "quantity": "1", "operation": str(uuid4())}
                answers = [pool.submit(told, person, "/shop/reserve/", fields) for person in here.people]
                differing += sum(answer.result() != "success" for answer in answers)
        return len(here.sinch.state()["reservations"]) - before, differing


FAULTS = [
    {"kind": "lose"},
    {"kind": "drop"},
    {"kind": "delay", "seconds": 0.6},
    {"kind": "status", "status": 503},
    {"kind": "html"},
    {"kind": "status", "code": 40400},
]


def checkouts(
    folder: Path, count: int, rate: float, without: str = "", seed: int = 1
) -> tuple[int, int, Decimal, Decimal]:
    """One who wants so many checkouts of 1 to 3 numbers, and presses again until each is done, while a share `rate` of
    the checkouts meets a fault: how many numbers were wanted and rented, what they cost and what was paid."""
    options = {"SINCH_TIMEOUT": "0.4", "SETTLE_SECONDS": "0.4"}
    chance = random.Random(seed)
    with crowd(folder, 1, 1, 1, without, **options) as here:
        person, wanted = here.people[0], 0
        before = set(here.sinch.state()["rented"][ORGANISATION])
        paid_before = Decimal(here.sinch.state()["spent"][ORGANISATION].get("USD", "0"))
        for _ in range(count):
            quantity = chance.randint(1, 3)
            wanted += quantity
            told(person, "/shop/reserve/", {"group_id": GROUP, "quantity": str(quantity)})
            if chance.random() < rate:
                here.sinch.fault(match={"verb": "POST", "path": "/shop"}, times=1, **chance.choice(FAULTS))  # type: ignore[arg-type]
            press_until_rented(person)
            here.sinch.clear_faults()
        person.post("/inventory/refresh/")
        state = here.sinch.state()
        rented = set(state["rented"][ORGANISATION]) - before
        prices = here.ledger.prices()
        cost = sum((Decimal(prices[n].split()[0]) for n in rented if n in prices), Decimal())
        paid = Decimal(state["spent"][ORGANISATION]["USD"]) - paid_before
        return wanted, len(rented), cost, paid


def press_until_rented(person: Visitor) -> None:
    """Does what the cart offers until it is empty: check out, reserve again, or wait."""
    for _ in range(200):
        page = person.get("/shop/cart/").text
        states = re.findall(r'data-state="(\w+)"', page)
        if not states:
            return
        if "reserved" in states:
            person.post("/shop/cart/checkout/", operation=str(uuid4()))
        elif "expired" in states:
            line = re.search(r'data-reference-id="([^"]+)" data-group-id="(\d+)" data-quantity="(\d+)"', page)
            assert line
            fields = {"replaces": line[1], "group_id": line[2], "quantity": line[3]}
            person.send("/shop/reserve/", fields | {"operation": str(uuid4())})
        elif unanswered := re.search(r'data-reference-id="" data-group-id="(\d+)" data-quantity="(\d+)"', page):
            # On a slow machine a reservation may have no answer in time: it is taken out, and made anew.
            person.post("/shop/cart/remove/", reference_id=found(r'name="reference_id" value="([^"]+)"', page))
            fields = {"group_id": unanswered[1], "quantity": unanswered[2]}
            person.send("/shop/reserve/", fields | {"operation": str(uuid4())})
        else:
            time.sleep(0.1)
    raise AssertionError(f"the cart did not come to an end: {states}")


def all_loads(folder: Path, database: str) -> int:
    """The long forms; prints what came of each, and gives how many went wrong."""
    wrong = 0

    def say(what: str, fine: bool, began: float) -> None:
        nonlocal wrong
        wrong += not fine
        print(f"{database}: {what}, {time.monotonic() - began:.0f} s: {'ok' if fine else 'VIOLATION'}", flush=True)

    began = time.monotonic()
    done, lost = assigns(folder, people=80, processes=8, each=25)
    say(f"80 writers in 8 processes: {done} assigns acknowledged, {lost} lost", done == 2000 and not lost, began)
    began = time.monotonic()
    done, undone = mixed(folder, people=40, processes=8, each=30)
    say(f"40 writers: {done} moves, assigns and unassigns, {undone} undone", done == 1200 and not undone, began)
    began = time.monotonic()
    effects, differing = repeated(folder, operations=100, times=20, processes=4)
    say(
        f"100 operations posted 20 times at once: {effects} effects, {differing} other answers",
        (effects, differing) == (100, 0),
        began,
    )
    began = time.monotonic()
    # Four who press again, each on a Sinch of their own: most of the time is waiting for answers.
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda seed: checkouts(folder, count=250, rate=0.3, seed=seed), range(4)))
    wanted, rented = sum(part[0] for part in parts), sum(part[1] for part in parts)
    cost, paid = sum(part[2] for part in parts), sum(part[3] for part in parts)
    what = f"{wanted} numbers wanted, {rented} rented, USD {cost} shown, USD {paid} paid"
    fine = all(part[0] == part[1] and part[2] == part[3] for part in parts)
    say(f"1,000 checkouts under faults: {what}", fine, began)
    began = time.monotonic()
    done, lost = assigns(folder, people=20, processes=4, each=3, without="lock")
    say(f"without the lock: {done} assigns acknowledged, {lost} lost", lost > 0, began)
    return wrong
