"""Reads single values of an answer. The remote's types vary, and nothing it sends is trusted."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from numberadmin import text as texts
from numberadmin.money import Money

TEXT_LIMIT = 200

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
    """An exact integer, sent as one or as its digits; floats and truth values are none."""
    if type(value) is int and least <= value <= most:
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if not _is_int(value) or not least <= value <= most:
        raise Damaged(f"the {name} is not a whole number that can be one")
    return int(value)


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
    """Lower case, in the order sent, without repeats."""
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
    amount, currency = value.get("amount"), value.get("currencyId")
    if isinstance(amount, (Decimal, int, str)) and isinstance(currency, str) and len(currency) == 3:
        return _money(amount, type(amount).__name__, currency)
    return None


@_remembered
def _money(value: Decimal | int | str, kind: str, currency: str) -> Money | None:
    """`kind` tells values apart that are equal, as 1 and 1.00 are."""
    amount = _amount(value)
    if amount is None or not _CURRENCY.fullmatch(currency):
        return None
    return Money(amount=amount, currency=currency.upper())


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, Decimal) and value.is_finite() and -20 < value.adjusted() < 20:
        value = format(value, "f")
    elif _is_int(value) and 0 <= value < 10**20:
        value = str(value)
    return Decimal(value) if isinstance(value, str) and _AMOUNT.fullmatch(value) else None


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


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
