"""What is kept of the remote's number groups, and the cart."""

from collections.abc import Iterator

from django.db import models
from django.db.models import Exists, OuterRef, Q

from numberadmin import money
from numberadmin.accounts.models import Account, Person
from numberadmin.audit.kept import missing
from numberadmin.audit.models import Action, Entry, Phase
from numberadmin.audit.models import State as AuditState
from numberadmin.money import Money
from numberadmin.proven import Proven
from numberadmin.services.models.shared import Placed, Priced, capabilities, split


class NumberGroup(Priced, Placed):
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    group_id = models.BigIntegerField()
    type = models.CharField(max_length=32, blank=True)
    availability = models.IntegerField()
    listed = capabilities()
    # Its row could not be read since: what is kept of it is old, and nothing of it is reserved.
    unreadable_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "group_id"], name="one_row_a_group")]

    def __str__(self) -> str:
        return f"{self.city}, {self.country}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The capabilities that the remote listed, in the later form of its answer; else none."""
        return split(self.listed)


class Reservation(Priced, Placed, Proven):
    """A line of the cart. Without a reference id it is not known whether the remote holds it."""

    PROVEN = (
        "id", "account_id", "operation", "reference_id", "group_id", "quantity", "type", "asked", "state", "doubted",
        "reserved_at", "reserved_by", "amount", "currency", "country_id", "country", "city", "area_code",
    )  # fmt: skip

    class State(models.TextChoices):
        RESERVED = "reserved"
        EXPIRED = "expired"
        UNKNOWN = "unknown"
        RENTED = "rented"
        DROPPED = "dropped"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    operation = models.UUIDField(unique=True)
    reference_id = models.CharField(max_length=64, blank=True)
    group_id = models.BigIntegerField()
    quantity = models.IntegerField()
    type = models.CharField(max_length=32, blank=True)
    asked = capabilities()
    state = models.CharField(max_length=8, choices=State.choices)
    # A checkout said that some line of the cart had lapsed, without saying which.
    doubted = models.BooleanField(default=False)
    reserved_at = models.DateTimeField()
    reserved_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["account", "state"])]

    @classmethod
    def lacking(cls) -> Iterator[str]:
        kept = Q(phase=Phase.OUTCOME, state__in=[AuditState.SUCCEEDED, AuditState.UNKNOWN])
        reserved = Entry.objects.filter(kept, action=Action.RESERVE)
        same = cls.objects.filter(operation=OuterRef("operation"))
        yield from missing(reserved.filter(~Exists(same)), "The reservation is not there")

    # Whether the list of groups still has its group; see `catalog.mark_lost`.
    is_listed = True

    def __str__(self) -> str:
        return f"{self.quantity} of {self.group_id}, {self.state}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        return split(self.asked)

    @property
    def total(self) -> Money | None:
        return self.price and self.price * self.quantity


class Request(Proven):
    """A checkout that a buyer may not make alone: its lines as the buyer saw them, and what an owner said."""

    PROVEN = (
        "id", "account_id", "operation", "asked_by_id", "asked_at", "mark", "lines", "state",
        "decided_by", "decided_at",
    )  # fmt: skip

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"
        REPLACED = "replaced"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    operation = models.UUIDField(unique=True)
    asked_by = models.ForeignKey(Person, on_delete=models.CASCADE)
    asked_at = models.DateTimeField(auto_now_add=True)
    # Of the lines and their prices, as `cart.mark` makes it.
    mark = models.CharField(max_length=32)
    lines = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "state"])]
        ordering = ["id"]

    @classmethod
    def lacking(cls) -> Iterator[str]:
        asked = Entry.objects.filter(action=Action.REQUEST, phase=Phase.EVENT)
        same = cls.objects.filter(operation=OuterRef("operation"))
        yield from missing(asked.filter(~Exists(same)), "The request is not there")

    def __str__(self) -> str:
        return f"{self.asked_by_id} asks, {self.state}"

    # Set on those that wait: whether all its lines can still be checked out.
    is_held = True

    @property
    def references(self) -> list[str]:
        return [line["reference_id"] for line in self.lines]

    @property
    def count(self) -> int:
        return sum(line["quantity"] for line in self.lines)

    @property
    def totals(self) -> list[Money]:
        prices = ((money.recorded(line), line["quantity"]) for line in self.lines)
        return money.sums(price and price * quantity for price, quantity in prices)
