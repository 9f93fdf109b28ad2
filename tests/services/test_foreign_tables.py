"""Tables as other programs write them, by way of the upload page: each does what a person would expect of it."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from numberadmin.sandbox import sample
from numberadmin.services import applications
from numberadmin.services.models import Plan
from tests.services.test_upload_page import kept
from tests.tools.make_tables import FOLDER, FREE, UK, US

pytestmark = pytest.mark.django_db
NAMES = dict(zip(sample.DEMO_APPLICATIONS, ("Support", "Büro Köln", "東京本社"), strict=False))
uk, us, free = int(UK), int(US), int(FREE)
# The lines that are planned, as number, what, application and label; those that are wrong, by a word of why.
TO_SUPPORT = [(free, "assign", "Support", "")]
PLANNED = {
    "twilio.csv": [(free, "label", "", "Lobby Berlin"), (uk, "label", "Support", "(020) 7946 0100")],
    "twilio-cli.tsv": [(free, "label", "", "Lobby Berlin"), (uk, "label", "Support", "Front desk")],
    "telnyx.csv": [(free, "assign", "Support", "Autumn"), (uk, "leave"), (us, "label", "Support", "Winter")],
    "vonage.csv": [(free, "assign", "Support", ""), (uk, "wrong", "known as Not linked")],
    "plivo.csv": [(free, "wrong", "known as /v1/Account"), (uk, "wrong", "no application is given")],
    "fusionpbx.csv": [(free, "label", "", "Sales"), (uk, "wrong", "the label is empty")],
    "carrier-inventory.txt": [
        (free, "assign", "Support", "new"),
        (None, "wrong", "“-” takes no number out"),
        (None, "wrong", "“none” takes no number out"),
    ],
    "excel-en-us.csv": [(free, "assign", "Support", "Zoë's desk, 1st floor"), (None, "wrong", "rounded")],
    "excel-en-us-ansi.csv": [(free, "assign", "Büro Köln", "Café")],
    "excel-de-de.csv": [(uk, "move", "Büro Köln", "Empfang"), (free, "assign", "Support", "Lager; Keller")],
    "excel-de-de-rounded.csv": [(None, "wrong", "rounded"), *TO_SUPPORT],
    "excel-fr-fr.csv": [(uk, "move", "Büro Köln", "Été à Genève"), *TO_SUPPORT],
    "excel-unicode.txt": [(free, "assign", "東京本社", "受付")],
    "excel-sep.csv": TO_SUPPORT,
    "libreoffice.csv": [(free, "assign", "Support", "Dvořák")],
    "libreoffice-tab.csv": TO_SUPPORT,
    "apple-numbers.csv": [(free, "assign", "Support", "Zoë")],
    "google-sheets.tsv": [(free, "assign", "Support", "Front desk")],
    "ticket.txt": [*TO_SUPPORT, (uk, "unassign", "", "")],
    "mysql.txt": [*TO_SUPPORT, (uk, "leave")],
    "titles.csv": [(free, "assign", "Support", "x")],
    "guarded.csv": [*TO_SUPPORT, (uk, "unassign", "", "")],
    "invisible.csv": TO_SUPPORT,
    "notes-before-application.csv": [(uk, "leave"), (us, "leave")],
    "trunk.csv": [(None, "wrong", "“-” takes no number out"), (None, "wrong", "“none” takes no number out")],
    "no-header.csv": [(free, "assign", "Support", "Lobby"), (None, "wrong", "“none” takes no number out")],
    "bars.csv": TO_SUPPORT,
    "numberadmin-0.1.csv": [(uk, "leave"), (free, "leave")],
    "workbook.xlsx": [(free, "assign", "Büro Köln", "101"), (uk, "unassign", "", "")],
    "workbook-sheets.xlsx": TO_SUPPORT,
    "workbook-errors.xlsx": [(None, "wrong", "it shows #REF!"), (uk, "move", "東京本社", "")],
}
# The encoding that a person has to choose first.
ASKED = {
    "excel-ja-jp.csv": ("shift-jis", [(free, "assign", "東京本社", "受付")]),
    "excel-ru-ru.csv": ("windows-1251", [(free, "assign", "Support", "Поддержка")]),
    "excel-zh-cn.csv": ("gb18030", [(free, "assign", "Support", "北京酒店")]),
    "excel-mac.csv": ("mac-roman", [(free, "assign", "Support", "Zoë’s Büro")]),
    "excel-dos.csv": ("cp850", [(free, "assign", "Büro Köln", "Straße")]),
    "libreoffice-latin-2.csv": ("iso-8859-2", [(free, "assign", "Support", "Příbram")]),
}
REFUSED = {
    "bandwidth.csv": "says where its numbers go: it has “Telephone Number”, “City”, “State”",
    "magnusbilling.csv": "“DID”, “Reserved”, “Status”",
    "unknown.csv": "is known as the number: it has “subscriber”, “remark”, “place”.",
    "two-numbers.csv": "“Number” and “Phone”",
    "wide-no-header.csv": "without names they are the number, its application and its label",
    "one-bad-line.csv": "Line 3 of this file is not UTF-8",
    "page.xls": "This is a web page or XML",
    "numbers.json": "This is JSON",
}


@pytest.fixture
def visitor(jane):
    for key, name in NAMES.items():
        applications.add(actor=jane, operation=uuid4(), application_key=key, name=name)
    client = Client()
    client.post("/login/", {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
    return client


def upload(visitor, name):
    file = SimpleUploadedFile(name, (FOLDER / name).read_bytes())
    return visitor.post("/inventory/plans/", {"file": file}, follow=True)


def assert_planned(wanted):
    items = list(Plan.objects.get().items.order_by("id"))
    assert [(item.number, item.what) for item in items] == [line[:2] for line in wanted]
    for item, line in zip(items, wanted, strict=True):
        if item.what == "wrong":
            assert line[2] in item.message
        elif item.what != "leave":
            assert (NAMES.get(item.to, item.to), item.label) == line[2:]


@pytest.mark.parametrize("name", PLANNED)
def test_a_table_of_another_program_is_planned_as_it_is_meant(visitor, name):
    upload(visitor, name)
    assert_planned(PLANNED[name])


@pytest.mark.parametrize("name", ASKED)
def test_a_table_in_an_old_encoding_is_planned_once_that_is_chosen(visitor, name):
    encoding, wanted = ASKED[name]
    page = upload(visitor, name)
    assert (f'value="{encoding}"' in page.text, Plan.objects.count()) == (True, 0)
    visitor.post("/inventory/plans/", {"kept": kept(page), "encoding": encoding})
    assert_planned(wanted)


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_is_not_clear_is_refused_whole(visitor, name):
    page = upload(visitor, name)
    assert (REFUSED[name] in page.text, "Nothing was changed" in page.text, Plan.objects.count()) == (True, True, 0)


def test_each_file_is_looked_at():
    assert {path.name for path in FOLDER.iterdir()} == {*PLANNED, *ASKED, *REFUSED}
