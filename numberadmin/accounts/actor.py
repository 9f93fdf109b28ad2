import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from numberadmin.accounts import address, devices, instances, sessions
from numberadmin.accounts.admission import of_admitted
from numberadmin.accounts.guesses import Visitor
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.roles import May
from numberadmin.sinch import Instance

# How a session was opened: with the Sinch account alone, or by the person with a password of their own.
BY_SINCH, BY_PERSON = "sinch", "member"


class Disconnected(Exception):
    """The team has no instance that still lives, so nothing can be asked of Sinch."""


@dataclass(frozen=True)
class Actor:
    """Who does something: a person, in the team of an account, from a session and an address."""

    membership: Membership
    # The team's instance; None where it has ended and nobody has connected the account again.
    connection: Instance | None
    session: str
    address: str
    # By which the session can be looked up again; empty for work that no session is behind.
    session_key: str = field(default="", repr=False)
    # The plan that is being applied: what is done then is a step of it.
    plan: UUID | None = None
    # Gives the browser's name, where the person's own password was right before: looked up where it is needed.
    device: Callable[[], str] = field(default=str, repr=False)
    # How the session was opened: BY_SINCH or BY_PERSON.
    by: str = ""

    @property
    def person(self) -> Person:
        return self.membership.person

    @property
    def account(self) -> Account:
        return self.membership.account

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.address, self.device())

    @property
    def instance(self) -> Instance:
        """Raises Disconnected."""
        return connected(self)

    def in_team(self, membership: Membership) -> "Actor":
        """The same person at the same moment, in another one of their teams."""
        return replace(self, membership=membership, plan=None)

    def may(self, what: May) -> bool:
        return self.membership.may(what)

    def now(self) -> Membership | None:
        """The membership as it stands now; None where the person has been signed out since the request came in."""
        if self.session_key and not sessions.alive(session_key=self.session_key).exists():
            return None
        return active(self.account).filter(person=self.person).first()


def _opened_with(person: Person, request: HttpRequest) -> bool:
    """Whether the session stands on the password that the person has now. Django's own way, which reads the person
    once more, is for all but the plain case."""
    proven = str(request.session.get(HASH_SESSION_KEY, ""))
    return constant_time_compare(proven, person.get_session_auth_hash()) or request.user.is_authenticated


def connected(actor: Actor) -> Instance:
    """The team's instance. Raises Disconnected."""
    if actor.connection is None:
        raise Disconnected
    return actor.connection


def of(request: HttpRequest) -> Actor | None:
    """The actor of a request, or None where nobody is signed in."""
    session = request.session
    if "account" not in session or SESSION_KEY not in session:
        return None
    rows = of_admitted(_memberships().filter(person=int(session[SESSION_KEY]), account=session["account"]))
    membership = next(iter(rows), None)
    if membership is None or not _opened_with(membership.person, request):
        return None
    connection = instances.opened(membership.account, getattr(membership.account, "connection", None))
    by = session.get("by", "")
    if (connection is None or needs_person(membership)) if by == BY_SINCH else not opens(membership):
        return None
    key = session.session_key or ""
    device = partial(devices.known, request, membership.person.login or "", BY_PERSON)
    return Actor(membership, connection, digest(key), address.of(request), key, device=device, by=by)


def active(account: Account) -> "QuerySet[Membership]":
    """The team: whoever is in it now."""
    rows = Membership.objects.filter(account=account, is_active=True, person__is_active=True)
    return of_admitted(rows.select_related("person", "account"))


def of_person(person_id: int) -> "QuerySet[Membership]":
    """The teams that a person is in now; `others` says whether somebody else of the team has a password."""
    return of_admitted(_memberships().filter(person=person_id)).order_by("account__name", "id")


def enterable(person_id: int, by: str) -> list[Membership]:
    """Those teams that somebody may enter who has shown `by` what they showed who they are."""
    return [row for row in of_person(person_id) if by == BY_SINCH or opens(row)]


def opens(membership: Membership) -> bool:
    """Whether the person's password opens the team. One that was set by the link of another team does not: its owner
    may have used the link. Asked at each request: it may have been set, or the person taken in again, since."""
    return membership.person.password_from_id in (None, membership.account_id)


@cache
def _memberships() -> "QuerySet[Membership]":
    """Put together once: each request needs it."""
    others = Membership.objects.filter(
        ~Q(person=OuterRef("person")),
        account=OuterRef("account"),
        is_active=True,
        person__is_active=True,
        person__login__isnull=False,
    )
    rows = Membership.objects.filter(is_active=True, person__is_active=True)
    rows = rows.select_related("person", "account__connection")
    return rows.annotate(others=Exists(others))


def needs_person(membership: Membership) -> bool:
    """Whether a Sinch sign-in is not enough: somebody else is in the team, so it does not tell who it is."""
    return bool(membership.others)  # type: ignore[attr-defined]


def opened(session: SessionBase, membership: Membership, by: str, request: HttpRequest) -> None:
    """Puts into a session of the person whom it belongs to, and from where it was opened."""
    session["account"] = membership.account_id
    session["by"] = by
    session["address"] = address.of(request)
    session["agent"] = request.headers.get("User-Agent", "")[:300]


def digest(session_key: str) -> str:
    """What the audit calls a session: enough to tell sessions apart, useless for entering one."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]
