"""The bytes of an uploaded table as text: in which encoding they are is known, or a person is asked."""

import codecs
import json
import re
from dataclasses import dataclass

from numberadmin.services.results import Refusal

# What a person can choose, by the name in the form: Python's codec, and who writes it.
ENCODINGS = {
    "utf-8": ("utf-8-sig", "UTF-8"),
    "utf-16": ("utf-16", "UTF-16, “Unicode text”"),
    "windows-1252": ("cp1252", "Windows-1252, Western Europe"),
    "mac-roman": ("mac-roman", "Mac Roman, older Macs"),
    "cp850": ("cp850", "CP850, DOS and Western Europe"),
    "windows-1250": ("cp1250", "Windows-1250, Central Europe"),
    "iso-8859-2": ("iso8859-2", "ISO-8859-2, Central Europe"),
    "windows-1251": ("cp1251", "Windows-1251, Cyrillic"),
    "koi8-r": ("koi8-r", "KOI8-R, Cyrillic"),
    "windows-1253": ("cp1253", "Windows-1253, Greek"),
    "windows-1254": ("cp1254", "Windows-1254, Turkish"),
    "windows-1255": ("cp1255", "Windows-1255, Hebrew"),
    "windows-1256": ("cp1256", "Windows-1256, Arabic"),
    "windows-1257": ("cp1257", "Windows-1257, Baltic"),
    "shift-jis": ("cp932", "Shift-JIS, Japanese"),
    "euc-jp": ("euc-jp", "EUC-JP, Japanese"),
    "iso-2022-jp": ("iso2022-jp", "ISO-2022-JP, Japanese mail"),
    "gb18030": ("gb18030", "GB18030, simplified Chinese"),
    "big5": ("cp950", "Big5, traditional Chinese"),
    "euc-kr": ("cp949", "EUC-KR, Korean"),
}
# Files that say by their first bytes that they are none, and what to do instead.
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "a workbook of an old Excel (.xls) or one with a password", "Save it as .xlsx or as CSV"),
    (b"PK", "a zip archive", "Unpack it, and upload the table in it"),
    (b"%PDF", "a PDF", "Upload the table that it was made of, as .xlsx or CSV"),
    (b"\x89PNG", "a picture", "Upload the table itself, as .xlsx or CSV"),
    (b"\xff\xd8\xff", "a picture", "Upload the table itself, as .xlsx or CSV"),
    (b"GIF8", "a picture", "Upload the table itself, as .xlsx or CSV"),
    (b"\x1f\x8b", "a packed file (.gz)", "Unpack it, and upload the table in it"),
    (b"Rar!", "an archive (.rar)", "Unpack it, and upload the table in it"),
    (b"7z\xbc\xaf", "an archive (.7z)", "Unpack it, and upload the table in it"),
    (b"SQLite format 3", "a database", "Export the table from it as CSV"),
    (b"{\\rtf", "a text document (.rtf)", "Save its table as .xlsx or CSV"),
    (b"BEGIN:VCARD", "a file of contacts (.vcf)", "Export the contacts as CSV"),
    (b"ID;P", "a SYLK file (.slk)", "Save it as .xlsx or CSV"),
)
_MARKUP = re.compile(r"<(!doctype|\?xml|html|head|body|meta|table|style|div|\w+:workbook)\b", re.IGNORECASE)
_CONTROLS = re.compile("[\x01-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f]")
# So many lines are shown in each encoding, and so much of each.
SHOWN_LINES, SHOWN_WIDTH = 5, 100
# The letters outside ASCII that stand together in a word of one Western language.
_LANGUAGES = tuple(
    map(frozenset, ("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "àáâãçéêíóôõúü", "åäöéü", "åæøéèôü", "àèéìòùî", "àçèéíïòóúü",
                    "ëïéèêöüáó"))
)  # fmt: skip
_SIGNS = frozenset("€£§°«»–—‘’“”„‚…·´®©™•ªº¿¡¢¥¼½¾²³±×\xa0\xad")
# What no Western language writes: signs and capitals inside of words, quotation marks the wrong way round, letters
# beside those that they never stand beside, and UTF-8 that was read as something else.
_IMPLAUSIBLE = re.compile(
    r"[^\W\d_][€£§°«»…·´®©•¿¡¢¥¼½¾²³±×„“”‘‚—º]+[^\W\d_]|[£©®±²³¼½¾×´¥¢º][^\W\d_]|[a-z][À-ÖØ-ÞŒŠŽ]"
    r"|\B[À-ÖØ-ÞŒŠŽ][a-z]|Ÿ|[^\W\d_][„‚‘“]|ñ(?![aeiouáéíóú])|õ(?!e)|[ÂÃ][\x80-\xbf€-™]|[a-zà-ÿ][–—’][à-ÿ]|[a-z]–[a-z]"
    r"|ø[aáií]|áe|aá|\B[°£¢¥²³±¼½¾×]\B|(?:^|[,;\t\"])…",
    re.MULTILINE,
)


class UnknownEncoding(Refusal):
    """Nobody can tell in which encoding the file is, and a person has to say it: `samples` shows what is in it."""

    def __init__(self) -> None:
        super().__init__(
            "In which encoding this file was saved cannot be told. Nothing was changed. Say which one it is, or save "
            "it as “CSV UTF-8” and upload it again."
        )


@dataclass(frozen=True)
class Sample:
    """Some lines of a file as they are in one encoding: its name in ENCODINGS and its title."""

    name: str
    title: str
    lines: list[str]


@dataclass(frozen=True)
class Decoded:
    """The text, and the title of its encoding where that was only likely; else empty."""

    text: str
    likely: str = ""


def decoded(raw: bytes, encoding: str = "") -> Decoded:
    """The file in the encoding that a person has named, or in its own. Raises UnknownEncoding where a person has to
    say, and another Refusal for what is no table."""
    for signature, what, instead in _SIGNATURES:
        if raw.startswith(signature):
            raise not_a_table(what, instead)
    found = _as_chosen(raw, encoding) if encoding else _found(raw)
    _refuse_other_texts(found.text)
    return found


def not_a_table(what: str, instead: str) -> Refusal:
    return Refusal(f"This is {what}, not a table. Nothing was changed. {instead}.")


def _as_chosen(raw: bytes, encoding: str) -> Decoded:
    name = _known(encoding)
    codec, title = ENCODINGS[name]
    try:
        return Decoded(raw.decode(codec))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Refusal(
            f"Line {line:,} of this file cannot be read as {title}. Nothing was changed. Correct that line, or choose "
            "another encoding."
        ) from None


def _known(encoding: str) -> str:
    """The name in ENCODINGS, however it is spelled. Raises Refusal."""
    by_codec = {codecs.lookup(codec).name: name for name, (codec, _) in ENCODINGS.items()}
    by_codec |= {"utf-8": "utf-8", "iso8859-1": "windows-1252", "shift_jis": "shift-jis", "gbk": "gb18030"}
    by_codec |= {"gb2312": "gb18030", "big5": "big5", "euc_kr": "euc-kr"}
    try:
        return by_codec[codecs.lookup(encoding).name]
    except (LookupError, ValueError):
        names = ", ".join(ENCODINGS)
        raise Refusal(
            f"No encoding “{encoding[:40]}” is known here. Nothing was changed. Use one of {names}."
        ) from None


def _found(raw: bytes) -> Decoded:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _as_chosen(raw, "utf-16")
    if endless := _utf_16_without_mark(raw):
        try:
            return Decoded(raw.decode(endless))
        except UnicodeDecodeError:
            raise _unknown(raw) from None
    if raw.count(0) > len(raw) // 100 + 20:
        raise _no_text()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse_single_lines(raw)
        return _western(raw)
    if "\x1b$" in text:
        raise _unknown(raw)
    return Decoded(text)


def _unknown(raw: bytes) -> Refusal:
    return UnknownEncoding() if samples(raw) else _no_text()


def _no_text() -> Refusal:
    return not_a_table("a file that no text is in", "Save the table as .xlsx or CSV")


def _utf_16_without_mark(raw: bytes) -> str:
    """Of digits, separators and ends of lines, which every table has, UTF-16 makes every second byte a zero."""
    even, odd = raw[::2].count(0), raw[1::2].count(0)
    if max(even, odd) * 10 < len(raw):
        return ""
    return "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else ""


def _refuse_single_lines(raw: bytes) -> None:
    """Where most lines beyond ASCII are UTF-8, the others are named."""
    bad: list[int] = []
    good = 0
    for place, line in enumerate(raw.split(b"\n"), 1):
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad.append(place)
    if good >= len(bad):
        some = ", ".join(f"{place:,}" for place in bad[:5]) + (" and others" if len(bad) > 5 else "")
        raise Refusal(
            f"Line {some} of this file is not UTF-8, and the rest is. Nothing was changed. Correct it, or save the "
            "file as “CSV UTF-8” and upload it again."
        )


def _western(raw: bytes) -> Decoded:
    """As Windows-1252, if what stands there are words of Western languages."""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        raise _unknown(raw) from None
    if _CONTROLS.search(text) or not _is_western(text):
        raise _unknown(raw)
    return Decoded(text, ENCODINGS["windows-1252"][1])


def _is_western(text: str) -> bool:
    if _IMPLAUSIBLE.search(text):
        return False
    for word in {word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()}:
        letters = {c for c in word.lower() if not c.isascii()} - _SIGNS
        known = not letters or any(letters <= language for language in _LANGUAGES)
        # In a word of another script hardly any letter is one of ASCII.
        if not known or (word not in "àáéóÀÁÉÓ" and sum(map(str.isascii, word)) * 3 < len(word)):
            return False
    return {c for c in text if not c.isascii() and not c.isalpha()} <= _SIGNS


def samples(raw: bytes) -> list[Sample]:
    """Of each encoding that fits: the first line, and some that are not ASCII."""
    found = []
    for name, (codec, title) in ENCODINGS.items():
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _CONTROLS.search(text) and (codec != "utf-16" or b"\0" in raw):
            found.append(Sample(name, title, _telling(text)))
    return found


def _telling(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    beyond = [line for line in lines[1:] if not line.isascii()]
    return [line[:SHOWN_WIDTH] for line in [*lines[:1], *(beyond or lines[1:])][:SHOWN_LINES]]


def _refuse_other_texts(text: str) -> None:
    """For what is text and no table."""
    begin = text[:2000].lstrip("\ufeff \t\r\n")
    if _MARKUP.match(begin):
        raise not_a_table(
            "a web page or XML, which some programs call .xls", "Open it in a spreadsheet and save it as .xlsx or CSV"
        )
    if begin.startswith(("{", "[")):
        try:
            json.JSONDecoder().raw_decode(text.lstrip("\ufeff \t\r\n"))
        except (ValueError, RecursionError):
            return
        raise not_a_table("JSON", "Export it as CSV, or paste its numbers")
