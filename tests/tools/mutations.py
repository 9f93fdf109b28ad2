"""Takes each guard of `guards` away, one at a time, and runs the tests that have to see it: `make mutations`.

On copies of the tree. All named tests are run first as the code is, and have to pass. Prints a line for each guard and
the count; the exit code is 0 where each was seen. Words after the command limit it to the guards that have one in them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.tools.guards import GUARDS, Guard

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = 2
# What takes long to import and is not the product: a process that is forked has it.
HEAVY = (
    *("django.core.handlers.wsgi", "django.db.models", "django.forms", "django.template.response", "django.test"),
    *("cryptography.hazmat.primitives.ciphers.aead", "msgspec", "openpyxl", "phonenumbers", "requests", "zxcvbn"),
)


def main(words: Sequence[str]) -> int:
    guards = [guard for guard in GUARDS if not words or any(word in guard.what for word in words)]
    for name in HEAVY:
        import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        tree = _copy(Path(folder) / "as it is")
        # A process for each run, for it imports the code as it is then.
        with get_context("fork").Pool(AT_ONCE, maxtasksperchild=1) as pool:
            code, said = pool.apply(_run, [tree, sorted({test for guard in guards for test in guard.tests})])
            if code != pytest.ExitCode.OK:
                print(f"These tests have to pass as the code is:\n{said[-3000:]}")
                return 1
            seen = 0
            for guard, by in zip(guards, pool.imap(partial(_seen, tree), guards, chunksize=1), strict=True):
                print(f"{guard.what} | {guard.file} | {', '.join(guard.tests)} | {by or 'NOBODY'}", flush=True)
                seen += bool(by)
    print(f"{len(guards)} guards, {seen} seen")
    return 0 if seen == len(guards) else 1


def _copy(tree: Path) -> Path:
    """What git knows or would, and what is installed."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    for name in (".venv", ".cache"):
        (ROOT / name).mkdir(exist_ok=True)
        (tree / name).symlink_to((ROOT / name).resolve())
    return tree


def _seen(as_it_is: Path, guard: Guard) -> str:
    """The test that saw it; empty where none did."""
    with tempfile.TemporaryDirectory(dir=as_it_is.parent) as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(as_it_is, tree, symlinks=True)
        file = tree / guard.file
        whole = file.read_text()
        assert whole.count(guard.text) == 1, guard
        file.write_text(whole.replace(guard.text, guard.without))
        code, said = _run(tree, guard.tests)
    failed = [line.split()[1] for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    # An import that fails is another exit code: such a guard is not taken away, but broken.
    return failed[0] if failed and code == pytest.ExitCode.TESTS_FAILED else ""


def _run(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Pytest's exit code and what it says."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    os.chdir(tree)
    sys.path[0] = str(tree)
    said = tree.parent / "said"
    with said.open("w") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])
        sys.stdout.flush()
    return int(code), said.read_text()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
