"""The Sinch instance that a session keeps: its secret sealed, bound to the account and the instance id."""

import datetime as dt

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from numberadmin.accounts.models import Account, Session
from numberadmin.accounts.seal import Unsealable, seal, unseal
from numberadmin.sinch import Instance

# An instance is given up this long before it ends, so that it does not end in the middle of a write.
MARGIN = dt.timedelta(minutes=5)
# The longest a session lasts, whatever its instance allows.
LONGEST = dt.timedelta(hours=12)


def keep(session: SessionBase, account: Account, instance: Instance) -> None:
    """Puts the instance and its account into the session, which from then on ends with the instance."""
    session["account"] = account.pk
    session["instance"] = pack(instance, account.organisation_id)
    session.set_expiry(min(timezone.now() + LONGEST, _usable_until(instance)))


def kept(session: SessionBase, account: Account) -> Instance | None:
    """The session's instance, or None where there is none that can still be used."""
    return unpack(session.get("instance"), account.organisation_id)


def forget(session: SessionBase) -> None:
    session.pop("instance", None)


def live(account: Account) -> Instance | None:
    """An instance of the account that some session still holds: for work that nobody is waiting for."""
    sessions = Session.objects.filter(account=account, expire_date__gt=timezone.now()).order_by("-expire_date")
    for row in sessions:
        if instance := unpack(row.get_decoded().get("instance"), account.organisation_id):
            return instance
    return None


def pack(instance: Instance, belongs_to: str) -> dict[str, str]:
    return {
        "id": instance.id,
        "secret": seal(instance.secret, f"{belongs_to}:{instance.id}"),
        "expires_at": _usable_until(instance).isoformat(),
    }


def unpack(packed: dict[str, str] | None, belongs_to: str) -> Instance | None:
    if not packed:
        return None
    expires_at = dt.datetime.fromisoformat(packed["expires_at"])
    if expires_at <= timezone.now():
        return None
    try:
        secret = unseal(packed["secret"], f"{belongs_to}:{packed['id']}")
    except Unsealable:
        return None
    return Instance(id=packed["id"], secret=secret, expires_at=expires_at)


def _usable_until(instance: Instance) -> dt.datetime:
    """Read when the instance is new: a short-lived one gives up a tenth of its life instead of the whole margin."""
    return instance.expires_at - min(MARGIN, (instance.expires_at - timezone.now()) / 10)
