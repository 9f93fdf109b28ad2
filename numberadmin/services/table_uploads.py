"""A table that waits for its person to say in which encoding it is: kept for an hour, and for nobody else."""

import datetime as dt

from django.utils import timezone

from numberadmin.accounts.actor import Actor
from numberadmin.services.models import Upload
from numberadmin.services.results import NotHere

KEPT = dt.timedelta(hours=1)


def keep(actor: Actor, *, raw: bytes, name: str, title: str) -> None:
    """In place of the one that this person uploaded before."""
    given = {"content": raw, "name": name, "title": title}
    Upload.objects.update_or_create(given, account=actor.account, person=actor.person)


def kept(actor: Actor, stamp: str | None = None) -> Upload:
    """`stamp` is that of the file that the person was asked about; there may be another one since. Raises NotHere."""
    since = timezone.now() - KEPT
    row = Upload.objects.filter(account=actor.account, person=actor.person, made_at__gt=since).first()
    if row is None or stamp not in (None, row.stamp):
        raise NotHere("The file is not here any more. Nothing was changed. Upload it again.")
    return row


def forget(actor: Actor) -> None:
    Upload.objects.filter(account=actor.account, person=actor.person).delete()


def erase_old() -> None:
    """What nobody came back to."""
    Upload.objects.filter(made_at__lte=timezone.now() - KEPT).delete()
