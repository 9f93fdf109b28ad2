"""Phone numbers as people spell them."""

import re

_ROUNDED = re.compile(r"^[+']?\d(?:[.,]\d+)?[eE]\+?\d+$")


class Unreadable(Exception):
    """The text is no phone number; says why, as the rest of a sentence without its full stop."""


def number(text: str) -> int:
    """The digits of a number in any common spelling, with its country code. Raises Unreadable."""
    plain = text.strip().removeprefix("'").strip()
    if _ROUNDED.match(plain):
        raise Unreadable(
            f"a spreadsheet has rounded this number to {plain}: its digits are lost. Format the column as text, and "
            "fill it again"
        )
    plain = re.sub(r"^(\d+)\.0+$", r"\1", plain.lower().removeprefix("tel:").replace("(0)", ""))
    digits = re.sub(r"[\s().\-/\u00a0\u2010-\u2015]", "", plain).removeprefix("+")
    if plain.startswith("00"):
        digits = digits.removeprefix("00")
    if not (digits.isascii() and digits.isdigit()):
        raise Unreadable("this is no phone number")
    if digits.startswith("0"):
        raise Unreadable("the country code is missing: a number begins with it, like 1 or 44, and not with 0")
    if len(digits) > 15:
        raise Unreadable("a phone number has at most 15 digits")
    return int(digits)


def digits(text: str) -> str:
    """The digits of a number in any common spelling; empty where it is none."""
    plain = text.lower().removeprefix("tel:").replace("(0)", "")
    if any(c.isalpha() or (c.isdigit() and not c.isascii()) for c in plain):
        return ""
    return "".join(c for c in plain if c in "0123456789")


def bare(text: str) -> str:
    """The same without the zeros that some write before a number: two where they are abroad, one where they are at
    home."""
    return digits(text).lstrip("0")
