"""An uploaded table as lines of a plan: its header is found, and what each row says is read from its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from numberadmin import files, spelling
from numberadmin.services import rentals, table_columns, table_encoding, table_rows, table_workbook
from numberadmin.services.applications import NOT_NAMES
from numberadmin.services.results import Refusal
from numberadmin.services.sheet import LABEL_LENGTH, MOST_LINES, Line, bounded
from numberadmin.services.table_columns import APPLICATION, KEY, LABEL, NUMBER, Places
from numberadmin.services.table_rows import HEADER_ROWS, Row
from numberadmin.text import clean

# What some programs write around a text that a spreadsheet is to leave as it is.
_GUARDED = re.compile(r'\s*="(.*)"\s*', re.DOTALL)
# Lines that tables on a terminal, or in a ticket, have between their rows.
_RULE = re.compile(r"[-=:+]{2,}")
_NO_LABEL = frozenset((*NOT_NAMES, "n/a"))
# So much of each cell is read; of a label one more than there may be, to say so.
_MOST = {NUMBER.name: 100, APPLICATION.name: 200, KEY.name: 200, LABEL.name: LABEL_LENGTH + 1}
_NOTHING = "nothing to change: the label is empty"
_NAME_THEM = "name the columns in the first row, like number,application"


@dataclass(frozen=True)
class Table:
    """The lines, and what a person should know of how they were read; `doubtful`: something in it was only likely."""

    lines: list[Line]
    said: str = ""
    doubtful: bool = False


def of_file(raw: bytes, encoding: str = "") -> Table:
    """A CSV in any encoding, or a workbook. `encoding` is what a person has said; UnknownEncoding is raised where one
    has to. Another Refusal says why it cannot be read, or that it is too much."""
    if table_workbook.is_workbook(raw):
        sheet = table_workbook.first_sheet(raw, MOST_LINES + HEADER_ROWS)
        table = _of_rows(sheet.rows)
        said = f"The sheet “{sheet.name}” was read, and no other." if sheet.name else ""
        return replace(table, said=" ".join(filter(None, (said, table.said))))
    found = table_encoding.decoded(raw, encoding)
    table = of_text(found.text)
    if not found.likely:
        return table
    said = f"The file is not UTF-8 and was read as {found.likely}. If letters look wrong, upload it with its encoding."
    return Table(table.lines, f"{said} {table.said}".rstrip(), doubtful=True)


def of_text(text: str) -> Table:
    """Raises Refusal."""
    return _of_rows(table_rows.rows(text))


def _of_rows(rows: Sequence[Row]) -> Table:
    table_rows.bounded(rows)
    filled = [row for row in rows if not row.is_empty]
    bounded(len(filled) - HEADER_ROWS)
    header = _header(filled)
    places = _by_position(filled) if header is None else table_columns.found(header.cells)
    lines = [_line(row, places, header) for row in filled if not _is_aside(row, header)]
    bounded(len(lines))
    return Table(lines, _said(places))


def _header(rows: Sequence[Row]) -> Row | None:
    """The row that names most columns; None where the first row has a number and none does. Raises Refusal where rows
    without a number come first, and none of them names a column that is known."""
    first = next((row.line for row in rows if row.has_number), None)
    some = [(table_columns.known(row.cells), row) for row in rows[:HEADER_ROWS] if row.is_header]
    # Further down, a single word may be in a row by chance.
    named = [(known, row) for known, row in some if first is None or row.line < first or known > 1]
    if named:
        return max(named, key=lambda pair: (pair[0], -pair[1].line))[1]
    before = [row for row in rows if (first is None or row.line < first) and not _is_comment(row)]
    if before:
        raise table_columns.unknown([clean(cell, 60) for cell in max(before, key=_width).cells])
    return None


def _by_position(rows: Sequence[Row]) -> Places:
    """Raises Refusal where not even the places of the columns can be told."""
    rows = [row for row in rows if not _is_comment(row)]
    if rows and (not table_rows.is_like_a_number(rows[0].cells[0]) or max(map(_width, rows)) > 3):
        raise Refusal(
            f"Which column is which is not clear in this table. Nothing was changed. {_NAME_THEM.capitalize()}; "
            "without names they are the number, its application and its label."
        )
    return table_columns.by_position()


def _width(row: Row) -> int:
    return max((place for place, cell in enumerate(row.cells, 1) if cell.strip()), default=0)


def _is_comment(row: Row) -> bool:
    return row.cells[0].lstrip().startswith("#") and not row.has_number


def _is_aside(row: Row, header: Row | None) -> bool:
    """A header, once more too; a rule; and what stands before the first row with a number."""
    texts = [cell.strip() for cell in row.cells if cell.strip()]
    if all(map(_RULE.fullmatch, texts)) or (_is_comment(row) and not header):
        return True
    return header is not None and (row.cells == header.cells or (row.line < header.line and not row.has_number))


def _line(row: Row, places: Places, header: Row | None) -> Line:
    cells = {name: row.cells[at].strip() for name, at in places.at.items() if at < len(row.cells)}
    texts = {name: _text(cell, _MOST[name]) for name, cell in cells.items()}
    text, label = texts.get(NUMBER.name, ""), _label(texts.get(LABEL.name, ""), places)
    key = texts.get(KEY.name, "") if KEY.name in places.at else None
    line = Line(
        row.line,
        text,
        application=texts.get(APPLICATION.name, ""),
        key=key if key or places.exported else None,
        label=label[:LABEL_LENGTH],
    )
    if problem := _problem(row, line, cells, label, places, header):
        return replace(line, problem=problem)
    try:
        line = replace(line, number=spelling.number(text))
    except spelling.Unreadable as error:
        return replace(line, problem=str(error))
    only_labels = APPLICATION.name not in places.at and KEY.name not in places.at
    return replace(line, problem=_NOTHING) if only_labels and not label else line


def _text(cell: str, most: int) -> str:
    """At most so many characters of the cell, cut first: cleaning a long text takes its time."""
    cell = cell[: 4 * most]
    guarded = _GUARDED.fullmatch(cell)
    return clean(guarded[1].replace('""', '"') if guarded else files.uncell(cell), most)


def _label(text: str, places: Places) -> str:
    """In a column that is called otherwise, some write a dash where there is none."""
    title = places.titles[places.at[LABEL.name]] if places.titles and LABEL.name in places.at else ""
    return "" if title.lower() != LABEL.name and text.lower() in _NO_LABEL else text


def _problem(row: Row, line: Line, cells: dict[str, str], label: str, places: Places, header: Row | None) -> str:
    """Why the row cannot be used, whatever its number is."""
    if header is not None and row.line < header.line:
        return "it stands above the names of the columns, and was not read"
    if any("\n" in cell or "\r" in cell for cell in cells.values()):
        return 'a cell goes over several lines, which may be lines of their own: look for a single quotation mark (")'
    if wrong := row.errors & set(places.at.values()):
        return f"a formula in this row failed: it shows {clean(row.cells[min(wrong)], 60)}"
    if len(label) > LABEL_LENGTH:
        return f"the label is longer than {LABEL_LENGTH} characters"
    if not places.may_unassign and line.application.lower() in NOT_NAMES:
        called = f"“{places.titles[places.at[APPLICATION.name]]}”" if places.titles else "without a name"
        return f"in a column {called} “{line.application}” takes no number out of its application: " + (
            "call the column application for that" if places.titles else f"{_NAME_THEM}, for that"
        )
    return ""


def _said(places: Places) -> str:
    """Which columns were taken for which, where they are called otherwise here, and which were not read."""
    others = [
        f"as {name}: “{places.titles[at]}”"
        for name, at in places.at.items()
        if places.titles and table_columns.bare(places.titles[at]) != table_columns.bare(name)
    ]
    # Those that only tell of a number, as the inventory has it, nobody expects to be read.
    told = set(rentals.COLUMNS) - {"note"} if places.exported else set()
    unread = [title for title in places.unread if title not in told]
    some = ", ".join(f"“{title}”" for title in unread[:8]) + (", …" if len(unread) > 8 else "")
    said = [f"Read {', '.join(others)}."] if others else []
    said += [f"Not read: {some}."] if unread else []
    said += ["Notes are changed on the number's page."] if places.exported and "note" in unread else []
    return " ".join(said)
