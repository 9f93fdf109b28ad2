from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from numberadmin.accounts.models import Account
from numberadmin.services import settling
from numberadmin.services.models import Open


class Command(BaseCommand):
    help = "Settles writes whose outcome is not known, by reading. Exit code 1: some stay open."

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = Account.objects.filter(open__isnull=False).distinct()
        for account in accounts:
            self.stdout.write(f"{account}: {settling.of_account(account, settings.LOCK_SECONDS)}")
        left = Open.objects.count()
        self.stdout.write(f"{left} open.")
        if left:
            raise SystemExit(1)
