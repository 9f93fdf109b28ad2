"""The Sinch instance of a team: opened with the Sinch account's password, kept sealed, shared until it ends."""

import datetime as dt
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from numberadmin.accounts.models import Account, Connection
from numberadmin.accounts.seal import Unsealable, renewed, seal, unseal
from numberadmin.services.database import impatience
from numberadmin.sinch import Instance

# An instance is given up this long before it ends, so that it does not end in the middle of a write.
MARGIN = dt.timedelta(minutes=5)


def keep(account: Account, instance: Instance, opened_by: str) -> None:
    """From now on the team works through this instance."""
    packed = pack(instance, account.organisation_id)
    values = {
        "instance_id": instance.id,
        "secret": packed["secret"],
        "usable_until": usable_until(instance),
        "opened_at": timezone.now(),
        "opened_by": opened_by,
    }
    Connection.objects.get_or_create(account=account, defaults=values)
    Connection.objects.filter(account=account).exclude(instance_id=instance.id).update(**values)


def live(account: Account) -> Instance | None:
    """The team's instance, or None where there is none that can still be used."""
    return opened(account, Connection.objects.filter(account=account).first())


def opened(account: Account, row: Connection | None) -> Instance | None:
    """The same of a row that is at hand."""
    if row is None or row.usable_until <= timezone.now():
        return None
    instance = _opened(row.instance_id, row.secret, row.usable_until, account.organisation_id)
    if instance and len(settings.SEAL_KEYS) > 1:
        # A database that takes nothing in keeps nobody from reading.
        with suppress(DatabaseError), impatience():
            seal_anew(row, account)
    return instance


def seal_anew(row: Connection, account: Account) -> bool:
    """Whether the secret was under an older key. Raises Unsealable."""
    anew = renewed(row.secret, f"{account.organisation_id}:{row.instance_id}")
    return anew != row.secret and bool(Connection.objects.filter(pk=row.pk, secret=row.secret).update(secret=anew))


def forget(account: Account, instance_id: str = "") -> None:
    """Erases the team's instance; with `instance_id`, only where it is still that one."""
    rows = Connection.objects.filter(account=account)
    (rows.filter(instance_id=instance_id) if instance_id else rows).delete()


def pack(instance: Instance, belongs_to: str) -> dict[str, str]:
    return {
        "id": instance.id,
        "secret": seal(instance.secret, f"{belongs_to}:{instance.id}"),
        "expires_at": instance.expires_at.isoformat(),
    }


def unpack(packed: dict[str, str], belongs_to: str) -> Instance | None:
    """What was packed; None where it is over, or belongs to something else."""
    expires_at = dt.datetime.fromisoformat(packed["expires_at"])
    if expires_at <= timezone.now():
        return None
    return _opened(packed["id"], packed["secret"], expires_at, belongs_to)


def usable_until(instance: Instance) -> dt.datetime:
    """Read when the instance is new: a short-lived one gives up a tenth of its life instead of the whole margin."""
    return instance.expires_at - min(MARGIN, (instance.expires_at - timezone.now()) / 10)


def _opened(id: str, sealed: str, expires_at: dt.datetime, belongs_to: str) -> Instance | None:
    try:
        return Instance(id=id, secret=unseal(sealed, f"{belongs_to}:{id}"), expires_at=expires_at)
    except Unsealable:
        return None
