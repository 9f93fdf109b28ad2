"""What several of the tables have in common, and texts that stand for others."""

import hashlib
from collections.abc import Iterable

from django.db import models

from numberadmin.money import Money


class Priced(models.Model):
    """What one number costs a period. No amount: the remote's price was missing or not clear."""

    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        abstract = True

    @property
    def price(self) -> Money | None:
        return Money.of(self.amount, self.currency)


class Placed(models.Model):
    country_id = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    area_code = models.CharField(max_length=32, blank=True)
    # City and country without accents and capitals, for the search.
    searched = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


def capabilities() -> "models.CharField[str, str]":
    """Capabilities as one text, sorted and joined by a comma, so that equal sets are equal texts."""
    return models.CharField(max_length=100, blank=True)


def split(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def digest(numbers: Iterable[int]) -> str:
    """Stands for a set of numbers in a form: what a person has seen, and said yes to."""
    return hashlib.sha256(",".join(map(str, sorted(numbers))).encode()).hexdigest()[:32]
