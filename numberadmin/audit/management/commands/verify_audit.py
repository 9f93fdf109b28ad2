import sys
from argparse import ArgumentParser
from itertools import chain as together
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateformat import format as format_date

from numberadmin.audit import anchors, chain, kept, schema
from numberadmin.audit.anchors import Anchor

# So many sentences are printed of rows that do not hold.
MOST = 20


class Command(BaseCommand):
    help = (
        "Proves the audit's chain from its first entry, all that pages show of who did what, and that the database has"
        " no triggers, indexes or views beside those of numberadmin; with --anchors also"
        " that the chain is the one that was anchored."
        " Exit code 1 and a sentence that says where it does not hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchors", metavar="FILE", help="lines of audit_anchor; - reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = chain.verify(_read(options["anchors"]) if options["anchors"] else ())
        if verdict.first_bad is not None:
            raise CommandError(f"Entry {verdict.first_bad} does not hold; the {verdict.count} entries before it do.")
        if verdict.denied:
            raise CommandError(_denial(verdict.denied, verdict.count))
        if wrong := list(islice(together(schema.problems(), kept.problems()), MOST)):
            raise CommandError(" ".join([f"{verdict.count} entries, the chain holds. But:", *wrong]))
        self.stdout.write(f"{verdict.count} entries, the chain holds.")


def _read(file: str) -> list[Anchor]:
    name = "Standard input" if file == "-" else file
    try:
        return anchors.read(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
    except anchors.NoAnchors as error:
        raise CommandError(f"{name}: {error}") from error


def _denial(anchor: Anchor, count: int) -> str:
    when = f" of {format_date(timezone.localtime(anchor.at), 'j M Y H:i')}" if anchor.at else ""
    if anchor.count is None:
        return (
            f"The anchor names an entry by the hash {anchor.hash[:12]}..., and there is none:"
            " the end was cut off, an older file was restored, or the audit was written anew."
        )
    if anchor.count > count:
        return (
            f"The anchor{when} names {anchor.count:,} entries; there are {count:,}:"
            " the end was cut off, or an older file was restored."
        )
    return (
        f"The anchor{when} names {anchor.count:,} entries and another hash for the last of them:"
        " the audit was written anew, or an older file was restored and added to."
    )
