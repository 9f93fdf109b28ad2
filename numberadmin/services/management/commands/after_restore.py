from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from numberadmin.services import restored
from numberadmin.services.restored import Listed


class Command(BaseCommand):
    help = (
        "To be run after a backup was put back, before the server starts: ends all sessions, half sign-ins, links and "
        "known browsers, pauses plans, and lists the people to be looked through. It may be run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(restored.end_what_was_open()))
        self.stdout.write("\nThe people, as the backup has them. Deactivate on the team's page who has left since:")
        team = None
        for row in restored.people():
            if row.team != team:
                team = row.team
                self.stdout.write(f"\n{team or 'In no team'}")
            self.stdout.write(f"  {_line(row)}")
        self.stdout.write(
            "\nPasswords, second factors and recovery codes are those of the backup too: who has changed theirs since "
            "does so again."
        )


def _line(row: Listed) -> str:
    seen = f"last seen {timezone.localtime(row.seen_at):%Y-%m-%d %H:%M %Z}" if row.seen_at else "never seen"
    what = [row.role or "no role", "active" if row.is_active else "deactivated", seen]
    what += ["second factor"] if row.has_factor else []
    return f"{row.name} <{row.email or 'no e-mail'}>: {', '.join(what)}"
