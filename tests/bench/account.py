"""An account with many numbers, in a database of its own, seen by a process of its own.

`python -m tests.bench.account WHAT ...` is what the benchmark starts: Django reads its settings once in a process.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import SECRET_KEY
from tests.dashboard import ROOT
from tests.databases import new_database

TURNS = 40


@contextmanager
def sandbox(size: int) -> Iterator[dict[str, str]]:
    """The remote API in a process of its own, with so many rented numbers; its addresses."""
    command = [sys.executable, "-m", "numberadmin.sandbox", "--scale", str(size)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@contextmanager
def database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="numberadmin-bench-") as folder:
        yield new_database(Path(folder))


def seen(what: str, urls: Mapping[str, str], url: str, **options: Any) -> Any:
    """What a process of its own finds out."""
    env = environment(urls, url)
    words = [sys.executable, "-m", "tests.bench.account", what, json.dumps(options)]
    done = subprocess.run(words, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, timeout=3600)
    return json.loads(done.stdout.splitlines()[-1])


def environment(urls: Mapping[str, str], url: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "SECRET_KEY": SECRET_KEY,
        "DEBUG": "off",
        "HTTPS": "off",
        "ALLOWED_HOSTS": "*",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": url,
        "SINCH_USER_URL": urls["user"],
        "SINCH_API_URL": urls["api"],
        "SINCH_PORTAL_URL": urls["portal"],
        "SINCH_LIST_TIMEOUT": "600",
        "SINCH_TIMEOUT": "60",
        "NUMBERS_MAX_AGE": "86400",
        "SETTLE_SECONDS": "5",
    }


def best(**calls: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds of each, the least of TURNS turns: whatever else the machine does only adds to a turn. The calls
    take turns with each other, so that a slow moment of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(TURNS):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: min(mine) for name, mine in times.items()}


def grown() -> float:
    """The most memory that this process had at once, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    import django

    django.setup()
    from tests.bench import inside

    sys.stdout.write(json.dumps(getattr(inside, sys.argv[1])(**json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()
