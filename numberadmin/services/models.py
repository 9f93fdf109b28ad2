"""What the dashboard keeps of the remote's lists, and the cart. Only the services write here."""

import datetime as dt
import hashlib
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone

from numberadmin.accounts.models import Account, Person
from numberadmin.audit.models import Entry


@dataclass(frozen=True)
class Total:
    """A sum in one currency."""

    amount: Decimal
    currency: str


def _capabilities() -> "models.CharField[str, str]":
    """Capabilities as one text, sorted and joined by a comma, so that equal sets are equal texts."""
    return models.CharField(max_length=100, blank=True)


class Priced(models.Model):
    """What one number costs a period. No amount: the remote's price was missing or not clear."""

    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        abstract = True


class Placed(models.Model):
    country_id = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    area_code = models.CharField(max_length=32, blank=True)
    # City and country without accents and capitals, for the search.
    searched = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class Reading(models.Model):
    """When one of the remote's lists was last read whole, and what went wrong since."""

    class What(models.TextChoices):
        NUMBERS = "numbers"
        GROUPS = "groups"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    what = models.CharField(max_length=8, choices=What.choices)
    read_at = models.DateTimeField(null=True)
    # Nothing is known of what was before it.
    first_read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    damaged = models.IntegerField(default=0)
    # How long the last reading of the whole list took.
    seconds = models.FloatField(default=0)
    # The numbers that the last list lacked, where so many were missing that a person has to say that they are gone.
    lacking = models.JSONField(default=list)
    # Something was done since that changed the list, and its answer did not tell how.
    outdated = models.BooleanField(default=False)
    # Stands for the counts that are kept of the list: another one whenever these change. None are kept yet: 0.
    version = models.BigIntegerField(default=0)
    # A reading of the list is under way, gave its last sign then, and has come to so many rows.
    begun_at = models.DateTimeField(null=True)
    rows = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "what"], name="one_reading_each")]

    def __str__(self) -> str:
        return f"{self.what} of {self.account_id}, {self.read_at}"

    # Whether a write was open when this was looked up; see `mirror.reading`.
    while_open = False

    @property
    def accept(self) -> str:
        """What a person posts to say that the lacking numbers are gone; empty where none are lacking."""
        return digest(self.lacking) if self.lacking else ""

    @property
    def stale(self) -> bool:
        """Never read, known to have changed, or older than the age from which a page reads the list again."""
        age = settings.NUMBERS_MAX_AGE if self.what == self.What.NUMBERS else settings.GROUPS_MAX_AGE
        return self.outdated or self.read_at is None or self.read_at < timezone.now() - dt.timedelta(seconds=age)


class NumberGroup(Priced, Placed):
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    group_id = models.BigIntegerField()
    type = models.CharField(max_length=32, blank=True)
    availability = models.IntegerField()
    listed = _capabilities()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "group_id"], name="one_row_a_group")]

    def __str__(self) -> str:
        return f"{self.city}, {self.country}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The capabilities that the remote listed, in the later form of its answer; else none."""
        return _split(self.listed)


class Application(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=100, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_row_an_application")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name, or the key's beginning where nobody has named it."""
        return self.name or f"{self.key[:8]}…"


class Number(Priced, Placed):
    """A rented number, as the remote's list had it when last read."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False)
    number = models.BigIntegerField()
    group_id = models.BigIntegerField(null=True)
    has = _capabilities()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, db_index=False)
    expires = models.DateTimeField(null=True)
    assigned_by = models.CharField(max_length=200, blank=True, db_default="")
    assigned_at = models.DateTimeField(null=True)
    rented_by = models.CharField(max_length=200, blank=True, db_default="")
    rented_at = models.DateTimeField(null=True)
    rented_in = models.UUIDField(null=True)
    # Since when it is in no application, as far as that is known; the day of `free_since` counts.
    free_since = models.DateTimeField(null=True)
    # The mark of its row in the list that was last read, or none: then the row is looked at anew.
    mark = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_row_a_number")]
        indexes = [
            models.Index(fields=["account", "application", "number"]),
            models.Index(fields=["account", "application", "country_id", "number"]),
            models.Index(fields=["account", "searched", "application", "number"]),
            models.Index(fields=["account", "expires", "number"]),
            models.Index(fields=["rented_in"], condition=models.Q(rented_in__isnull=False), name="number_rented_in"),
        ]

    def __str__(self) -> str:
        return f"+{self.number}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        return _split(self.has)

    @property
    def application_key(self) -> str:
        return self.application.key if self.application else ""


class Tally(models.Model):
    """How many numbers have all of this in common, so that no page has to count them. `application` is an
    application's id, or 0; `amount` what they cost a period, in ten-thousandths; `priced` how many have a price."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False)
    application = models.BigIntegerField()
    country_id = models.CharField(max_length=8)
    country = models.CharField(max_length=200)
    has = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    count = models.BigIntegerField()
    priced = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "application", "country_id", "country", "has", "currency"], name="one_tally_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} in {self.application}, {self.country}, {self.has}"


class DayTally(models.Model):
    """How many numbers expire on a day, and how many that cost money are in no application since a day."""

    class What(models.TextChoices):
        EXPIRES = "expires"
        FREE = "free"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False)
    what = models.CharField(max_length=7, choices=What.choices)
    # By the clock of the installation; the first day of all where it is not known.
    day = models.DateField()
    currency = models.CharField(max_length=3)
    count = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "what", "day", "currency"], name="one_tally_a_day")]

    def __str__(self) -> str:
        return f"{self.count} {self.what} {self.day}"


class PlaceTally(models.Model):
    """How many numbers have the same place, as `searched` has it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False)
    searched = models.CharField(max_length=500)
    count = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "searched"], name="one_tally_a_place")]

    def __str__(self) -> str:
        return f"{self.count} in {self.searched}"


class Label(models.Model):
    """What the team calls a number, and a note on it; it stays when the number leaves the list."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    number = models.BigIntegerField()
    label = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    # Both without accents and capitals, for the search.
    searched = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_label_a_number")]

    def __str__(self) -> str:
        return f"+{self.number}: {self.label}"


class Reservation(Priced, Placed):
    """A line of the cart. Without a reference id the remote's answer to the reservation never came."""

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
    asked = _capabilities()
    state = models.CharField(max_length=8, choices=State.choices)
    # A checkout said that some line of the cart had lapsed, without saying which.
    doubted = models.BooleanField(default=False)
    reserved_at = models.DateTimeField()
    reserved_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["account", "state"])]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.group_id}, {self.state}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        return _split(self.asked)

    @property
    def total(self) -> Decimal | None:
        return None if self.amount is None else self.amount * self.quantity


class Request(models.Model):
    """A checkout that a buyer may not make alone: its lines as the buyer saw them, and what an owner said."""

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
    def totals(self) -> list[Total]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line["currency"]] += Decimal(line["price"]) * line["quantity"]
        return [Total(amount, currency) for currency, amount in sorted(sums.items())]


class Plan(models.Model):
    """What is to be done with many numbers: shown first, applied by a worker when somebody says so. Its `key` is the
    operation that the audit has it under, and each step's operation is a part of that."""

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
    # "CSV", "Pasted", "Selection", "Undo".
    source = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    # Who pressed "Apply", from where: the entries of the audit name them.
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

    def __str__(self) -> str:
        return self.title

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.APPLYING, self.State.PAUSED)


class PlanItem(models.Model):
    """One line of a plan: the application that the number was in when it was shown, and the one it is to come to."""

    class What(models.TextChoices):
        ASSIGN = "assign", "Assign"
        MOVE = "move", "Move"
        UNASSIGN = "unassign", "Unassign"
        LABEL = "label", "Label"
        LEAVE = "leave", "Leave as it is"
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


class Open(models.Model):
    """A write whose end is not known: its intent stands, and either no outcome or an unknown one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    intent = models.OneToOneField(Entry, on_delete=models.PROTECT)
    # When it was first seen without an outcome, by somebody who holds the lock: its process was dead by then.
    abandoned_at = models.DateTimeField(null=True)
    # Somebody has said that others need not wait for it any longer.
    passed = models.BooleanField(default=False)
    # The settling time is over and the list does not tell: a person has to decide.
    unclear = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"open: {self.intent}"


def digest(numbers: Iterable[int]) -> str:
    """Stands for a set of numbers in a form: what a person has seen, and said yes to."""
    return hashlib.sha256(",".join(map(str, sorted(numbers))).encode()).hexdigest()[:32]


def folded(text: str) -> str:
    """The text without accents and capitals, as a person types it who is in a hurry."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
