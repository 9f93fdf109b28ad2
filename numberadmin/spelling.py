"""Phone numbers, ranges and lists of them as people spell them: the one reading for all pages, files and commands.

What may be read in two ways is refused: a range never becomes one long number unseen.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from numberadmin import e164, text

Unreadable = e164.Unreadable
# So many numbers at most are in a range.
MOST = 10_000
# So many digits at least has a number that is whole.
_WHOLE = 7
# So far at most are the ends of a range apart that is written in short.
_FEW = 1000
_ENDS = "the ends of a range are two numbers of one length, or the second is the last digits of its number"
_PLAIN = re.compile(r"\+?[1-9][0-9]{6,14}")
_GROUPS = re.compile(r"[ /]+")
_DASH = re.compile(r"-+")
# A number in one piece, and a few digits more.
_RUN = re.compile(r"\+?[0-9]{9,15} ?-{1,3} ?[0-9]{1,6}")
_BETWEEN = re.compile(r"\.{2,}|…|~+|→|->|\b(?:to|bis|through|thru|until|till)\b", re.IGNORECASE)
# Commas do not part a rounded number, the decimals of a whole one, or what stands before an extension.
_APART = re.compile(
    r"[;؛](?! ?(?:ext|isub|phone-context)\b)|[|、؛]| (?:and|und|et|or|&) "
    r"|[,،](?!(?<=[0-9][,،])[0-9]{1,14}e\+?[0-9])(?!(?<=[0-9]{7}[,،])0{1,2}(?![0-9]))(?! ?(?:ext|x ?[0-9]|# ?[0-9]))",
    re.IGNORECASE,
)
_NEXT = re.compile(r"(?<=[0-9])[ /]{0,3}(?=[(\[]?\+)")
_ALONE = re.compile(r"[(\[]?\+?[0-9]{9,15}[)\]]?(?:(?:-|\.\.|…|~)\+?[0-9]{1,15})?")


def number(given: str) -> int:
    """The digits of a number in any common spelling, with its country code. Raises Unreadable."""
    found = span(given)
    if len(found) > 1:
        raise Unreadable(f"this is a range of {len(found):,} numbers, and one is wanted")
    return found[0]


def span(given: str) -> range:
    """The numbers of a range in any common spelling, or the one number of a text that is none. A short end, as -02,
    stands for the last digits of the first number. Raises Unreadable, also for what may be read in two ways."""
    if _PLAIN.fullmatch(given):
        return range(int(given), int(given) + 1)
    plain = e164.stripped(given)
    signs = list(_BETWEEN.finditer(plain))
    if not signs:
        return _by_dashes(plain)
    if len(signs) > 1:
        raise Unreadable("a range has two ends, and here are more; write each range on a line of its own")
    return _bounded(*_ends(plain[: signs[0].start()].strip(), plain[signs[0].end() :].strip(), short=True))


def part(given: str) -> str:
    """The digits of a number, or some of a number's digits in a row. Raises Unreadable."""
    try:
        return str(number(given))
    except Unreadable:
        found = e164.figures(e164.stripped(given))
        # Some write a number as it is called at home.
        if found.startswith("0") and 0 < len(found.lstrip("0")) <= e164.LONGEST:
            return found.lstrip("0")
        raise


def pieces(line: str) -> list[str]:
    """The numbers and ranges of a line, each a text for `span`: apart by commas, semicolons, tabs, bars, slashes and
    blanks, as far as these do not belong to a number."""
    if _PLAIN.fullmatch(line):
        return [line]
    found: list[str] = []
    for cell in line.split("\t"):
        plain = text.plain(cell)
        some = [plain] if e164.THOUSANDS.fullmatch(plain) else _APART.split(plain)
        found += [piece for part in some for piece in _cut(part.strip()) if piece]
    return found


def digits(given: str) -> str:
    """The digits of a number or of a part of one, for a search; empty where it is none."""
    plain = text.plain(given).lower().lstrip(e164.BEFORE).removeprefix("tel:")
    plain = e164.TRUNK.sub("", plain)
    return "" if any(c.isalpha() for c in plain) else "".join(c for c in plain if c in "0123456789")


def bare(given: str) -> str:
    """As `digits`, without the zeros that some write before a number: two where they are abroad, one where they are at
    home. A whole number in any spelling is as `number` reads it."""
    with suppress(Unreadable):
        whole = str(number(given))
        if e164.likely(whole):
            return whole
    return digits(given).lstrip("0")


def _cut(part: str) -> Iterator[str]:
    """At slashes and blanks, where whole numbers stand on both sides."""
    for piece in _NEXT.split(part):
        sides = piece.split("/")
        if len(sides) > 1 and all(e164.likely(e164.figures(side)) for side in sides):
            yield from sides
            continue
        words = piece.split()
        yield from words if len(words) > 1 and all(map(_ALONE.fullmatch, words)) else [piece]


def _by_dashes(plain: str) -> range:
    """Dashes stand inside of numbers, and between the ends of a range: what is likelier is meant."""
    ranges = sorted(_dashed(plain), key=lambda found: found[0], reverse=True)
    if not ranges:
        return _single(plain)
    chance, first, last = ranges[0]
    alone = [found for found in ranges if found[0] == chance] == ranges[:1]
    other = _as_one(plain)
    is_range = bool(_RUN.fullmatch(plain)) or (other == chance and first < last < first + _FEW)
    if other >= chance and not is_range:
        return _single(plain)
    if alone and chance > other:
        return _bounded(first, last)
    raise Unreadable(
        f"this may be one number or a range; write the range as +{first} to +{last}, or the number without its dash"
    )


def _as_one(plain: str) -> int:
    """How likely the text is one number; below zero where it cannot be one."""
    try:
        return e164.likely(str(e164.read(plain)))
    except Unreadable:
        return -1


def _dashed(plain: str) -> Iterator[tuple[int, int, int]]:
    """The ranges that a dash may mean: how likely each is, and its ends."""
    for sign in _DASH.finditer(plain):
        left, right = plain[: sign.start()], plain[sign.end() :]
        short = right.strip().isdigit() or (left.endswith(" ") and right.startswith(" "))
        with suppress(Unreadable):
            first, last = _ends(left.strip(), right.strip(), short=short)
            yield min(e164.likely(str(first)), e164.likely(str(last))), first, last


def _ends(left: str, right: str, *, short: bool) -> tuple[int, int]:
    """The ends of a range; `short`: the second may be the last digits alone. Raises Unreadable."""
    end = e164.figures(right)
    if len(e164.figures(left)) < _WHOLE:
        e164.read(left)
        raise Unreadable(_ENDS)
    first = str(e164.read(left))
    with suppress(Unreadable):
        last = str(e164.read(right))
        if len(last) == len(first) >= _WHOLE:
            return int(first), int(last)
    if not (short and end and _WHOLE <= len(first) > len(end)) or right.startswith("+"):
        raise Unreadable(_ENDS)
    return int(first), int(first[: -len(end)] + end)


def _bounded(first: int, last: int) -> range:
    if last < first:
        raise Unreadable("the range runs backwards: its second number is the smaller one")
    if last - first >= MOST:
        raise Unreadable(f"the range has {last - first + 1:,} numbers; at most {MOST:,}")
    return range(first, last + 1)


def _single(plain: str) -> range:
    """One number. Raises Unreadable for one after which more stands."""
    found = e164.read(plain)
    groups = _GROUPS.split(plain)
    if len(groups) > 1 and all(len(e164.figures(group)) >= _WHOLE for group in groups):
        raise Unreadable("this may be one number or several; put a comma between them, or write it without blanks")
    if not e164.likely(str(found)) and (whole := _whole_before(groups)):
        raise Unreadable(f"what comes after +{whole} is not clear; write each number whole, with a comma between")
    return range(found, found + 1)


def _whole_before(groups: list[str]) -> str:
    """The number that the first of the groups are already; empty where they are none."""
    for place in range(1, len(groups)):
        with suppress(Unreadable):
            if e164.likely(whole := e164.international(" ".join(groups[:place]))):
                return whole
    return ""
