"""Applications that Sinch knows no longer: they are marked, and left out where an application is chosen.

Sinch has no list of applications, so this is learnt from its answer 40400 to a call that names the key. It is unlearnt
where Sinch knows the key again: on adding it once more, or where a list of numbers shows numbers in it.
"""

import logging

from django.db import transaction
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.models import Account
from numberadmin.audit.models import Action
from numberadmin.services import record, remote, tallies
from numberadmin.services.models import Application, Number

logger = logging.getLogger(__name__)
# So many of them are asked for after each reading of the list.
MOST_ASKED = 3


@transaction.atomic()
def mark(account: Account, key: str) -> None:
    """Remembers that Sinch answered that it knows no such application."""
    row = Application.objects.filter(account=account, key__iexact=key, gone_at=None).first()
    if row:
        message = f"Sinch knows no application {row.label} any more. It is left out where an application is chosen."
        _keep(account, row, gone=True, message=message)


@transaction.atomic()
def unmark(account: Account, key: str) -> None:
    """Remembers that Sinch knows the application."""
    row = Application.objects.filter(account=account, key__iexact=key).exclude(gone_at=None).first()
    if row:
        _keep(account, row, gone=False, message=f"Sinch knows the application {row.label} again.")


def look_again(account: Account, instance: sinch.Instance) -> None:
    """After a reading of the list: asks for applications that are marked although the list shows numbers in them."""
    shown = Number.objects.filter(account=account, application__gone_at__isnull=False)
    for key in shown.order_by("application").values_list("application__key", flat=True).distinct()[:MOST_ASKED]:
        try:
            remote.client().application_numbers(instance, key)
        except sinch.SinchError as error:
            logger.info("whether an application is there again: %s", error)
        else:
            unmark(account, key)


def _keep(account: Account, row: Application, *, gone: bool, message: str) -> None:
    row.gone_at = timezone.now() if gone else None
    row.save(update_fields=["gone_at"])
    tallies.touch(account)
    record.event(account, None, Action.OUTSIDE, message, application_key=row.key)
