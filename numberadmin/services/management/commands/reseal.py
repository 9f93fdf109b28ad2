from typing import Any

from django.core.management.base import BaseCommand

from numberadmin.accounts import factor, instances
from numberadmin.accounts.models import Connection, SecondFactor
from numberadmin.accounts.seal import Unsealable


class Command(BaseCommand):
    help = (
        "Seals everything that is kept sealed under the newest of SEAL_KEYS, after which the older ones can go. "
        "Exit code 1: something could not be opened with any of them."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        anew = lost = 0
        for row in Connection.objects.select_related("account"):
            try:
                anew += instances.seal_anew(row, row.account)
            except Unsealable:
                lost += 1
                self.stderr.write(f"The connection of {row.account}: the team has to connect to Sinch again.")
        for second in SecondFactor.objects.select_related("person"):
            try:
                anew += factor.seal_anew(second)
            except Unsealable:
                lost += 1
                whose = f"{second.person} ({second.person.login})"
                self.stderr.write(f"The second factor of {whose}: take it away, so that they set it up anew.")
        self.stdout.write(f"{anew} sealed anew, {lost} could not be opened.")
        if lost:
            raise SystemExit(1)
