"""The audit: entries that are only ever added, chained by a keyed hash."""

from django.conf import settings
from django.db import models

from numberadmin.accounts.models import Account


class Phase(models.TextChoices):
    INTENT = "intent"  # written before anything is sent
    OUTCOME = "outcome"  # what came of it
    SETTLEMENT = "settlement"  # what reading showed later, where the outcome was unknown or missing
    EVENT = "event"  # something that has no remote effect and is over when it is written


class State(models.TextChoices):
    PENDING = "pending", "Being checked"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "In doubt"


class Action(models.TextChoices):
    SIGN_IN = "sign-in", "Sign in"
    SIGN_OUT = "sign-out", "Sign out"
    RESERVE = "reserve", "Reserve"
    DROP = "drop", "Remove from cart"
    CHECK_OUT = "checkout", "Check out"
    ASSIGN = "assign", "Assign"
    MOVE = "move", "Move"
    UNASSIGN = "unassign", "Unassign"
    NAME_APPLICATION = "application", "Name application"
    LABEL = "label", "Label a number"
    OUTSIDE = "outside", "Changed outside"
    ACCEPT = "accept", "Take over a list"
    GO_ON = "go-on", "Go on without waiting"
    REFUSED = "refused", "Refused"
    CONNECT = "connect", "Connect to Sinch"
    INVITE = "invite", "Invite"
    UNINVITE = "uninvite", "Take back a link"
    JOIN = "join", "Join the team"
    ROLE = "role", "Change a role"
    DEACTIVATE = "deactivate", "Deactivate"
    ACTIVATE = "activate", "Activate again"
    SIGN_IN_LINK = "link", "Make a sign-in link"
    PASSWORD = "password", "Change a sign-in"
    SECOND_FACTOR = "second-factor", "Change a second factor"
    END_SESSION = "end-session", "End a session"
    REQUEST = "request", "Ask for a checkout"
    APPROVE = "approve", "Approve a checkout"
    DECLINE = "decline", "Decline a checkout"
    PLAN = "plan", "Apply a plan"


# What puts numbers into an application, or out of one.
PLACINGS = (Action.ASSIGN, Action.MOVE, Action.UNASSIGN)


class Entry(models.Model):
    """One line of the audit. `id` is its place in the chain."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    operation = models.UUIDField()
    # The operation that this one is a step of, as those of a plan are.
    part_of = models.UUIDField(null=True)
    phase = models.CharField(max_length=12, choices=Phase.choices)
    action = models.CharField(max_length=16, choices=Action.choices)
    state = models.CharField(max_length=12, choices=State.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    actor_name = models.CharField(max_length=200)
    # By which the person signed in then; empty where no person acted, and in entries of form 1.
    actor_login = models.CharField(max_length=254, blank=True, default="", db_default="")
    address = models.CharField(max_length=64, blank=True)
    session = models.CharField(max_length=16, blank=True)
    application_key = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    message = models.TextField(blank=True)
    error_code = models.IntegerField(null=True)
    # What the form asked for, the sets before and after, prices, references: see docs/audit.md.
    details = models.JSONField(default=dict)
    # What the hash covers: see chain.digest.
    form = models.SmallIntegerField(db_default=1, default=2)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "phase"], name="each_phase_once")]
        indexes = [
            models.Index(fields=["account", "phase", "-id"]),
            models.Index(fields=["account", "state", "phase"]),
            models.Index(fields=["part_of"], condition=models.Q(part_of__isnull=False), name="entry_part_of"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.phase} {self.state}"

    @property
    def by_program(self) -> bool:
        """Whether no person did it."""
        return self.actor_id is None

    @property
    def login(self) -> str:
        """By which its actor signed in then; where that was not written down yet, by which they do now."""
        return self.actor_login or (self.actor.sign_in if self.actor and self.form == 1 else "")


class Line(models.Model):
    """One number in an entry: the application it was in and the one it came to, by key, empty for none."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    number = models.BigIntegerField()
    was = models.CharField(max_length=64, blank=True)
    became = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "number", "-id"])]

    def __str__(self) -> str:
        return f"{self.number}: {self.was or '-'} -> {self.became or '-'}"
