from typing import Any

from django.core.management.base import BaseCommand, CommandError

from numberadmin.audit import chain


class Command(BaseCommand):
    help = "Proves the audit's chain from its first entry. Exit code 1 and the first bad entry where it does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = chain.verify()
        if verdict.first_bad is not None:
            raise CommandError(f"Entry {verdict.first_bad} does not hold; the {verdict.count} entries before it do.")
        self.stdout.write(f"{verdict.count} entries, the chain holds.")
