"""A single phone number, in whatever way its digits are grouped and marked, as the digits of E.164.

A number has its country code, and is never asked to be one that is given out: what an account has is E.164 digits.
Metadata of countries only decides between two ways to read a text; where it cannot, the text is refused.
"""

import re
from functools import lru_cache

import phonenumbers

from numberadmin import text

# A number or a range is shorter, in any spelling.
MOST = 80
LONGEST = 15
_NO_NUMBER = "this is no phone number"
_NO_COUNTRY = "the country code is missing: a number begins with it, like 1 or 44, and not with 0"
E164 = phonenumbers.PhoneNumberFormat.E164

# What stands before a number, or around it: bullets, quotation marks, the guard of an export, a telephone.
BEFORE = " -•‣◦·*>▪●○■□✓☐☑→☎✆📞📱'\"=<“„«‘`\ufe0f"
_AFTER = " '\">”»’“‘`.,;:!"
_LABEL = re.compile(r"(?:\[[ x]?\]|(?:tel|telephone|telefon|phone|mobile|callto|sms)\b\.?:?) ?", re.IGNORECASE)
_PLACE = re.compile(r"\(?[0-9]{1,3}[.)] ")
_EXTENSION = re.compile(
    r"[;,]? ?(?:(?:extension|extn|ext|xtn|poste|anexo|durchwahl|доб)(?![a-zа-я])|x|#|,)[ .:=]{0,3}[0-9]{1,7}#?$",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\+?[0-9]{1,3}(?:[.,][0-9]{1,14})? ?(?:e ?\+?|[x×*] ?10\^)[0-9]{1,2}", re.IGNORECASE)
_DECIMALS = re.compile(r"(\+?[0-9]{7,15})[.,]0+")
THOUSANDS = re.compile(r"\+?[0-9]{1,3}(?:,[0-9]{3}){3,4}")
TRUNK = re.compile(r"[(\[] ?0 ?[)\]]")
_INSIDE = re.compile(r"[ ()\[\].\-/_'’‘·•]")
_LETTER = re.compile(r"[^\W\d_]")
_BEFORE_WORDS = re.compile(r"[+(\[]?[0-9][0-9 ()\[\].\-/]*")
_LETTERED = re.compile(r"\+?[0-9][0-9 ().-]*[a-z][a-z -]*", re.IGNORECASE)


class Unreadable(Exception):
    """The text is no phone number, or no range; says why, as the rest of a sentence without its full stop."""


def stripped(given: str) -> str:
    """The text without what stands around a number. Raises Unreadable for too long a text, so that
    all further reading is of a few characters."""
    plain = text.plain(given[: 8 * MOST])
    if len(plain) > MOST:
        raise Unreadable(f"{_NO_NUMBER}: it is too long for one")
    before = None
    while before != plain:
        before = plain
        plain = plain.lstrip(BEFORE).rstrip(_AFTER)
        if label := _LABEL.match(plain):
            plain = plain[label.end() :]
    return _without_place(plain)


def _without_place(plain: str) -> str:
    """Without the place in a list, as "1. ": a country code may stand so too."""
    place = _PLACE.match(plain)
    if not place:
        return plain
    rest = plain[place.end() :].lstrip(BEFORE)
    marked = rest.lower().startswith(("+", "00", "(+", "[+", "tel"))
    return stripped(rest) if marked or likely(figures(rest)) > likely(figures(plain)) else plain


def read(plain: str) -> int:
    """Raises Unreadable with the cause."""
    if _ROUNDED.fullmatch(plain):
        raise Unreadable(
            f"a spreadsheet has rounded this number to {plain.upper()}: its digits are lost. Format the column as "
            "text, and fill it again"
        )
    if plain and not plain.strip("#"):
        raise Unreadable("a spreadsheet wrote ### for a column that was too narrow. Widen it, and take it again")
    if whole := _DECIMALS.fullmatch(plain):
        plain = whole[1]
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if (extension := _EXTENSION.search(plain)) and extension.start():
        raise Unreadable(
            f"an extension stands there, {extension[0].strip(' ,;')}: leave it out, numbers have none here"
        )
    if behind := _behind(plain):
        raise Unreadable(f"text stands behind the number: leave “{behind}” out, or upload a table")
    if any(c.isalpha() for c in plain):
        raise Unreadable(_NO_NUMBER + _letters(plain))
    if "+" in plain.lstrip("([ ")[1:]:
        raise Unreadable("more than one number stands there; put a comma between them")
    return int(international(plain))


def _behind(plain: str) -> str:
    """The words after a number that is whole without them."""
    found = _LETTER.search(plain)
    before, words = (plain[: found.start()], plain[found.start() :]) if found else (plain, "")
    number = before.rstrip(" -:([")
    stands_apart = number != before and _BEFORE_WORDS.fullmatch(number)
    return words.strip("()[] ") if stands_apart and likely(figures(number)) else ""


def _letters(plain: str) -> str:
    if not _LETTERED.fullmatch(plain):
        return ""
    return f": write it in digits, which may be {phonenumbers.convert_alpha_characters_in_number(plain)}"


def international(plain: str) -> str:
    """The digits of E.164. Raises Unreadable."""
    if plain[:1] in ("[", "(") and plain[-1:] in ("]", ")") and plain[1:-1].removeprefix("+").isdigit():
        # Brackets around all of it group nothing.
        plain = plain[1:-1]
    if trunk := TRUNK.search(plain):
        before, after = plain[: trunk.start()], plain[trunk.end() :]
        if not figures(before):
            raise Unreadable(_NO_COUNTRY)
        # Italy keeps its 0, others leave it out.
        found = as_dialled(_abroad(f"{before}0{after}")) or _abroad(before + after)
    else:
        found = _abroad(plain)
        # What is written in one piece comes from a program, and is taken as it is.
        found = (not plain.removeprefix("+").isdigit() and as_dialled(found)) or found
    if len(found) > LONGEST:
        raise Unreadable(f"a phone number has at most {LONGEST} digits; between several put a comma")
    return found


def _abroad(plain: str) -> str:
    """The digits without the prefix of calls to other countries. Raises Unreadable."""
    found = figures(plain)
    if not plain.lstrip("([ ").startswith("+"):
        found = _without_prefix(found)
    if not found:
        raise Unreadable(_NO_NUMBER)
    if found.startswith("0"):
        raise Unreadable(_NO_COUNTRY)
    return found


def _without_prefix(found: str) -> str:
    """011 is also the beginning of numbers at home, as those of Delhi: it has to make sense."""
    if found.startswith("0011") and not likely(found[2:]) and likely(found[4:]):
        return found[4:]
    if found.startswith("011") and len(found) >= 12 and likely(found[3:]):
        return found[3:]
    return found.removeprefix("00")


@lru_cache(10_000)
def shown(number: int) -> str:
    """With the blanks of its country, '+1 415-555-0123'; '+99912345678' where its country is not known."""
    plain = f"+{number}"
    try:
        parsed = phonenumbers.parse(plain)
    except phonenumbers.NumberParseException:
        return plain
    # An odd number would be shown as another one, without a zero that is part of it.
    if phonenumbers.format_number(parsed, E164) != plain:
        return plain
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def figures(plain: str) -> str:
    """Empty where anything but digits, and what people write between them, is there."""
    found = _INSIDE.sub("", plain).removeprefix("+")
    return found if found.isascii() and found.isdigit() else ""


def as_dialled(found: str) -> str:
    """Digits without the 0 after the country code that only calls at home have; empty where they have none, or are no
    number that is given out."""
    parsed = _parsed(found)
    if not parsed or not found.removeprefix(str(parsed.country_code)).startswith("0"):
        return ""
    return phonenumbers.format_number(parsed, E164)[1:] if phonenumbers.is_valid_number(parsed) else ""


@lru_cache(10_000)
def likely(found: str) -> int:
    """How likely it is that the digits are a whole number: 0, 1 by their count, 2 by their first ones too."""
    parsed = _parsed(found)
    if not parsed or phonenumbers.format_number(parsed, E164) != f"+{found}":
        return 0
    fits = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    return 0 if not fits else 2 if phonenumbers.is_valid_number(parsed) else 1


@lru_cache(10_000)
def _parsed(found: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(f"+{found}")
    except phonenumbers.NumberParseException:
        return None
