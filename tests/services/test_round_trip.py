"""The inventory's export, changed or not, as a plan."""

import csv
import io
import random
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.utils import timezone

from numberadmin import files, spelling
from numberadmin.sandbox import sample
from numberadmin.services import applications, assignment, labels, plans, rentals
from numberadmin.services.models import Application, Label, Number
from numberadmin.services.results import Refusal
from numberadmin.services.table_reading import of_text
from tests.services.conftest import REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application
from tests.services.test_plans import kinds, made

ODD = "'\";,|\t\n =+-@＝#ab1é東🙂\u200b\u202e\xa0\u0301\x07"
CALLS = list(sample.DEMO_APPLICATIONS)[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def named(jane):
    """Support has a name that a spreadsheet would compute; the other applications have none."""
    add(jane, SUPPORT, "=Support-2")


def add(jane, key, name):
    applications.add(actor=jane, operation=uuid4(), application_key=key, name=name)


def exported(jane):
    rows = rentals.exported(rentals.read(jane.account, QueryDict("")))
    return "".join(files.lines(rows, "csv", rentals.COLUMNS))


def planned(jane, text):
    plan = plans.from_table(actor=jane, lines=of_text(text).lines, title="Back again")
    return {item.number: item for item in plan.items.all() if item.what != "leave"}


def changed(jane, number, **cells):
    """The export, with some cells of one number's row written anew."""
    rows = list(csv.DictReader(io.StringIO(exported(jane))))
    next(row for row in rows if spelling.digits(row["number"]) == str(number)).update(cells)
    out = io.StringIO()
    writer = csv.DictWriter(out, rentals.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_an_export_as_it_is_changes_nothing(jane, named):
    labels.set_label(actor=jane, operation=uuid4(), number=free(jane)[0], label="+Desk", note="")
    assert planned(jane, exported(jane)) == {}


def test_an_export_changes_nothing_whatever_labels_and_names_are(jane):
    """As the database has them, those of before texts were cleaned too."""
    dice = random.Random(9)
    texts = [" ".join("".join(dice.choices(ODD, k=dice.randrange(1, 30))).split()) for _ in range(200)]
    for row, text in zip(Application.objects.filter(account=jane.account), texts, strict=False):
        Application.objects.filter(pk=row.pk).update(name=text)
    for rented, text in zip(Number.objects.filter(account=jane.account), texts, strict=False):
        Label.objects.create(account=jane.account, number=rented.number, label=text, note=text, at=timezone.now())
    assert {item.number: item.message for item in planned(jane, exported(jane)).values()} == {}


@pytest.mark.parametrize(
    ("cells", "what", "to"),
    [
        ({"application": "", "application_key": REMINDERS}, "move", REMINDERS),
        ({"application": REMINDERS}, "move", REMINDERS),
        ({"application": REMINDERS, "application_key": ""}, "move", REMINDERS),
        ({"application": "none"}, "unassign", ""),
        ({"application": "", "application_key": "none"}, "unassign", ""),
        ({"application": "", "application_key": ""}, "unassign", ""),
        ({"application": REMINDERS, "application_key": CALLS}, "move", REMINDERS),
        ({"label": "Desk"}, "label", SUPPORT),
    ],
)
def test_what_is_changed_in_it_is_planned(jane, named, cells, what, to):
    number = in_application(jane, SUPPORT)[0]
    [item] = planned(jane, changed(jane, number, **cells)).values()
    assert (item.number, item.what, item.to) == (number, what, to)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"application": ""}, "write none"),
        ({"application": "Nowhere"}, "known as Nowhere"),
    ],
)
def test_what_could_mean_two_things_is_wrong(jane, named, cells, why):
    number = in_application(jane, SUPPORT)[0]
    [item] = planned(jane, changed(jane, number, **cells)).values()
    assert item.what == "wrong"
    assert why in item.message


def test_uploaded_once_more_it_finds_everything_done(jane, named):
    number = in_application(jane, SUPPORT)[0]
    text = changed(jane, number, application=REMINDERS)
    assert [item.what for item in planned(jane, text).values()] == ["move"]
    assignment.assign(actor=jane, operation=uuid4(), numbers=[number], application_key=REMINDERS, move=True)
    assert planned(jane, text) == {}


def test_a_key_that_says_otherwise_than_the_application_is_said_and_not_followed(jane, named):
    number = in_application(jane, SUPPORT)[0]
    text = changed(jane, number, application_key=REMINDERS)
    plan = plans.from_table(actor=jane, lines=of_text(text).lines, title="")
    item = plan.items.get(number=number)
    assert (item.what, "was not looked at" in item.message) == ("leave", True)


def test_an_export_puts_back_what_it_shows(jane, named):
    number, text = free(jane)[0], exported(jane)
    assignment.assign(actor=jane, operation=uuid4(), numbers=[number], application_key=REMINDERS)
    assert [(item.number, item.what) for item in planned(jane, text).values()] == [(number, "unassign")]


@pytest.mark.parametrize("name", ["None", "-", "unassign"])
def test_no_application_gets_a_name_that_means_none_in_a_file(jane, name):
    with pytest.raises(Refusal, match="stands for no application"):
        add(jane, SUPPORT, name)


def test_planned_again_a_wrong_line_is_as_wrong_as_before(jane):
    number, other, there = in_application(jane, SUPPORT)[:3]
    plan = made(
        jane, (number, "Nowhere"), (other, ""), (there, "", "Bell"), ("1.4E+10", SUPPORT), (free(jane)[0], SUPPORT)
    )
    assert kinds(plans.again(actor=jane, plan=plan)) == kinds(plan)
    add(jane, REMINDERS, "Nowhere")
    assert kinds(plans.again(actor=jane, plan=plan))[2] == ("move", "")
