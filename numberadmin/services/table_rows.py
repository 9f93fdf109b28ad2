"""A table as text, cut into rows and cells: the separator is found, and quotation marks are read strictly."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from numberadmin.files import MOST_CHARACTERS
from numberadmin.services import table_columns
from numberadmin.services.results import Refusal
from numberadmin.text import clean, plain

SEPARATORS = ",;\t|"
# So many rows are looked at, empty ones too.
MOST_ROWS = 100_000
# So many characters are in all cells together: a workbook may name one long text in each of its cells.
MOST_TEXT = 20_000_000
# A header is looked for among so many rows, and the separator by so much of the text.
HEADER_ROWS = 50
_SAMPLE = 100_000
# How Excel names the separator, on a line before the first.
_NAMED = re.compile(r'\s*"?sep=([,;\t|])"?[ \t,;|]*(?:\r\n|\n|\r)', re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\b.*|\d\d?[./]\d\d?[./](?:\d\d|\d{4})(?: .*)?")
_ROUNDED = re.compile(r"[+']?\d[\d.,]*E\+?\d+", re.IGNORECASE)
_LONG = f"a cell in it has more than {MOST_CHARACTERS:,} characters"
_QUOTED = 'a quotation mark (") stands there alone, or a cell has no end'
# A phone number with its country code has no fewer digits, short codes aside.
_FEWEST_DIGITS = 7


@dataclass(frozen=True)
class Row:
    """A row with its place in the file, from 1. `errors` are the cells whose formula failed, as a workbook has them."""

    line: int
    cells: Sequence[str]
    errors: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        # Cleaning a long text to see that nobody sees anything of it would cost more than it tells.
        return not any(len(cell) > 1000 or clean(cell) for cell in self.cells)

    @property
    def has_number(self) -> bool:
        """Whether one of its cells looks like a phone number, rounded ones included: such a row is no header."""
        return any(map(is_like_a_number, self.cells))

    @property
    def is_header(self) -> bool:
        return not self.has_number and table_columns.is_header(self.cells)


def is_like_a_number(cell: str) -> bool:
    text = plain(cell[:100])
    if _DATE.fullmatch(text):
        return False
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return (digits >= _FEWEST_DIGITS and digits > 2 * letters) or bool(_ROUNDED.fullmatch(text))


def rows(text: str) -> list[Row]:
    """All rows with their places, empty ones too. Raises Refusal for one that cannot be read."""
    text = text.lstrip("\ufeff")
    found: list[Row] = []
    named = _NAMED.match(text)
    first = text.count("\n", 0, named.end()) + 1 if named else 1
    reader = _reader(text[named.end() if named else 0 :], named[1] if named else separator(text), strict=True)
    try:
        # A quotation mark that nothing closes would take all the lines after it into one cell.
        found.extend(Row(place, cells) for place, cells in enumerate(islice(reader, MOST_ROWS + 1), first))
    except csv.Error as error:
        long = "field limit" in str(error)
        raise _unreadable(first + len(found), _LONG if long else _QUOTED) from None
    if len(found) > MOST_ROWS:
        raise too_many_rows("This table")
    return found


def bounded(rows: Iterable[Row]) -> None:
    """Raises Refusal for a cell that no spreadsheet can hold, and for too much text in all of them."""
    total = 0
    for row in rows:
        sizes = [len(cell) for cell in row.cells]
        total += sum(sizes)
        if max(sizes, default=0) > MOST_CHARACTERS:
            raise _unreadable(row.line, _LONG)
    if total > MOST_TEXT:
        raise Refusal(
            f"The cells of this table have {total:,} characters, and at most {MOST_TEXT:,} are read. Nothing was "
            "changed. Leave out the columns that are not needed, or do it in parts."
        )


def too_many_rows(what: str) -> Refusal:
    return Refusal(
        f"{what} has more than {MOST_ROWS:,} rows, empty ones among them. Nothing was changed. Delete the empty ones, "
        "or do it in parts."
    )


def separator(text: str) -> str:
    """The one by which a header is found; else the one that cuts most rows alike."""
    sample = text[:_SAMPLE]
    return max(SEPARATORS, key=lambda one: _fit(sample, one))


def _fit(sample: str, separator: str) -> tuple[int, int, int, int]:
    """How many columns of a header are known, how many rows have a number beside something, how many have as many
    cells as most have, and how many cells these are."""
    some = [row for row in _some(sample, separator) if not row.is_empty]
    known = max((table_columns.known(row.cells) for row in some[:HEADER_ROWS] if row.is_header), default=0)
    wide = [row for row in some if len(row.cells) > 1]
    width, often = max(Counter(len(row.cells) for row in wide).items(), key=lambda pair: pair[::-1], default=(0, 0))
    return known, sum(row.has_number for row in wide), often, width


def _some(sample: str, separator: str) -> list[Row]:
    found: list[Row] = []
    try:
        for place, cells in enumerate(_reader(sample, separator, strict=False), 1):
            found.append(Row(place, cells[:200]))
            if place == 4 * HEADER_ROWS:
                break
    except csv.Error:
        pass
    return found


def _reader(text: str, separator: str, *, strict: bool) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator, strict=strict)


def _unreadable(line: int, why: str) -> Refusal:
    return Refusal(f"Row {line:,} of the table cannot be read: {why}. Nothing was changed.")
