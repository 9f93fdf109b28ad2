from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.services import mirror, planned, settling, table_reading
from numberadmin.services.models import PlanItem, Reading
from numberadmin.services.results import Refusal
from numberadmin.services.table_encoding import ENCODINGS, UnknownEncoding

What = PlanItem.What


class Command(BaseCommand):
    help = (
        "Reads the account's numbers from Sinch and shows what a table of numbers would change; changes nothing. Exit "
        "code 1: some line is wrong. With --check, 2: the account differs from the file."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="a CSV or an .xlsx with the columns number, application and label")
        parser.add_argument(
            "--account", help="the organisation's id at Sinch or its name, where there are several accounts here"
        )
        parser.add_argument("--encoding", default="", help="the encoding of a CSV where it cannot be told")
        parser.add_argument("--check", action="store_true", help="exit with 2 where the account differs from the file")

    def handle(self, *args: Any, file: Path, account: str | None, encoding: str, check: bool, **options: Any) -> None:
        team = _account(account)
        try:
            table = table_reading.of_file(file.read_bytes(), encoding)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from None
        except UnknownEncoding as unknown:
            raise CommandError(f"{unknown.message} With --encoding: {', '.join(ENCODINGS)}.") from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        if table.said:
            self.stderr.write(table.said)
        if not table.lines:
            raise CommandError("There is no number in this file.")
        if why_not := settling.read_account(team, settings.LOCK_SECONDS):
            self.stderr.write(f"The list of {_read_at(team)} is used, for it could not be read anew: {why_not}")
        items = planned.items_of(team, table.lines)
        for item in items:
            if item.what != What.LEAVE:
                cells = (item.line, item.what, item.text, item.was, item.to, item.label, item.message)
                self.stdout.write("\t".join(map(str, cells)))
        kinds = [item.what for item in items]
        self.stdout.write(", ".join(f"{kinds.count(what)} {what}" for what in What.values))
        if check and any(map(planned.differs, items)):
            raise SystemExit(2)
        if What.WRONG in kinds:
            raise SystemExit(1)


def _account(organisation: str | None) -> Account:
    """The one that is named, or the only one there is."""
    teams = Account.objects.order_by("name", "id")
    if organisation is not None:
        teams = teams.filter(Q(organisation_id=organisation) | Q(name__iexact=organisation))
    found = list(teams[:2])
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError("There is no such account." if organisation else "Nobody has signed in here yet.")
    names = ", ".join(f"{team.organisation_id} ({team.name})" for team in teams[:20])
    raise CommandError(f"There are several accounts here. Name one with --account: {names}.")


def _read_at(team: Account) -> str:
    read_at = mirror.reading(team, Reading.What.NUMBERS).read_at
    return f"{timezone.localtime(read_at):%Y-%m-%d %H:%M %Z}" if read_at else "no time at all"
