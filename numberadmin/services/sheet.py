"""What people paste or upload, read line by line: numbers in any spelling, ranges, and tables from a spreadsheet."""

import csv
import io
import re
from dataclasses import dataclass, replace

from numberadmin import files, spelling
from numberadmin.services.results import Refusal
from numberadmin.text import clean

MOST_LINES = 20_000
MOST_BYTES = 5_000_000
LABEL_LENGTH = 100
COLUMNS = ("number", "application", "label")
# What a table may have besides: the inventory's export does.
FURTHER = ("application_key",)
# How Excel names the separator, on a line before the first.
_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line as it was given. `application` is what it says of where the number is to be, by key or by name; `key` is
    what it says by key in a column of its own, as an export has (None: there is no such column). `problem` says why it
    cannot be used."""

    line: int
    text: str
    number: int | None = None
    application: str = ""
    key: str | None = None
    label: str = ""
    problem: str = ""


def decoded(raw: bytes) -> str:
    """A file as spreadsheets write it: UTF-8, UTF-16 with its mark, or the old code of western Windows. Raises Refusal
    for what is no text."""
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refusal("This is a workbook, not a table. Nothing was changed. Save it as CSV in the spreadsheet.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def table(text: str) -> list[Line]:
    """A CSV with the columns number, application and, if wanted, label; the separator is a comma, a semicolon or a tab,
    and without a header the columns come in this order. An export of the inventory is one. Raises Refusal for too much
    or nothing."""
    text = text.removeprefix("\ufeff")
    rows = _rows(text)
    filled = [(place, row) for place, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if filled and _SEPARATOR.match(text):
        filled = filled[1:]
    header = [cell.strip().lower() for cell in filled[0][1]] if filled else []
    if twice := [name for name in (*COLUMNS, *FURTHER) if header.count(name) > 1]:
        raise Refusal(f"Two columns of the table are called {twice[0]}. Nothing was changed. Leave one of them out.")
    places = {name: header.index(name) for name in (*COLUMNS, *FURTHER) if name in header}
    if "number" in places:
        filled = filled[1:]
    else:
        places = dict(zip(COLUMNS, range(len(COLUMNS)), strict=True))
    _bounded(len(filled))
    return [_line(place, row, places) for place, row in filled]


def pasted(text: str) -> list[Line]:
    """Numbers and ranges, as `spelling` reads them: one a line, or several. Raises Refusal."""
    found: list[Line] = []
    for place, row in enumerate(text.splitlines(), 1):
        for piece in spelling.pieces(row):
            found += _spread(place, piece)
            _bounded(len(found))
    _bounded(len(found))
    return found


def _line(place: int, row: list[str], places: dict[str, int]) -> Line:
    def cell(name: str) -> str:
        at = places.get(name)
        return clean(files.uncell(row[at])) if at is not None and at < len(row) else ""

    text, label = cell("number")[:100], " ".join(cell("label").split())
    key = cell("application_key")[:200] if "application_key" in places else None
    line = Line(
        place, text, application=" ".join(cell("application").split())[:200], key=key, label=label[:LABEL_LENGTH]
    )
    if any("\n" in row[at] for at in places.values() if at < len(row)):
        problem = (
            'a cell goes over several lines, which may be lines of their own: look for a single quotation mark (")'
        )
        return replace(line, text=" ".join(text.split()), problem=problem)
    if len(label) > LABEL_LENGTH:
        return replace(line, problem=f"the label is longer than {LABEL_LENGTH} characters")
    try:
        return replace(line, number=spelling.number(text))
    except spelling.Unreadable as error:
        return replace(line, problem=str(error))


def _spread(place: int, piece: str) -> list[Line]:
    """One piece of a line: a number, or a range of them."""
    try:
        numbers = spelling.span(piece)
    except spelling.Unreadable as error:
        return [Line(place, piece[:100], problem=str(error))]
    if len(numbers) == 1:
        return [Line(place, piece[:100], numbers[0])]
    return [Line(place, f"+{number}", number) for number in numbers]


def _rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        # A quotation mark that nothing closes would take all the lines after it into one cell.
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except csv.Error:
        raise Refusal(
            f'Row {len(rows) + 1} of the table cannot be read: a quotation mark (") stands there alone, or a cell has '
            "no end. Nothing was changed."
        ) from None
    return rows


def _separator(text: str) -> str:
    if named := _SEPARATOR.match(text):
        return named[1]
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _bounded(count: int) -> None:
    if count > MOST_LINES:
        raise Refusal(f"At most {MOST_LINES:,} lines at a time. Nothing was changed. Do it in parts.")
