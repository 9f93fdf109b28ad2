"""What holds of every table: it comes back as it went out, it never raises anything odd, and it never guesses."""

import csv
import io
from contextlib import suppress

from hypothesis import assume, given
from hypothesis import strategies as st

from numberadmin import files
from numberadmin.services import table_columns
from numberadmin.services.applications import NOT_NAMES
from numberadmin.services.results import Refusal
from numberadmin.services.table_encoding import ENCODINGS
from numberadmin.services.table_reading import of_file, of_text
from numberadmin.text import clean
from tests.services.test_table_workbook import workbook

LIKELY = "'\";,|\t\n =+-@＝#ab1é東🙂\u200b\xa0\u0301"
TEXT = st.text(st.sampled_from(LIKELY), max_size=12) | st.text(max_size=20)
KEY = "bb7b4e39-4227-4913-8c81-2db4abb54fb3"


def exported(name, label, note=""):
    row = {"number": 442079460100, "application_key": KEY, "application": name, "city": "Ærø", "label": label}
    row["note"] = note
    return "".join(files.lines([row], "csv", list(row)))


def saved(text, separator):
    """As a spreadsheet saves it that was opened with commas."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(csv.reader(io.StringIO(text, newline="")))
    return out.getvalue()


def read(raw, encoding=""):
    [line] = of_file(raw, encoding).lines
    assert line.problem == ""
    return line.number, line.key, line.application, line.label


UNICODE = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
BEGINNINGS = st.sampled_from([b"", b"PK\x03\x04", b"PK\x03\x04\x14\0\0\0", b"\xff\xfe", b"\xef\xbb\xbf"])


@given(TEXT.map(clean), TEXT.map(clean), TEXT, st.sampled_from(",;\t|"), UNICODE)
def test_a_row_comes_back_as_it_was_exported(name, label, note, separator, codec):
    raw = saved(exported(name, label, note), separator).encode(codec)
    assert read(raw) == (442079460100, KEY, name, label)


@given(TEXT.map(clean), TEXT.map(clean), st.sampled_from([name for name in ENCODINGS if name != "utf-8"]))
def test_a_row_comes_back_in_any_encoding_once_that_is_chosen(name, label, encoding):
    codec = ENCODINGS[encoding][0]
    written = [text.encode(codec, "ignore").decode(codec) for text in (name, label, "Ærø")]
    # What the encoding has not is lost before the file comes here.
    assume(written[:2] == [clean(text) for text in written[:2]])
    raw = exported(*written[:2]).replace("Ærø", written[2]).encode(codec)
    assert read(raw, encoding) == (442079460100, KEY, *written[:2])


@given(st.text(st.sampled_from(LIKELY + "0123456789number\r"), max_size=80) | st.text(max_size=80))
def test_whatever_the_text_is_it_is_read_or_refused(text):
    with suppress(Refusal):
        for line in of_text(text).lines:
            assert (line.number is None) == bool(line.problem)


@given(st.binary(max_size=60), BEGINNINGS)
def test_whatever_the_file_is_it_is_read_or_refused(raw, beginning):
    with suppress(Refusal):
        of_file(beginning + raw)


@given(st.data())
def test_a_workbook_that_was_damaged_on_its_way_is_read_or_refused(data):
    raw = bytearray(WORKBOOK)
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=5)):
        raw[place] = data.draw(st.integers(0, 255))
    with suppress(Refusal):
        of_file(bytes(raw))


WORKBOOK = workbook(["number", "application"], [14155550101, "Support"])
NAMES = st.sampled_from(
    ["number", "TN", "Trunk", "app", "notes", "label", "application", "Anwendung", "whatever", "city", ""]
)
CELLS = st.sampled_from(["-", "none", "Unassign", "Support", "+442079460100", "14155550106", "", "x"])


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_only_a_column_called_application_says_that_a_number_goes_into_none(header, rows):
    text = "\n".join(",".join(row) for row in [header, *rows])
    with suppress(Refusal):
        for line in of_text(text).lines:
            if not line.problem and line.application.lower() in NOT_NAMES:
                assert {"application", "Anwendung"} & set(header)


@given(st.lists(TEXT, min_size=1, max_size=4), CELLS)
def test_a_header_that_names_no_number_plans_nothing(header, cell):
    assume(not table_columns.is_header(header) and any(map(clean, header)))
    assume(not any(character.isdigit() for title in header for character in title))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, ["+442079460100", cell, "x", "y"]])
    with suppress(Refusal):
        assert [line for line in of_text(out.getvalue()).lines if not line.problem] == []
