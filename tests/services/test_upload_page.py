"""A table by way of the page: uploaded, asked about where its encoding is not known, and planned."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from numberadmin.accounts.models import Account
from numberadmin.sandbox import sample
from numberadmin.services import table_uploads
from numberadmin.services.models import Number, Plan, Upload
from tests.services.test_assign import free
from tests.services.test_table_workbook import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(jane):
    client = Client()
    client.post("/login/", {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
    return client


@pytest.fixture
def number(jane):
    return free(jane)[0]


def upload(visitor, raw, name="numbers.csv", **fields):
    return visitor.post("/inventory/plans/", {"file": SimpleUploadedFile(name, raw), **fields}, follow=True)


def japanese(number):
    return f"number,label\n{number},東京本社\n".encode("cp932")


def kept(page):
    [mark] = re.findall(r'name="kept" value="([^"]+)"', page.text)
    return mark


def items():
    return [(item.number, item.what, item.label) for item in Plan.objects.latest("id").items.order_by("id")]


def test_a_workbook_is_planned(visitor, number):
    page = upload(visitor, workbook(["Phone Number", "Name"], [number, "Desk"]), "numbers.xlsx")
    assert items() == [(number, "label", "Desk")]
    assert "Read as number: “Phone Number”, as label: “Name”." in page.text
    assert Plan.objects.latest("id").title == "numbers.xlsx"


def test_an_unknown_encoding_is_asked_for_before_anything_is_planned(visitor, number):
    page = upload(visitor, japanese(number), title="Tokyo")
    assert (page.redirect_chain[-1][0], Plan.objects.count()) == ("/inventory/plans/encoding/", 0)
    [sample] = re.findall(r'(?s)value="shift-jis".*?</label>', page.text)
    assert "東京本社" in sample
    visitor.post("/inventory/plans/", {"kept": kept(page), "encoding": "shift-jis"}, follow=True)
    assert items() == [(number, "label", "東京本社")]
    assert (Plan.objects.get().title, Upload.objects.count()) == ("Tokyo", 0)


def test_an_encoding_that_is_named_at_once_is_taken(visitor, number):
    upload(visitor, japanese(number), encoding="Shift_JIS")
    assert items() == [(number, "label", "東京本社")]


def test_an_encoding_that_does_not_fit_is_refused_and_the_file_stays(visitor, number):
    page = upload(visitor, japanese(number))
    fields = {"kept": kept(page), "encoding": "utf-8", "next": "/inventory/plans/encoding/"}
    page = visitor.post("/inventory/plans/", fields, follow=True)
    assert "Line 2 of this file cannot be read as UTF-8" in page.text
    assert ("東京本社" in page.text, Plan.objects.count()) == (True, 0)


def test_what_was_only_likely_is_said_beside_the_plan(visitor, number):
    page = upload(visitor, f"number,label\n{number},Büro Köln\n".encode("cp1252"))
    assert items() == [(number, "label", "Büro Köln")]
    assert "The file is not UTF-8 and was read as Windows-1252" in page.text


def test_a_kept_file_is_its_persons_alone_and_for_an_hour(visitor, jane, number):
    upload(visitor, japanese(number))
    assert Upload.objects.get().person == jane.person
    Upload.objects.update(account=Account.objects.create(organisation_id="1", name="Other"))
    assert "Upload it again" in visitor.get("/inventory/plans/encoding/", follow=True).text
    upload(visitor, japanese(number))
    Upload.objects.filter(account=jane.account).update(made_at=timezone.now() - dt.timedelta(hours=2))
    assert "Upload it again" in visitor.get("/inventory/plans/encoding/", follow=True).text
    table_uploads.erase_old()
    assert not Upload.objects.filter(account=jane.account).exists()


def test_of_two_files_an_encoding_is_for_the_one_that_it_was_asked_about(visitor, number):
    first = kept(upload(visitor, japanese(number)))
    second = kept(upload(visitor, japanese(number), "other.csv"))
    page = visitor.post("/inventory/plans/", {"kept": first, "encoding": "shift-jis"}, follow=True)
    assert ("Upload it again" in page.text, Plan.objects.count()) == (True, 0)
    visitor.post("/inventory/plans/", {"kept": second, "encoding": "shift-jis"})
    assert Plan.objects.get().title == "other.csv"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (
            b"whatever,notes,application\n+14152000000,-,Support\n",
            "No column of this table is known as the number: it has “whatever”, “notes”, “application”.",
        ),
        (b"%PDF-1.4", "This is a PDF"),
        ("number,application\n1,Zoë\n".encode() + b"2,Zo\xeb\n", "Line 3 of this file is not UTF-8"),
        (b"", "There is no number in this"),
    ],
)
def test_what_cannot_be_read_is_refused_on_the_page_and_nothing_is_planned(visitor, raw, why):
    page = upload(visitor, raw, title="My title")
    assert (why in page.text, "Nothing was changed" in page.text, Plan.objects.count()) == (True, True, 0)


def test_the_export_of_the_inventory_begins_with_the_mark_and_changes_nothing(visitor, jane):
    export = b"".join(visitor.get("/inventory/export/?format=csv").streaming_content)
    assert export.startswith(b"\xef\xbb\xbfnumber,")
    upload(visitor, export)
    assert {what for _, what, _ in items()} == {"leave"}
    assert len(items()) == Number.objects.filter(account=jane.account).count()
