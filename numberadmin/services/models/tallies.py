"""Counts that are kept of the rented numbers."""

from django.db import models

from numberadmin.accounts.models import Account


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
