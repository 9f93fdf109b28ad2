import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from numberadmin.audit import chain


class Command(BaseCommand):
    help = "Prints the audit's anchor, one line of JSON: how many entries there are, the last one's hash and its time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--append", metavar="FILE", type=Path, help="add the line to this file as well")

    def handle(self, *args: Any, **options: Any) -> None:
        line = chain.anchor().line()
        if options["append"]:
            _append(options["append"], line)
        self.stdout.write(line)


def _append(file: Path, line: str) -> None:
    """On the disk when this returns, and on a line of its own even where the one before it was cut short."""
    try:
        with file.open("a+b") as kept:
            end = kept.tell()
            cut_short = end and os.pread(kept.fileno(), 1, end - 1) != b"\n"
            kept.write(b"\n" * bool(cut_short) + line.encode() + b"\n")
            kept.flush()
            os.fsync(kept.fileno())
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
