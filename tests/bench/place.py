"""Where the figures are taken: which machine, which database."""

import os
import platform
import sqlite3
import sys
from pathlib import Path


def vendor() -> str:
    return "PostgreSQL" if os.environ.get("DATABASE_URL") else f"SQLite {sqlite3.sqlite_version}"


def place() -> None:
    heading(f"{vendor()}, Python {platform.python_version()}, {os.cpu_count()} processors, {_memory():.0f} GB")


def _memory() -> float:
    words = Path("/proc/meminfo").read_text().split()
    return int(words[1]) / 1e6


def heading(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def row(what: str, figure: str, baseline: str = "", limit: str = "") -> None:
    """One line of the report."""
    heading(f"  {what:<52} {figure:>14}  {baseline:<34} {limit}".rstrip())
