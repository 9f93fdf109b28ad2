"""`make chaos`: every case on the database that DATABASE_URL names (a file otherwise), and then the twins and loads.

Several lanes work side by side, each with a sandbox, a database and a dashboard of its own. Prints a table of cases and
ends with 1 where a violation was found, or where a twin without its guard found none.
"""

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

from tests.chaos import load
from tests.chaos.cases import BEHAVIOURS, OPERATIONS, Lane, Result, lane
from tests.databases import prepared

LANES = 6
REMOTES = [name for name in BEHAVIOURS if name not in ("unreadable", "empty", "too late")]
READ_FIRST = [(operation, remote) for operation in ("assign", "move") for remote in ("unreadable", "empty")]
# In the answer to a call without content there is nothing to tear.
CASES = [
    (operation, remote)
    for operation in OPERATIONS
    for remote in REMOTES
    if remote != "torn" or operation not in ("unassign", "checkout")
] + READ_FIRST
# The case that shows what each guard is for: operation, remote, the step to die at.
TWINS: dict[str, tuple[str, ...]] = {
    "settling": ("assign", "too late", "awaiting PUT voice"),
    "intent": ("assign", "fine", "after PUT voice"),
    "doubt": ("assign", "losing"),
    "once": ("reserve", "fine"),
    "shape": ("assign", "unreadable"),
    "losses": ("assign", "empty"),
    "patience": ("assign", "too late", "awaiting PUT voice"),
    "single_sending": ("reserve", "losing"),
}


def line(result: Result, database: str) -> str:
    told = f"{result.first or '-':8} {result.second or '-':8} {result.again or '-':8}"
    verdict = "; ".join(result.violations) or "ok"
    return f"{database:7} {result.operation:9} {result.remote:11} {result.step:28} {told} {verdict}"


def steps_of(work: Lane, operation: str, remote: str) -> Iterator[Result]:
    """The case without a death, and then with one at each of its steps."""
    whole = work.run(operation, remote, step="-")
    yield whole
    for n, step in enumerate(whole.steps, 1):
        yield work.run(operation, remote, str(n), step)


def twin(folder: Path, guard: str) -> Result:
    """The case of a guard, without the guard."""
    with lane(folder, without=guard) as work:
        return work.run(*TWINS[guard])


def all_cases(folder: Path, database: str) -> list[Result]:
    waiting: SimpleQueue[tuple[str, str]] = SimpleQueue()
    for case in CASES:
        waiting.put(case)
    results: list[Result] = []

    def work() -> None:
        try:
            with lane(folder) as mine:
                while True:
                    for result in steps_of(mine, *waiting.get_nowait()):
                        results.append(result)
                        print(line(result, database), flush=True)
        except Empty:
            return
        except Exception as error:
            failed = Result("-", "-", "-", violations=[f"the lane broke: {error!r}"])
            results.append(failed)
            print(line(failed, database), flush=True)

    threads = [threading.Thread(target=work) for _ in range(LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def main() -> int:
    database = "postgres" if os.environ.get("DATABASE_URL") else "sqlite"
    began = time.monotonic()
    print(f"{'':7} operation remote      killed                       first    second   again")
    with tempfile.TemporaryDirectory(prefix="numberadmin-chaos-") as name:
        folder = Path(name)
        prepared()
        results = all_cases(folder, database)
        bad = sum(bool(result.violations) for result in results)
        counts = ", ".join(f"{count} {what}" for what, count in Counter(r.operation for r in results).items())
        seconds = time.monotonic() - began
        print(f"\n{database}: {len(results)} cases ({counts}) in {seconds:.0f} s, {bad} with violations\n")
        for guard in TWINS:
            result = twin(folder, guard)
            verdict = "; ".join(result.violations) or "NOTHING WAS FOUND"
            bad += not result.violations
            print(f"{database}: without {guard}: {verdict}", flush=True)
        bad += load.all_loads(folder, database)
    verdict = f"{bad} things went wrong" if bad else "all is well"
    print(f"\n{database}: {verdict}, {time.monotonic() - began:.0f} s in all")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
