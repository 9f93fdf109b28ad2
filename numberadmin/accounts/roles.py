"""Who may do what: the one table. Views ask it before anything is done, services again once they hold the lock."""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    VIEWER = "viewer", "Viewer"
    AUDITOR = "auditor", "Auditor"
    OPERATOR = "operator", "Operator"
    BUYER = "buyer", "Buyer"
    OWNER = "owner", "Owner"


class May(StrEnum):
    """What a page or a service asks for."""

    READ = "read"  # every page but those below
    EXPORT = "export"  # the audit as a file
    CHANGE = "change"  # assign, unassign, move, name applications, read the list again
    BUY = "buy"  # reserve and check out
    APPROVE = "approve"  # check out above a buyer's limit, for whoever asked
    TEAM = "team"  # the team: invitations, roles, sessions of others


TABLE: dict[Role, frozenset[May]] = {
    Role.VIEWER: frozenset({May.READ}),
    Role.AUDITOR: frozenset({May.READ, May.EXPORT}),
    Role.OPERATOR: frozenset({May.READ, May.CHANGE}),
    Role.BUYER: frozenset({May.READ, May.CHANGE, May.BUY}),
    Role.OWNER: frozenset(May),
}
# What each role is for, as the team's page says it.
MEANING = {
    Role.VIEWER: "reads numbers, groups and the audit",
    Role.AUDITOR: "reads, and exports the audit",
    Role.OPERATOR: "reads, assigns and unassigns numbers, names applications",
    Role.BUYER: "an operator who also reserves and checks out, up to a limit",
    Role.OWNER: "everything, and the team",
}
# How a refusal names what was wanted.
WANTED = {
    May.READ: "open this page",
    May.EXPORT: "export the audit",
    May.CHANGE: "change numbers or applications",
    May.BUY: "reserve or rent numbers",
    May.APPROVE: "approve a checkout",
    May.TEAM: "manage the team",
}


def allows(role: str, may: May) -> bool:
    return may in TABLE[Role(role)]
