import csv
import io
import json
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from numberadmin.audit import files, journal


def exported(acme, format, *, by_number=False, **fields):
    asked = journal.read(acme, QueryDict(urlencode(fields)), {"key": "Support"})
    return "".join(files.lines(asked, format, by_number=by_number))


def test_json_lines_hold_each_operation_exactly(acme, add):
    entry = add(14150005550, 14150005551, reason="=1+1")
    row = json.loads(exported(acme, "jsonl"))
    assert row["operation"] == str(entry.operation)
    assert row["numbers"] == [14150005550, 14150005551]
    assert (row["became"], row["reason"]) == (["key", "key"], "=1+1")


def test_csv_holds_a_row_an_operation_with_numbers_as_digits(acme, add):
    add(14150005550, 14150005551)
    row = next(csv.DictReader(io.StringIO(exported(acme, "csv"))))
    assert row["numbers"] == "14150005550 14150005551"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1"])
def test_no_cell_of_the_csv_begins_like_a_formula(acme, add, text):
    add(14150005550, reason=text, actor_name=text)
    row = next(csv.DictReader(io.StringIO(exported(acme, "csv"), newline="")))
    assert (row["reason"], row["actor"]) == (f"'{text}", f"'{text}")


def test_of_many_numbers_no_cell_is_larger_than_a_spreadsheet_takes(acme, add):
    numbers = range(14150000000, 14150004200)
    entry = add(*numbers)
    for by_number in (False, True):
        rows = list(csv.DictReader(io.StringIO(exported(acme, "csv", by_number=by_number))))
        assert max(len(cell) for row in rows for cell in row.values()) <= 32_767
        assert {row["operation"] for row in rows} == {str(entry.operation)}
        cells = " ".join(
            row["number" if by_number else "numbers"].replace("-", "").replace(" ", "" if by_number else " ")
            for row in rows
        )
        assert [int(cell) for cell in cells.split()] == list(numbers)


def test_a_line_a_number_says_where_each_was_and_came_to(acme, add):
    add(14150005550, 14150005551)
    add(action="sign-in")
    rows = list(csv.DictReader(io.StringIO(exported(acme, "csv", by_number=True))))
    assert [(row["number"], row["was"], row["became"], row["became_name"]) for row in rows] == [
        ("+1 415-000-5550", "none", "key", "Support"),
        ("+1 415-000-5551", "none", "key", "Support"),
        ("", "", "", ""),
    ]


def test_in_a_list_of_applications_none_is_a_word(acme, add):
    add(14150005550, 14150005551)
    row = next(csv.DictReader(io.StringIO(exported(acme, "csv"))))
    assert (row["was"], row["became"]) == ("none none", "key key")


def test_an_export_of_more_than_one_batch_is_whole(acme, add, monkeypatch):
    monkeypatch.setattr(files, "BATCH", 3)
    positions = [add(14150005550).pk for _ in range(8)]
    assert [json.loads(line)["position"] for line in exported(acme, "jsonl").splitlines()] == positions


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"number": 14150005551}, 1),
        ({"number": 14159999999}, 0),
        ({"application": "key"}, 2),
        ({"actor": "anna"}, 2),
        ({"outcome": "succeeded"}, 2),
        ({"outcome": "failed"}, 0),
        ({"action": "assign"}, 2),
        ({"action": "move"}, 0),
        ({"q": "5551"}, 1),
        ({"q": "Anna 5550"}, 1),
        ({"q": "nobody"}, 0),
    ],
)
def test_the_filters_of_the_page_narrow_the_export(acme, add, fields, found):
    add(14150005550)
    add(14150005551)
    assert len(exported(acme, "jsonl", **fields).splitlines()) == found
