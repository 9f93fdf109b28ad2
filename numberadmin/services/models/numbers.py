"""What is kept of the remote's list of rented numbers, and what the team says of them."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.models import Account
from numberadmin.audit.kept import missing
from numberadmin.audit.models import Action, Entry, Line, State
from numberadmin.proven import Proven
from numberadmin.services.models.shared import Placed, Priced, capabilities, digest, split

if TYPE_CHECKING:
    from numberadmin.services.deeds import Deed


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


class Application(Proven):
    PROVEN = (
        "id", "account_id", "key", "name",
    )  # fmt: skip
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=100, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    # Since when Sinch knows no application with the key; none while it does.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_row_an_application")]

    @classmethod
    def lacking(cls) -> Iterator[str]:
        same = cls.objects.filter(account=OuterRef("account"), key__iexact=OuterRef("application_key"))
        named = Entry.objects.filter(action=Action.NAME_APPLICATION)
        yield from missing(named.filter(~Exists(same)), "The application is not there")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name, or the key's beginning where nobody has named it."""
        return self.name or f"{self.key[:8]}…"


class Number(Priced, Placed, Proven):
    """A rented number, as the remote's list had it when last read."""

    PROVEN = ("account_id", "number", "application_id", "rented_in")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False)
    number = models.BigIntegerField()
    group_id = models.BigIntegerField(null=True)
    has = capabilities()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, db_index=False)
    expires = models.DateTimeField(null=True)
    # The checkout that rented it.
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

    # Who put it where it is and who rented it, where `deeds.tell` was asked.
    assigned: "Deed | None" = None
    rented: "Deed | None" = None

    @property
    def capabilities(self) -> tuple[str, ...]:
        return split(self.has)

    @property
    def assignable(self) -> tuple[str, ...]:
        """Those of its capabilities by which it can be assigned."""
        return tuple(name for name in self.capabilities if name in sinch.ASSIGNABLE)

    @property
    def application_key(self) -> str:
        return self.application.key if self.application else ""


class Label(Proven):
    """What the team calls a number, and a note on it; it stays when the number leaves the list."""

    PROVEN = (
        "id", "account_id", "number", "label", "note", "by", "at",
    )  # fmt: skip
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

    @classmethod
    def lacking(cls) -> Iterator[str]:
        same = cls.objects.filter(account=OuterRef("account"), number=OuterRef("number"))
        lines = Line.objects.filter(~Exists(same), entry__action=Action.LABEL, entry__state=State.SUCCEEDED)
        yield from missing(Entry.objects.filter(lines__in=lines), "The label is not there")

    def __str__(self) -> str:
        return f"+{self.number}: {self.label}"
