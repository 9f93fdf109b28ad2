from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from numberadmin.accounts.models import Account, Person
from numberadmin.services import invitations
from numberadmin.services.results import Refusal
from numberadmin.text import email


class Command(BaseCommand):
    help = "Makes a link by which somebody who cannot sign in sets a new password. Takes the second factor away."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("login", help="the e-mail by which the person signs in")
        parser.add_argument("account", help="the organisation's id at Sinch")

    def handle(self, *args: Any, login: str, account: str, **options: Any) -> None:
        person = Person.objects.filter(login=email(login)).first()
        team = Account.objects.filter(organisation_id=account).first()
        if person is None or team is None:
            raise CommandError("There is no such person, or no such account.")
        try:
            token = invitations.link_from_the_server(account=team, person=person)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{reverse('join')}?invite={token}")
        self.stderr.write(f"It works once, for {invitations.HOURS} hours, at the address of this dashboard.")
