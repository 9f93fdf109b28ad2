"""Whether a person may do a thing at the moment it is done: asked again by each service that changes something."""

from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account, Membership
from numberadmin.accounts.roles import WANTED, May, Role
from numberadmin.audit.models import Action, State
from numberadmin.services import record
from numberadmin.services.results import Forbidden, SignedOut


def ensure(actor: Actor, may: May) -> Membership:
    """The membership as it stands now, for a service that holds what it needs to go on. Raises Forbidden, and
    SignedOut where the person was signed out or put out of the team since the request came in."""
    membership = actor.now()
    if membership is None:
        raise SignedOut("You were signed out before this was done. Nothing was changed. Sign in to go on.")
    if not membership.may(may):
        raise refused(actor, membership, may)
    return membership


def refused(actor: Actor, membership: Membership, may: May) -> Forbidden:
    """That somebody wanted what the role does not allow is written into the audit."""
    role = Role(membership.role).label.lower()
    message = (
        f"As {_article(role)} {role} of {actor.account.name} you may not {WANTED[may]}. Nothing was changed. "
        f"Your role can be changed by {owners(actor.account)}."
    )
    record.event(actor.account, actor, Action.REFUSED, message, details={"wanted": may}, state=State.FAILED)
    return Forbidden(message)


def owners(account: Account) -> str:
    """The names of those who may change the team, for a sentence."""
    rows = Membership.objects.filter(account=account, is_active=True, role=Role.OWNER).select_related("person")
    names = [row.person.name for row in rows.order_by("id")[:3]]
    return " or ".join(names) or "an owner"


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
