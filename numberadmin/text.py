"""The one cleaning of texts, whoever they come from: typed, pasted, uploaded, in an address, or sent by Sinch.

What nobody sees goes, where it carries nothing: controls, marks of direction, zero-width characters.
Joiners stay where a script or an emoji is written with them. No password comes through here.
"""

import re
import unicodedata
from contextlib import suppress

_BLANK = re.compile(r"[^\S\t\n]+")
# Blank on every screen, and no blank for Unicode: two fillers of Hangul and the empty Braille cell.
_FILLERS = str.maketrans(dict.fromkeys("\u3164\uffa0\u2800", " "))
_ENDS_OF_LINES = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
# What shows nothing and says nothing: controls, marks of direction, zero-width and language marks, lone surrogates,
# noncharacters.
_UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffc\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)
# Tags spell the flag of a region, as England's, after a black flag; elsewhere they are hidden writing.
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f)|[\U000e0020-\U000e007f]")
# Joiners, and selectors of a variant: whether they carry something, the characters around them tell.
_JOINER = "\u200c\u200d\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINERS = re.compile(f"[{_JOINER}]")
_MARKS = "".join(c for c in map(chr, range(0x300, 0x1E950)) if unicodedata.combining(c))
# More marks on a letter than any script has: sorting them costs the square of their number.
_HEAPED = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
# Scripts whose letters join, or that write with joiners: Arabic to Tibetan, Myanmar, Khmer, Mongolian and their kin.
_JOINING = re.compile(
    "[\u0600-\u109f\u1700-\u1aff\u1b00-\u1cff\ua800-\uabff\ufb50-\ufdcf\ufe70-\ufefe\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
_IDEOGRAPH = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Symbols that are also emoji, where others are told by what Unicode calls them.
_ALSO_EMOJI = "\u203c\u2049\u2139\u3030\u303d"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN = _WIDE | dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_PLAIN |= {ord("\ufe62"): "+", ord("\u2795"): "+", ord("\u066b"): ".", ord("\u066c"): ","}
# Letters of their own, in Unicode's eyes, that people type without the stroke.
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)


def clean(text: str, most: int | None = None) -> str:
    """The text on one line, cut to `most` characters: blanks of all kinds are one blank, none at the ends; composed
    (NFC). Cleaning twice is the same as once."""
    if most is not None:
        # An emoji that is cut leaves a joiner at the end.
        return clean(clean(text[: 4 * most])[:most])
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_shown(_ENDS_OF_LINES.sub(" ", text)).split())


def clean_lines(text: str) -> str:
    """The same for several lines, which end with a line feed; tabs and runs of blanks inside of a line are kept."""
    lines = _shown(_ENDS_OF_LINES.sub("\n", text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def plain(text: str) -> str:
    """One line where a number, a key or an address is meant: digits of all scripts are 0 to 9, full-width forms are
    ASCII, and all dashes are one."""
    text = clean(text)
    if text.isascii():
        return text
    return clean("".join(map(_digit, text.translate(_PLAIN))))


def email(text: str) -> str:
    """An e-mail as it is compared and kept: small letters, and the domain in ASCII, however it was typed. What cannot
    be one is given back for its reader to refuse."""
    name, at, domain = plain(text).lower().rpartition("@")
    if at and " " not in domain:
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii").lower()
    return f"{name}{at}{domain}"


def folded(text: str) -> str:
    """For searching and comparing: without capitals, accents, strokes and joiners, so that "lukasz" finds "Łukasz"."""
    text = clean(text)
    if text.isascii():
        return text.lower()
    # Folding the capitals of some letters gives marks once more.
    bare = _unmarked(_unmarked(text).casefold()).translate(_STROKES)
    return " ".join(_JOINERS.sub("", "".join(map(_digit, bare))).split())


def _unmarked(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _shown(text: str) -> str:
    """Without what is not seen; blanks that are none of ASCII's become one."""
    if not text.isascii():
        text = _TAGS.sub(r"\1", _HEAPED.sub(r"\1", text.translate(_FILLERS)))
    text = _UNSEEN.sub("", _BLANK.sub(_as_blank, text))
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if _JOINERS.search(text):
        text = unicodedata.normalize("NFC", _HEAPED.sub(r"\1", _joined(text)))
    return text


def _as_blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _joined(text: str) -> str:
    """Without the joiners that join nothing."""
    kept: list[str] = []
    for place, c in enumerate(text):
        if not _JOINERS.match(c) or _carries(kept[-1] if kept else "", c, text[place + 1 : place + 2]):
            kept.append(c)
    return "".join(kept)


def _carries(before: str, joiner: str, after: str) -> bool:
    if not before or (not after and joiner == "\u200c"):
        return False
    if joiner in "\u200c\u200d":
        emoji = _ends_emoji(before) and _is_emoji(after)
        letters = bool(_JOINING.match(before)) and _is_letter(before)
        return emoji if joiner == "\u200d" and not letters else letters and _follows(joiner, after)
    if joiner in "\ufe0e\ufe0f" and (_is_emoji(before) or (before in "0123456789#*" and after == "\u20e3")):
        return True
    if "\u180b" <= joiner <= "\u180f":
        return "\u1800" <= before <= "\u18af"
    return bool(_IDEOGRAPH.match(before))


def _follows(joiner: str, after: str) -> bool:
    """Letters end with a joiner, as some of Malayalam do; a non-joiner stands between two."""
    return joiner == "\u200d" or bool(_JOINING.match(after) and _is_letter(after))


def _is_letter(c: str) -> bool:
    return unicodedata.category(c)[0] in "LM" and not _JOINERS.match(c)


def _is_emoji(c: str) -> bool:
    return bool(c) and (c in _ALSO_EMOJI or unicodedata.category(c) in ("So", "Sm"))


def _ends_emoji(c: str) -> bool:
    """Where a joiner may come after it: a picture, the tone of a skin, a variant or a flag."""
    return _is_emoji(c) or c == "\ufe0f" or "\U0001f3fb" <= c <= "\U0001f3ff" or c == "\U000e007f"


def _digit(c: str) -> str:
    return str(unicodedata.decimal(c)) if c.isdecimal() else c
