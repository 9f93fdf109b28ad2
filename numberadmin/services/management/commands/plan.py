from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from numberadmin.accounts.models import Account
from numberadmin.services import plans, sheet
from numberadmin.services.models import PlanItem
from numberadmin.services.results import Refusal

What = PlanItem.What


class Command(BaseCommand):
    help = (
        "Shows what a table of numbers would change; changes nothing. Exit code 1: some line is wrong. With --check, "
        "2: the account differs from the file."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="a CSV with the columns number, application and label")
        parser.add_argument("--account", required=True, help="the organisation's id at Sinch")
        parser.add_argument("--check", action="store_true", help="exit with 2 where the account differs from the file")

    def handle(self, *args: Any, file: Path, account: str, check: bool, **options: Any) -> None:
        team = Account.objects.filter(organisation_id=account).first()
        if team is None:
            raise CommandError("There is no such account.")
        try:
            lines = sheet.table(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        items = plans.items_of(team, lines, None)
        for item in items:
            if item.what != What.LEAVE:
                self.stdout.write(f"{item.line}\t{item.what}\t{item.text}\t{item.was}\t{item.to}\t{item.message}")
        kinds = [item.what for item in items]
        self.stdout.write(", ".join(f"{kinds.count(what)} {what}" for what in What.values))
        if What.WRONG in kinds:
            raise SystemExit(1)
        if check and set(kinds) - {What.LEAVE}:
            raise SystemExit(2)
