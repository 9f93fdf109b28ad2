"""Reads single values of an answer. The remote's types vary, and nothing it sends is trusted."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from numberadmin import text as texts
from numberadmin.money import Money

TEXT_LIMIT = 200

# E.164 has 15 digits at most.
BEYOND_NUMBERS = 10**15
_DIGITS = re.compile(r"[0-9]{1,19}")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_KEY = re.compile(r"[A-Za-z0-9-]{1,64}")
TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
_CAPABILITY = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


# Lists repeat themselves: what was read a moment ago is remembered, if it is short.
_remembered = lru_cache(4096)
_SHORT = 100


class Damaged(ValueError):
    """A value that cannot be relied on; its text names the value, never what was sent."""


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text on one line, without what could harm a page, a database or a log, cut to `limit`."""
    return texts.clean(text, limit)


_cleaned = _remembered(clean)


def text(value: Any) -> str:
    """A text for display: "" for anything that is neither a text nor a whole number."""
    if isinstance(value, str):
        return _cleaned(value) if len(value) <= _SHORT else clean(value)
    return str(value) if _is_int(value) and abs(value) < 10**18 else ""


def whole_number(value: Any, name: str, *, least: int = 0, most: int = 2**63 - 1) -> int:
    """An exact integer, sent as one, as its digits, or with a point and zeros (7.0); truth values are none."""
    if type(value) is int and least <= value <= most:
        return value
    if _is_digits(value) or _is_whole(value):
        value = int(value)
    if not _is_int(value) or not least <= value <= most:
        raise Damaged(f"the {name} is not a whole number that can be one")
    return int(value)


def left(value: Any) -> int:
    """How many of a thing are left: none where nothing is said, and where more were sold than there were."""
    if value is None:
        return 0
    oversold = value.strip() if isinstance(value, str) else value
    if isinstance(oversold, str) and oversold.startswith("-"):
        return 0 * whole_number(oversold[1:], "availability")
    if isinstance(oversold, (int, Decimal)) and not isinstance(oversold, bool) and oversold < 0:
        return 0 * whole_number(-oversold, "availability")
    return whole_number(value, "availability", most=2**31 - 1)


def phone_number(value: Any) -> int:
    """A number with its country code, below BEYOND_NUMBERS; as a text it may begin with a plus."""
    value = value.removeprefix("+") if isinstance(value, str) else value
    return whole_number(value, "number", least=1, most=BEYOND_NUMBERS - 1)


def identifier(value: Any, name: str) -> str:
    """An id, sent as a number or as a text; it must be safe in a path and in a header."""
    value = str(value) if _is_int(value) and 0 <= value < 10**30 else value
    if not isinstance(value, str) or not _NAME.fullmatch(value) or value in (".", ".."):
        raise Damaged(f"the {name} cannot be read")
    return value


def application_key(value: Any) -> str:
    """The key, "" where there is none. A key that cannot be read must never pass for "unassigned"."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise Damaged("the application key cannot be read")
    return value


def capabilities(value: Any) -> tuple[str, ...]:
    """Lower case, in the order sent, without repeats. A single one may be sent without a list around it."""
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or len(value) > _SHORT:
        raise Damaged("the capabilities cannot be read")
    try:
        return _words(tuple(value))
    except TypeError:  # one of them is a list or an object
        raise Damaged("the capabilities cannot be read") from None


@_remembered
def _words(items: tuple[Any, ...]) -> tuple[str, ...]:
    if not all(isinstance(item, str) for item in items):
        raise Damaged("the capabilities cannot be read")
    words = tuple(dict.fromkeys(item.strip().lower() for item in items))
    if len(words) > 16 or not all(_CAPABILITY.fullmatch(word) for word in words):
        raise Damaged("the capabilities cannot be read")
    return words


def money(value: Any) -> Money | None:
    """The exact price; None where it is unclear: no currency, below zero, not finite, or beyond belief."""
    if not isinstance(value, dict):
        return None
    amount, currency = _written(value.get("amount")), value.get("currencyId")
    if len(amount) <= _SHORT and isinstance(currency, str) and len(currency) == 3:
        return _money(amount, currency)
    return None


@_remembered
def _money(amount: str, currency: str) -> Money | None:
    whole, point, decimals = amount.partition(".")
    # Zeros at the end say nothing: 2.00000 is 2.00.
    amount = whole + point + decimals[:2] + decimals[2:].rstrip("0")
    if not _AMOUNT.fullmatch(amount) or not _CURRENCY.fullmatch(currency):
        return None
    return Money(amount=Decimal(amount), currency=currency.upper())


def _written(amount: Any) -> str:
    """The text of an amount, which tells values apart that are equal, as 2.0 and 2.00 are; "" for what is none."""
    if isinstance(amount, Decimal) and amount.is_finite() and -20 < amount.adjusted() < 20:
        return format(amount, "f")
    if _is_int(amount) and 0 <= amount < 10**20:
        return str(amount)
    return amount if isinstance(amount, str) else ""


def moment(value: Any) -> datetime | None:
    """An aware time in UTC; one without an offset is taken for UTC; None where it cannot be read."""
    return _moment(value) if isinstance(value, str) and len(value) <= 40 else None


@_remembered
def _moment(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and _DIGITS.fullmatch(value) is not None


def _is_whole(value: Any) -> bool:
    """Of a decimal: nothing but zeros behind the point."""
    is_near = isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 20
    return is_near and bool(value == value.to_integral())


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
