import hashlib
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils import timezone

from numberadmin.accounts import instances
from numberadmin.accounts.models import Account, Membership, Person, Session
from numberadmin.sinch import Instance


@dataclass(frozen=True)
class Actor:
    """Who does something: a person, on an account, through an instance, from a session and an address."""

    person: Person
    account: Account
    instance: Instance
    session: str
    address: str
    # By which the session can be looked up again; empty for work that no session is behind.
    session_key: str = field(default="", repr=False)

    def still_may(self) -> bool:
        """Whether the person is a member and signed in now: both may have ended since the request came in."""
        member = Membership.objects.filter(person=self.person, account=self.account, person__is_active=True).exists()
        now = timezone.now()
        return member and (
            not self.session_key or Session.objects.filter(session_key=self.session_key, expire_date__gt=now).exists()
        )


def of(request: HttpRequest) -> Actor | None:
    """The actor of a request, or None where nobody is signed in with an instance that still lives."""
    if not request.user.is_authenticated or "account" not in request.session:
        return None
    membership = (
        Membership.objects.select_related("person", "account")
        .filter(person_id=request.user.pk, account_id=request.session["account"], person__is_active=True)
        .first()
    )
    if membership is None:
        return None
    instance = instances.kept(request.session, membership.account)
    if instance is None:
        return None
    return Actor(
        person=membership.person,
        account=membership.account,
        instance=instance,
        session=digest(request.session.session_key or ""),
        address=request.META.get("REMOTE_ADDR", ""),
        session_key=request.session.session_key or "",
    )


def digest(session_key: str) -> str:
    """What the audit calls a session: enough to tell sessions apart, useless for entering one."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]
