"""The figures, and what stands beside them."""

from argparse import Namespace

from tests.bench import account
from tests.bench.place import heading, row

# So often a first list is read, each time into a new database; the least counts, as it does for what stands beside it.
TURNS = 3


def pages(options: Namespace) -> None:
    heading("Pages of the inventory, in ms")
    found = {}
    for size in options.sizes:
        with account.sandbox(size) as urls, account.database() as url:
            account.seen("fill", urls, url)
            found[size] = account.seen("pages", urls, url)
        for name, times in found[size].items():
            share = times["ours"] / times["admin"]
            row(
                f"{name}, {size:,}",
                f"{times['ours']:.1f}",
                f"admin's changelist {times['admin']:.1f}",
                f"{share:.2f} of it (at most 0.50)",
            )
    for name in found[options.sizes[0]]:
        times = [found[size][name]["ours"] for size in options.sizes]
        row(f"{name}, largest to smallest", f"{times[-1] / times[0]:.2f}", "", "(at most 1.50)")


def refresh(options: Namespace) -> None:
    size = 100_000 if 100_000 in options.sizes else options.sizes[-1]
    heading(f"Reading the list of {size:,}, in s")
    with account.sandbox(size) as urls:
        plain, first = float("inf"), float("inf")
        for _ in range(TURNS):
            with account.database() as url:
                plain = min(plain, account.seen("plain", urls, url)["seconds"])
                first = min(first, account.seen("fill", urls, url)["seconds"])
        row(
            "first",
            f"{first:.2f}",
            f"only downloaded and decoded {plain:.2f}",
            f"{first / plain:.2f} times (at most 5.00)",
        )
        with account.database() as url:
            account.seen("fill", urls, url)
            again = account.seen("again", urls, url)
        share = again["seconds"] / again["plain"]
        row(
            "unchanged",
            f"{again['seconds']:.2f}",
            f"only downloaded and decoded {again['plain']:.2f}",
            f"{share:.2f} times (at most 2.00)",
        )


def memory(options: Namespace) -> None:
    size = options.sizes[-1]
    heading(f"Memory for reading the list of {size:,}, in MB")
    with account.sandbox(size) as urls, account.database() as url:
        for name in ("first", "unchanged"):
            found = account.seen("remember", urls, url)
            row(name, f"{found['after'] - found['before']:.0f}", f"before it {found['before']:.0f}", "(at most 150)")
