"""Writes whose end is not known."""

from django.db import models

from numberadmin.accounts.models import Account
from numberadmin.audit.models import Entry


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
