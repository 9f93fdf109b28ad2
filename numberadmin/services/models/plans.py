"""Plans, and the lines that they are made of."""

import uuid
from collections.abc import Iterator

from django.db import models
from django.db.models import Count, Exists, F, OuterRef

from numberadmin.accounts.models import Account, Person
from numberadmin.audit.kept import missing
from numberadmin.audit.models import Entry
from numberadmin.proven import Proven


class Plan(Proven):
    """What is to be done with many numbers: shown first, applied by a worker when somebody says so. Its `key` is the
    operation that the audit has it under, and each step's operation is a part of that."""

    PROVEN = (
        "id", "account_id", "key", "asked", "source", "title", "lines", "made_by", "made_at", "state",
        "applied_by_id", "applied_at", "session", "address", "ended_at", "message",
    )  # fmt: skip

    class State(models.TextChoices):
        PLANNED = "planned", "Not applied"
        APPLYING = "applying", "Being applied"
        PAUSED = "paused", "Paused"
        DONE = "done", "Applied"
        CANCELLED = "cancelled", "Cancelled"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    # Of what the form asked for: posted twice, it is planned once.
    asked = models.CharField(max_length=64, blank=True)
    # "Table", "Pasted", "Selection", "Undo".
    source = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    lines = models.IntegerField(default=0, db_default=0)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    # Who pressed "Apply", or "Go on" last, from where: the entries of the audit name them from then on.
    applied_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    applied_at = models.DateTimeField(null=True)
    session = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=64, blank=True)
    # The last sign of the worker; one that is silent for long has died.
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Why it is paused.
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"]), models.Index(fields=["state", "beat_at"])]

    @classmethod
    def lacking(cls) -> Iterator[str]:
        steps = Entry.objects.filter(~Exists(cls.objects.filter(key=OuterRef("part_of"))), part_of__isnull=False)
        yield from missing(steps, "The plan is not there")
        ownerless = PlanItem.objects.filter(~Exists(cls.objects.filter(pk=OuterRef("plan_id"))))
        for place in ownerless.order_by("pk").values_list("pk", flat=True)[:1]:
            yield f"The plan that line {place} of a plan belongs to is not there."
        counts = cls.objects.annotate(there=Count("items"))
        for key in counts.exclude(there=F("lines")).order_by("pk").values_list("key", flat=True)[:1]:
            yield f"Lines of the plan {key} are not there, or are too many."

    def __str__(self) -> str:
        return self.title

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.APPLYING, self.State.PAUSED)


class PlanItem(Proven):
    """One line of a plan: the application that the number was in when it was shown, and the one it is to come to."""

    PROVEN = (
        "id", "plan_id", "line", "text", "wanted", "wanted_key", "number", "what", "was", "to",
        "label", "label_was", "state", "message", "operation",
    )  # fmt: skip

    class What(models.TextChoices):
        ASSIGN = "assign", "Assign"
        MOVE = "move", "Move"
        UNASSIGN = "unassign", "Unassign"
        LABEL = "label", "Label"
        LEAVE = "leave", "Leave"
        WRONG = "wrong", "Wrong"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CHANGED = "changed", "Changed meanwhile"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    line = models.IntegerField()
    # As they were given: the number, the application, and the application's key in a column of its own.
    text = models.CharField(max_length=100)
    wanted = models.CharField(max_length=200, blank=True)
    wanted_key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - none is another thing than an empty one
    number = models.BigIntegerField(null=True)
    what = models.CharField(max_length=8, choices=What.choices)
    was = models.CharField(max_length=64, blank=True)
    to = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=100, blank=True)
    # What it was called when that was shown.
    label_was = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    message = models.CharField(max_length=500, blank=True)
    # The step that it is in, once that is begun. Where it was settled that nothing came of that, it comes into another.
    operation = models.UUIDField(null=True)
    tries = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["plan", "state", "what", "to", "id"]),
            models.Index(fields=["plan", "state"], condition=models.Q(operation__isnull=False), name="plan_item_begun"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.what} {self.text}"


class Upload(models.Model):
    """A table whose encoding nobody can tell, kept until its person says which it is. One for each person of a team."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    content = models.BinaryField()
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "person"], name="one_upload_a_person")]

    def __str__(self) -> str:
        return self.name

    @property
    def stamp(self) -> str:
        """Another one for each file."""
        return self.made_at.isoformat()
