"""Rows as a file, line by line: CSV that a spreadsheet shows and never computes, or exact JSON lines.

What `cell` writes, `uncell` reads back, whatever the text is: where a spreadsheet might see a formula, one quotation
mark is put in front of it and of those that are there already, and one is taken away.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from numberadmin import e164, spelling

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
# Excel takes a CSV for UTF-8 where it begins with this.
MARK = "\ufeff"
# The column whose whole numbers are phone numbers.
PHONE = "number"
# No more characters fit into a cell of a spreadsheet.
MOST_CHARACTERS = 32_767
_CUT = "… (cut here; the JSON lines have all of it)"
# What may begin a formula: a sign, after blanks and quotation marks.
_FORMULA = r"(?:[^\S\t\r\n]|\")*[=+\-@\uff1d\uff0b\uff0d\uff20]"
# A cell begins where the text does; after semicolons, tabs and ends of lines too, for spreadsheets that cut at these.
# Some drop a tab or the end of a line before they look.
_START = re.compile(rf"^('*)(?={_FORMULA}|[\t\r\n])")
_INSIDE = re.compile(rf"([;\t\r\n])('*)(?={_FORMULA})")


def lines(rows: Iterable[Mapping[str, Any]], kind: str, columns: Sequence[str]) -> Iterator[str]:
    """The rows as `kind`; `columns` are those of the CSV, the JSON lines have all."""
    return _jsonl(rows) if kind == "jsonl" else _csv(rows, columns)


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_phone(row[column]) if column == PHONE else cell(row[column]) for column in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _phone(value: object) -> str:
    """'+44 20 7946 0000': with blanks, no spreadsheet takes it for a sum or rounds it. Without them where an odd number
    would be read back as another one."""
    if not isinstance(value, int):
        return cell(value)
    with suppress(spelling.Unreadable):
        if spelling.number(shown := e164.shown(value)) == value:
            return shown
    return f"+{value}"


def cell(value: object) -> str:
    """A text that a spreadsheet shows whole and never computes."""
    text = " ".join(str(v) for v in value) if isinstance(value, list) else "" if value is None else str(value)
    return _fitting(_START.sub(r"'\1", _INSIDE.sub(r"\1'\2", text)))


def uncell(text: str) -> str:
    """What `cell` made a text of."""
    return _START.sub(_one_less, _INSIDE.sub(_one_less, text))


def _one_less(found: re.Match[str]) -> str:
    return found[0].removesuffix("'")


def _fitting(text: str) -> str:
    """Excel counts as UTF-16 does."""
    units = text.encode("utf-16-le", "surrogatepass") if len(text) * 2 > MOST_CHARACTERS else b""
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
