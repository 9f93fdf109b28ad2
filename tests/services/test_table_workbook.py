"""Workbooks: what their cells show, and those that would take the server down."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from numberadmin.services import table_workbook
from numberadmin.services.results import Refusal
from numberadmin.services.table_reading import of_file

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def workbook(*rows, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, some in {"Numbers": rows, **sheets}.items():
        sheet = book.create_sheet(name)
        for row in some:
            sheet.append(row)
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(raw, **members):
    """With some members of the archive written anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            key = name.rsplit("/", 1)[-1].partition(".")[0]
            new.writestr(name, members.get(key, old.read(name)))
    return out.getvalue()


def archive(*names, **members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in names:
            new.writestr(name, members.get(name, "x"))
    return out.getvalue()


def read(raw):
    return [(row.line, row.number, row.application, row.label) for row in of_file(raw).lines]


def test_numbers_have_all_their_digits_and_other_cells_are_as_shown():
    day = dt.date(2026, 11, 25)
    raw = workbook(
        ["Numbers of Acme"], [], ["Number", "Application", "Label"],
        [442079460000, "Support", 101], [14155550101.0, "Süd", 1.5], ["'+14155550102", "x", True],
        ["+1 415-555-0103", "none", day], [None, None, None], [14155550104, "A", "two\nlines"],
    )  # fmt: skip
    assert read(raw)[:4] == [
        (4, 442079460000, "Support", "101"),
        (5, 14155550101, "Süd", "1.5"),
        (6, 14155550102, "x", "TRUE"),
        (7, 14155550103, "none", "2026-11-25"),
    ]
    assert "several lines" in of_file(raw).lines[4].problem


def test_the_first_sheet_with_cells_is_read_and_that_is_said():
    raw = workbook(Second=[["number", "application"], [14155550101, "A"]], Third=[["x"]])
    table = of_file(raw)
    assert (table.lines[0].number, "“Second”" in table.said) == (14155550101, True)
    assert of_file(workbook(["number", "application"], [14155550101, "A"])).said == ""


def test_a_formula_that_failed_is_said_and_not_planned():
    raw = workbook(["number", "application"], [14155550101, "#REF!"], ["#N/A", "A"])
    assert [row.problem for row in of_file(raw).lines] == [
        "a formula in this row failed: it shows #REF!",
        "a formula in this row failed: it shows #N/A",
    ]


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (archive("mimetype", mimetype="application/vnd.oasis.opendocument.spreadsheet"), r"LibreOffice \(.ods\)"),
        (archive("Index/Document.iwa"), "Apple Numbers"),
        (archive("xl/workbook.bin"), "binary workbook"),
        (archive("word/document.xml"), "a text document"),
        (archive("numbers.csv"), "a zip archive"),
    ],
)
def test_another_archive_is_refused_by_name(raw, what):
    with pytest.raises(Refusal, match=rf"This is .*{what}.*Nothing was changed\. \w+"):
        of_file(raw)


@pytest.mark.parametrize("raw", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 1000, workbook(["number"])[:-200]])
def test_a_damaged_workbook_is_refused(raw):
    with pytest.raises(Refusal, match="This workbook cannot be read"):
        of_file(raw)


def test_an_empty_workbook_is_refused():
    with pytest.raises(Refusal, match="no cell with anything in it"):
        of_file(workbook())


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked():
    raw = rewritten(workbook(["number"]), sheet1=b"<x>" + b" " * (table_workbook.MOST_UNPACKED + 1))
    assert len(raw) < 500_000
    with pytest.raises(Refusal, match="too large when it is unpacked"):
        of_file(raw)


def test_a_workbook_of_too_many_cells_is_not_read():
    cells = "<row>" + "<c/>" * (table_workbook.MOST_ELEMENTS + 1) + "</row>"
    raw = rewritten(workbook(["number"]), sheet1=f"{SHEET}<sheetData>{cells}</sheetData></worksheet>".encode())
    with pytest.raises(Refusal, match="too large when it is unpacked"):
        of_file(raw)


def test_entities_that_expand_without_end_are_refused():
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><sst>&a9;</sst>'
    raw = rewritten(workbook(["number", "application"]), sheet1=bomb.encode())
    with pytest.raises(Refusal, match="This workbook cannot be read"):
        of_file(raw)


@pytest.mark.parametrize("place", ['r="1048576"', 'r="999999999"'])
def test_a_cell_that_is_far_away_costs_nothing(place):
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>number</t></is></c></row>'
    sheet = f'{SHEET}<sheetData>{first}<row {place}><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(Refusal, match="has more than 100,000 rows"):
        of_file(rewritten(workbook(["number"]), sheet1=sheet.encode()))


def test_a_cell_longer_than_spreadsheets_hold_is_refused_with_its_row():
    text = "é" * 200_000
    cell = f'<c t="inlineStr"><is><t>{text}</t></is></c>'
    sheet = f"{SHEET}<sheetData><row>{cell}</row></sheetData></worksheet>"
    raw = rewritten(workbook(["number"]), sheet1=sheet.encode())
    said = r"Row 1 .* a cell in it has more than 32,767 characters\. Nothing was changed"
    with pytest.raises(Refusal, match=said):
        of_file(raw)
    with pytest.raises(Refusal, match=said):
        of_file(f"{text[:40_000]}\nnumber,application\n14155550101,A\n".encode())


def test_one_long_text_in_very_many_cells_is_refused_by_their_sum():
    rows = [["number", "application"], *([14155550101, *["é" * 30_000] * 67] for _ in range(10))]
    with pytest.raises(Refusal, match=r"have 20,\d+,\d+ characters, and at most 20,000,000 are read"):
        of_file(workbook(*rows))


def test_a_long_cell_is_cut_before_it_is_cleaned():
    long = "\u200b" * 30_000
    line = of_file(f"number,application,label\n14155550101,{long}A,{'é' * 30_000}\n".encode()).lines[0]
    assert (line.application, len(line.label), line.problem[:19]) == ("", 100, "the label is longer")
