"""Workbooks (.xlsx): their first sheet that has cells, as rows. Nothing of one is unpacked before its size is known."""

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import openpyxl

from numberadmin.services.results import Refusal
from numberadmin.services.table_encoding import not_a_table
from numberadmin.services.table_rows import MOST_ROWS, Row, too_many_rows

# Of a workbook unpacked: its bytes, and the elements of its XML, of which each cell is two or three.
MOST_UNPACKED, MOST_ELEMENTS, MOST_MEMBERS = 60_000_000, 1_500_000, 2_000
MOST_COLUMNS = 200
_TOO_LARGE = "This file is too large when it is unpacked. Nothing was changed. Save the sheet as CSV."


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, and its name where the workbook has others with cells too."""

    rows: list[Row]
    name: str = ""


def is_workbook(raw: bytes) -> bool:
    """Whether these are the first bytes of an .xlsx, or of something else that is a zip archive."""
    return raw.startswith(b"PK\x03\x04")


def first_sheet(raw: bytes, most_rows: int) -> Sheet:
    """Of the first sheet that has cells. Raises Refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _look_inside(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(raw, most_rows)
    except Refusal:
        raise
    except Exception:
        # Whatever a damaged or an odd file makes of the readers; entities in its XML, which defusedxml forbids.
        raise Refusal(
            "This workbook cannot be read. Nothing was changed. Save it as .xlsx or as CSV in the program that it "
            "comes from."
        ) from None


def _read(raw: bytes, most: int) -> Sheet:
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    filled = [sheet for sheet in sheets if next(_rows(sheet), None)]
    if not filled:
        raise Refusal("There is no cell with anything in it in this workbook. Nothing was changed.")
    found = list(islice(_rows(filled[0]), most + 1))
    if len(found) > most:
        raise Refusal(f"At most {most:,} rows at a time. Nothing was changed. Do it in parts.")
    return Sheet(found, str(filled[0].title) if len(filled) > 1 else "")


def _look_inside(archive: zipfile.ZipFile) -> None:
    """Raises Refusal for an archive that is no .xlsx, and for one that unpacks to too much."""
    members = archive.infolist()
    too_much = len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_UNPACKED
    # Spreadsheets pack by nothing else, and other ways may take any amount of memory.
    known = all(one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in members)
    if too_much or not known:
        raise Refusal(_TOO_LARGE)
    if "xl/workbook.xml" not in archive.namelist():
        raise not_a_table(*_other_archive(archive))
    if _elements(archive) > MOST_ELEMENTS:
        raise Refusal(_TOO_LARGE)


def _elements(archive: zipfile.ZipFile) -> int:
    """How many the XML in it has: the reader takes some microseconds for each."""
    found = 0
    for member in archive.infolist():
        with archive.open(member) as file:
            while part := file.read(1_000_000):
                found += part.count(b"<") - part.count(b"</")
    return found


def _other_archive(archive: zipfile.ZipFile) -> tuple[str, str]:
    """What it is, and what to do instead."""
    names = archive.namelist()
    kind = archive.open("mimetype").read(100) if "mimetype" in names else b""
    if b"opendocument.spreadsheet" in kind:
        return "a workbook of LibreOffice (.ods)", "Save it as .xlsx or as CSV"
    if any(name.startswith("Index/") or name == "Index.zip" for name in names):
        return "a document of Apple Numbers", "Export it as .xlsx or CSV: File, Export To"
    if "xl/workbook.bin" in names:
        return "a binary workbook (.xlsb)", "Save it as .xlsx or as CSV"
    if "word/document.xml" in names or b"opendocument.text" in kind:
        return "a text document", "Save its table as .xlsx or CSV"
    return "a zip archive", "Unpack it, and upload the table in it"


def _rows(sheet: Any) -> Iterator[Row]:
    """The rows that have something in them."""
    # What a file says of its own size may be wrong.
    sheet.reset_dimensions()
    empty = None
    for place, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if place > MOST_ROWS:
            raise too_many_rows(f"The sheet “{sheet.title}”")
        if cells is empty:
            # Rows that are left out in the file are one object, however many they are.
            continue
        filled = [(n, cell) for n, cell in enumerate(cells) if cell.value is not None]
        if not filled:
            empty = cells
            continue
        texts = [""] * (filled[-1][0] + 1)
        for n, cell in filled:
            texts[n] = _shown(cell.value)
        yield Row(place, texts, frozenset(n for n, cell in filled if cell.data_type == "e"))


def _shown(value: object) -> str:
    """A cell as text: whole numbers with all their digits, days without a time of day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return format(int(value), "d") if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, dt.datetime):
        return str(value.date()) if value.time() == dt.time() else str(value)
    return str(value)
