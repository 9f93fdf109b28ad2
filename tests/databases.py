"""New databases for tests of whole processes: a file, or one of the PostgreSQL server that DATABASE_URL names."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from uuid import uuid4

import environ
import psycopg

from tests import SECRET_KEY

ROOT = Path(__file__).parent.parent


def new_database(folder: Path) -> str:
    """The URL of a migrated database that nobody has used: a copy of one that was migrated once."""
    if server := os.environ.get("DATABASE_URL"):
        return _copied(_on(server, _migrated_on_server(server)), f"tests_{uuid4().hex}")
    file = folder / f"{uuid4().hex}.sqlite3"
    shutil.copy(migrated_file(), file)
    return f"sqlite:///{file}"


def prepared() -> None:
    """Migrates the one that is copied: before threads ask for copies at the same moment."""
    if server := os.environ.get("DATABASE_URL"):
        _migrated_on_server(server)
    else:
        migrated_file()


def connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection of a test's own to a PostgreSQL database, each statement a transaction."""
    at = environ.Env.db_url_config(url)
    return psycopg.connect(host=at["HOST"], dbname=at["NAME"], user=at["USER"], autocommit=True)


@cache
def migrated_file() -> Path:
    """An SQLite database with every migration and nothing else: made once for as long as these files are the same."""
    file = ROOT / ".cache" / f"migrated-{_digest_of_migrations()}.sqlite3"
    file.parent.mkdir(exist_ok=True)
    with open(file.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            begun = file.with_suffix(".begun")
            begun.unlink(missing_ok=True)
            _migrate(f"sqlite:///{begun}")
            begun.rename(file)
    return file


def _digest_of_migrations() -> str:
    files = [*ROOT.glob("*/**/migrations/*.py"), ROOT / "requirements.txt"]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _migrated_on_server(server: str) -> str:
    name = f"migrated_{uuid4().hex}"
    _migrate(_created(server, name))
    return name


def _created(server: str, name: str) -> str:
    with connected(server) as database:
        database.execute(f"CREATE DATABASE {name}")
    return _on(server, name)


def _copied(template: str, name: str) -> str:
    with connected(_on(template, "postgres")) as database:
        database.execute(f"CREATE DATABASE {name} TEMPLATE {template.rpartition('/')[2]}")
    return _on(template, name)


def _on(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def _migrate(url: str) -> None:
    env = os.environ | {"SECRET_KEY": SECRET_KEY, "DEBUG": "on", "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True, timeout=60)
