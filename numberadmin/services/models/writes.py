"""Writes whose end is not known."""

from collections.abc import Iterator

from django.db import models
from django.db.models import Exists, OuterRef, Q

from numberadmin.accounts.models import Account
from numberadmin.audit.kept import missing
from numberadmin.audit.models import Entry, Phase, State
from numberadmin.proven import Proven
from numberadmin.services.models.plans import Plan


class Open(Proven):
    """A write whose end is not known: its intent stands, and either no outcome or an unknown one."""

    PROVEN = (
        "id", "account_id", "intent_id", "abandoned_at", "passed", "unclear",
    )  # fmt: skip
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    intent = models.OneToOneField(Entry, on_delete=models.PROTECT)
    # When it was first seen without an outcome, by somebody who holds the lock: its process was dead by then.
    abandoned_at = models.DateTimeField(null=True)
    # Somebody has said that others need not wait for it any longer.
    passed = models.BooleanField(default=False)
    # The settling time is over and the list does not tell: a person has to decide.
    unclear = models.BooleanField(default=False)

    @classmethod
    def lacking(cls) -> Iterator[str]:
        later = Entry.objects.filter(operation=OuterRef("operation"))
        known = Q(phase=Phase.SETTLEMENT) | Q(phase=Phase.OUTCOME) & ~Q(state=State.UNKNOWN)
        in_doubt = Entry.objects.filter(
            ~Exists(later.filter(known)), ~Exists(cls.objects.filter(intent=OuterRef("pk")))
        )
        # A plan sends nothing itself: nobody waits for it.
        of_a_plan = Exists(Plan.objects.filter(key=OuterRef("operation")))
        waited_for = in_doubt.filter(~of_a_plan, phase=Phase.INTENT)
        yield from missing(waited_for, "That a write has no known outcome is not kept of the one")

    def __str__(self) -> str:
        return f"open: {self.intent}"
