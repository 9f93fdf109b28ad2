"""The benchmark: `python -m tests.bench [--sizes N ...] [--only NAME ...]`, on SQLite or the database of DATABASE_URL.

Each figure stands beside its baseline, measured in the same run, and beside what it may be at most. Nothing is
asserted: a machine that is busy with something else shows it in both.
"""

import argparse

from tests.bench import bulk, work
from tests.bench.place import place

WORK = {"pages": work.pages, "refresh": work.refresh, "memory": work.memory, "bulk": bulk.many, "plan": bulk.plan}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--only", choices=WORK, nargs="+", default=list(WORK))
    parser.add_argument("--many", type=int, default=5_000, metavar="N", help="numbers to assign and unassign")
    parser.add_argument("--lines", type=int, default=10_000, metavar="N", help="lines of the plan")
    options = parser.parse_args()
    place()
    for name in options.only:
        WORK[name](options)


main()
