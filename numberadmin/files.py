"""Rows as a file, line by line: CSV that a spreadsheet shows and never computes, or exact JSON lines."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def kind_of(text: str) -> str:
    """One of TYPES; CSV where it is none."""
    return text if text in TYPES else "csv"


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
        writer.writerow([cell(row[column]) for column in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def cell(value: object) -> str:
    """A text that a spreadsheet shows and never computes."""
    text = " ".join(str(v) for v in value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if _computes(text) else text


def uncell(text: str) -> str:
    """What `cell` made a text of."""
    return text[1:] if text[:1] == "'" and _computes(text[1:]) else text


def _computes(text: str) -> bool:
    return text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n")
