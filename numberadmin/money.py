"""Money: one type, how it is written, summed, kept in a record, and read from what a person typed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from numberadmin import text

MOST = 10**9
# Plain, or with a comma before each group of exactly three digits; cents by a point.
_TYPED = re.compile(r"([0-9]{1,12}|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
TAKEN = "Write it like 50, 49.90 or 1,000.50: a point before the cents, commas only between thousands."


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, in a currency of three capital letters.

    As text it shows all that is known of the amount, and two decimals at least: 'USD 0.0075',
    'USD 1,234.50'. That text is the same on pages, in the audit, in exports and in messages.
    """

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | None, currency: str) -> "Money | None":
        """What two columns hold; None where the amount is unclear."""
        return None if amount is None else cls(amount, currency)

    def __str__(self) -> str:
        return f"{self.currency} {self.figure}"

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    @property
    def figure(self) -> str:
        """The amount for a person: '1,234.50'."""
        whole, _, decimals = f"{self.amount:,f}".partition(".")
        return f"{whole}.{decimals.rstrip('0'):0<2}"

    @property
    def plain(self) -> str:
        """The amount for a program: digits and a point, '1234.50'."""
        return self.figure.replace(",", "")


def sums(prices: Iterable[Money | None]) -> list[Money]:
    """The sum in each currency, by currency; what has no clear price adds nothing."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for price in prices:
        if price is not None:
            found[price.currency] += price.amount
    return [Money(amount, currency) for currency, amount in sorted(found.items())]


def in_words(prices: Iterable[Money]) -> str:
    """'USD 2.00 and EUR 1.00', or 'nothing'."""
    return " and ".join(map(str, prices)) or "nothing"


def as_recorded(price: Money | None) -> dict[str, str | None]:
    """How a record holds a price; both are None where it is unclear."""
    return {
        "price": price.plain if price else None,
        "currency": price.currency if price else None,
    }


def recorded(line: Mapping[str, Any]) -> Money | None:
    """The price in a record. Records of earlier versions hold the text 'None' where it was unclear."""
    price = line["price"]
    return None if price in (None, "None") else Money(Decimal(price), line["currency"])


def amount(given: str) -> Decimal:
    """An amount as a person typed it, with two decimals. Nothing is guessed: ValueError, with a
    sentence, for all that somebody could read as another amount."""
    plain = text.plain(given)
    if not _TYPED.fullmatch(plain):
        raise ValueError(f"“{plain[:40]}” is not clear as an amount. {TAKEN}")
    value = Decimal(plain.replace(",", ""))
    if value >= MOST:
        raise ValueError(f"An amount is below {MOST:,}.")
    return value.quantize(Decimal("0.01"))


def currency(given: str) -> str:
    """A currency as a person typed it, in three capital letters. Raises ValueError with a sentence."""
    code = text.plain(given).upper()
    if not _CURRENCY.fullmatch(code):
        raise ValueError("Give the currency by its three letters, like USD.")
    return code
