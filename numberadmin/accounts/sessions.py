"""The session engine: Django's database sessions, with columns for what they belong to, and two limits.

A session ends when nobody has used it for SESSION_IDLE_SECONDS, and at its own end, whichever comes first. The columns
decide: a row whose `expire_date` is over is not loaded.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from numberadmin.accounts.models import Account, Membership, Person, Session
from numberadmin.services.database import impatience

# A session that is used is written down as used no more often than this, in seconds.
NOTED_EVERY = 60


class SessionStore(db.SessionStore):
    used_at: dt.datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        self.used_at = row.used_at if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.account_id = data.get("account")
        row.person_id = data.get(SESSION_KEY)
        row.used_at = self.used_at or timezone.now()
        row.expire_date = min(row.expire_date, row.used_at + _idle())
        return row


def begin(session: SessionBase) -> None:
    """A session that somebody has just signed in by counts as used from now."""
    session.used_at = None  # type: ignore[attr-defined]


def renewed(request: HttpRequest, person: Person) -> None:
    """After a new password this session goes on, under another key."""
    request.session["by"] = "member"
    request.session.cycle_key()
    request.session[HASH_SESSION_KEY] = person.get_session_auth_hash()


def used(session: SessionBase) -> None:
    """Says that the session is used now, which keeps it from ending for idleness."""
    now = timezone.now()
    noted: dt.datetime | None = getattr(session, "used_at", None)
    if noted is None or noted > now - dt.timedelta(seconds=min(NOTED_EVERY, settings.SESSION_IDLE_SECONDS / 4)):
        return
    session.used_at = now  # type: ignore[attr-defined]
    ends = min(session.get_expiry_date(), now + _idle())
    with impatience():
        alive(session_key=session.session_key).update(used_at=now, expire_date=ends)
        Membership.objects.filter(account=session["account"], person=session[SESSION_KEY]).update(seen_at=now)


def alive(**which: Any) -> "models.QuerySet[Session]":
    return Session.objects.filter(expire_date__gt=timezone.now(), **which)


def end(person: Person, account: Account | None = None, but: str = "") -> int:
    """Ends the person's sessions, on the account or on all, except the one with the key `but`. Gives how many."""
    rows = Session.objects.filter(person=person).exclude(session_key=but)
    count, _ = (rows.filter(account=account) if account else rows).delete()
    return count


def _idle() -> dt.timedelta:
    return dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS)
