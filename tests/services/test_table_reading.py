"""How a table's header, separator and columns are found, and what is refused rather than guessed."""

import pytest

from inventory import past
from numberadmin.audit import files as audit_files
from numberadmin.services import plans, rentals, sheet
from numberadmin.services.results import Refusal
from numberadmin.services.table_reading import of_text


def read(text):
    return [(row.line, row.number, row.application, row.label) for row in of_text(text).lines]


def problems(text):
    return [row.problem for row in of_text(text).lines]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_is_read_with_each_separator(separator):
    text = "\ufeff\ufeffLabel,Number,Application\r\nx,14155550101,K".replace(",", separator)
    assert read(text) == [(2, 14155550101, "K", "x")]


@pytest.mark.parametrize("named", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_the_separator_that_excel_names_is_taken(named):
    rows = read(f'{named}\r\nnumber;application\r\n14155550101;"Support,  two"\r\n')
    assert rows == [(3, 14155550101, "Support, two", "")]


def test_the_header_is_found_below_titles_comments_and_empty_lines():
    text = "Numbers, all of them\n# made on 2026-11-25, by Ann\n\nnumber;application;label\n14155550101;A;x\n"
    assert read(text) == [(5, 14155550101, "A", "x")]


def test_a_line_above_the_header_that_has_a_number_is_not_lost():
    text = "Account,442079460000\nnumber,application\n14155550101,A\n"
    assert [bool(problem) for problem in problems(text)] == [True, False]
    assert "above the names of the columns" in problems(text)[0]


@pytest.mark.parametrize(
    "header",
    ["phone_number,application", "PhoneNumber,App", "DID,Trunk", "TN,Connection Name", "msisdn,Application Name",
     "Rufnummer,Anwendung", "Numéro de téléphone,Application", "NÚMERO,Aplicación", "E.164,application_name",
     "Phone Number (E.164),Application [name]", "\u200bnumber,application", "\ufeff number ,\u00a0application",
     "電話番号,アプリケーション", '"number","application"', "#number,application", "номер,приложение"],
)  # fmt: skip
def test_columns_are_known_by_the_names_that_others_give_them(header):
    assert read(f"{header}\n14155550101,Support\n") == [(2, 14155550101, "Support", "")]


@pytest.mark.parametrize(
    "text",
    [
        "whatever,notes,application\n14155550101,-,Support\n",
        "first,second\n14155550101,none\n",
        "phone_number,city,assigned to\n14155550101,Rome,Support\n",
        "number\n14155550101\n",
        "application,label\nSupport,x\n",
        "just a text\nof two lines\n",
        "14155550101,Support,x,y\n",
        "Support,14155550101\n",
    ],
)
def test_columns_that_are_not_known_are_refused_with_what_is_wanted(text):
    with pytest.raises(
        Refusal, match=r"(?s)(No column of|not clear in) this table.*Nothing was changed.*number"
    ) as refused:
        of_text(text)
    first = text.split("\n")[0].split(",")[0]
    assert first.isdigit() or first == "Support" or f"“{first}”" in refused.value.message


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (audit_files.CSV_COLUMNS, "the audit's export"),
        (audit_files.NUMBER_COLUMNS, "the audit's export"),
        (plans.COLUMNS, "the result of a plan"),
        (past.COLUMNS, "a file of changes"),
    ],
)
def test_a_file_of_ours_that_says_what_was_done_is_not_read_as_wishes(columns, what):
    cells = ["+14155550101" if name in ("number", "numbers") else "" for name in columns]
    with pytest.raises(Refusal, match=rf"This is {what}\. It says what was done.* Nothing was changed\."):
        of_text(f"{','.join(columns)}\n{','.join(cells)}\n")


def test_an_export_of_the_inventory_says_where_numbers_are_to_go():
    assert of_text(f"{','.join(rentals.COLUMNS)}\n+14155550101,,Support\n").lines[0].application == "Support"


@pytest.mark.parametrize(
    ("header", "which"),
    [("number,Number,application", "“number” and “Number”"), ("number,phone,application", "“number” and “phone”"),
     ("number,application,trunk", "“application” and “trunk”"), ("number,label,name", "“label” and “name”")],
)  # fmt: skip
def test_two_columns_that_could_be_the_same_are_refused(header, which):
    with pytest.raises(Refusal, match=f"Two columns could be .*{which}"):
        of_text(f"{header}\n14155550101,A,B\n")


@pytest.mark.parametrize("said", ["-", "none", "Unassign"])
@pytest.mark.parametrize("header", ["TN,Trunk\n", "number,connection_name\n", ""])
def test_nothing_takes_a_number_out_in_a_column_that_nobody_called_application(said, header):
    [problem] = problems(f"{header}+14155550101,{said}\n")
    assert f"“{said}” takes no number out of its application" in problem


def test_a_dash_in_somebodys_notes_is_no_label():
    assert read("phone_number,notes,application\n14155550101,-,Support\n14155550102,None,\n") == [
        (2, 14155550101, "Support", ""),
        (3, 14155550102, "", ""),
    ]


def test_notes_are_the_label_only_where_there_is_no_other():
    assert read("number,label,note\n14155550101,Desk,called twice\n") == [(2, 14155550101, "", "Desk")]
    assert read("number,notes\n14155550101,called twice\n") == [(2, 14155550101, "", "called twice")]


@pytest.mark.parametrize(
    ("header", "key"), [("number,application_key", None), ("number,application,application_key", "")]
)
def test_an_empty_key_says_something_only_beside_an_application_as_our_export_has_them(header, key):
    assert of_text(f"{header}\n14155550101,,\n").lines[0].key == key


def test_an_empty_label_without_a_column_for_the_application_changes_nothing():
    nothing = "nothing to change: the label is empty"
    assert problems("number,label,notes\n14155550101,,x\n14155550102,Desk,\n") == [nothing, ""]
    assert problems("number,application,label\n14155550101,,\n") == [""]


def test_without_a_header_the_columns_come_in_their_order():
    assert read('14155550101,Support\n"14155550102","Support, two",Desk\n') == [
        (1, 14155550101, "Support", ""),
        (2, 14155550102, "Support, two", "Desk"),
    ]


def test_how_foreign_columns_were_read_is_said():
    said = of_text("TN,City,Trunk\n14155550101,Rome,Support\n").said
    assert said == "Read as number: “TN”, as application: “Trunk”. Not read: “City”."
    assert of_text("number,application\n14155550101,A\n").said == ""


def test_columns_that_are_not_read_are_named():
    assert of_text("number,application,foo\n14155550101,A,x\n").said == "Not read: “foo”."
    said = of_text(f"{','.join(rentals.COLUMNS)},mine\n+14155550101,,A\n").said
    assert said == "Not read: “note”, “mine”. Notes are changed on the number's page."


def test_lines_keep_their_place_and_empty_ones_are_left_out():
    text = "number,label\n14155550101\n\n \u200b \n14155550102\n"
    assert [place for place, *_ in read(text)] == [2, 5]


def test_a_table_as_a_terminal_or_a_ticket_draws_it():
    text = (
        "| number | application |\n|---|---|\n| +1 415-555-0101 | Support |\n"
        "| number | application |\n| 14155550102 | none |\n"
    )
    assert read(text) == [(3, 14155550101, "Support", ""), (5, 14155550102, "none", "")]


def test_a_guard_around_a_text_is_taken_away():
    text = 'number,application,label\n"=""+14155550101""",="Support",\'=x\n'
    assert read(text) == [(2, 14155550101, "Support", "=x")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("number,application\n14155550101,A\n" + "1" * 200_000, r"Row 3 .* more than 32,767 characters"),
        ('number,application\n14155550101,"A\n', "Row 2 .* a quotation mark"),
        ('number,application\n14155550101,"A"b\n', "Row 2 .* a quotation mark"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(text, why):
    with pytest.raises(Refusal, match=why):
        of_text(text)


def test_a_quotation_mark_that_nothing_closes_swallows_no_lines():
    text = 'number,application,label\n14155550101,A,"17 inch\n14155550102,none,\n14155550105,none,'
    with pytest.raises(Refusal, match="Row 2 of the table cannot be read"):
        of_text(text)
    [row, after] = of_text(text + '"\n14155550106,A,').lines
    assert "several lines" in row.problem
    assert after.number == 14155550106


def test_a_decimal_comma_in_each_row_does_not_hide_the_semicolons():
    rows = "".join(f"1415555010{n};Support;1,50\n" for n in range(5))
    assert [row[2:] for row in read("number;application;price\n" + rows)] == [("Support", "")] * 5
    assert [row[2:] for row in read(rows)] == [("Support", "1,50")] * 5


def test_empty_rows_without_end_are_refused():
    assert read("number,label\n" + "\n" * 10_000 + "14155550101,x\n") == [(10_002, 14155550101, "", "x")]
    with pytest.raises(Refusal, match="more than 100,000 rows, empty ones among them"):
        of_text("number,label\n" + "\n" * 100_001)


def test_too_many_lines_are_refused(monkeypatch):
    monkeypatch.setattr(sheet, "MOST_LINES", 3)
    rows = "".join(f"1415555010{n},A\n" for n in range(4))
    with pytest.raises(Refusal, match="At most 3 lines"):
        of_text("number,application\n" + rows)
