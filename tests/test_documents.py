"""What docs/security.md and docs/team.md promise is what the code does: each figure, and each list whole."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from inventory import forms
from numberadmin import bodies
from numberadmin import settings as product
from numberadmin.accounts import devices, guesses, hashing, names, passwords
from numberadmin.accounts.guesses import IN_ALL, Kind
from numberadmin.accounts.models import Invitation
from numberadmin.accounts.roles import TABLE, Role
from numberadmin.accounts.views.entering import HALF_SECONDS
from numberadmin.services import invitations, labels, mail, selection, sheet, table_workbook
from numberadmin.sinch import values

ROOT = Path(__file__).parent.parent
SECURITY, TEAM = ((ROOT / "docs" / name).read_text() for name in ("security.md", "team.md"))


def section(title: str, text: str = SECURITY) -> str:
    found = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert found, title
    return found


def rows(title: str, text: str = SECURITY) -> list[list[str]]:
    """The cells of its tables, without their heads."""
    lines = [line for line in section(title, text).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for place, row in enumerate(cells) if place and not set(row[0]) <= set("-")]


VALIDATORS: list[Any] = product.AUTH_PASSWORD_VALIDATORS
LEAST = VALIDATORS[0]["OPTIONS"]["min_length"]
TAKEN, LIMITS, LASTS = "What is taken in", "Limits of the business", "Sessions"
FIGURES = [
    (TAKEN, f"{len(str(values.BEYOND_NUMBERS)) - 1} at most"),
    (TAKEN, f"{names.LENGTH} characters, one of which is a letter"),
    (TAKEN, f"one address, {Invitation._meta.get_field('email').max_length} characters"),
    (TAKEN, f"{labels.LABEL_LENGTH}, {labels.NOTE_LENGTH:,} and {selection.REASON_LENGTH} characters"),
    (TAKEN, f"{forms.MOST:,}; of a plan {sheet.MOST_LINES:,} lines"),
    (TAKEN, f"{bodies.STRANGER:,} bytes from who is not signed in, {bodies.PAGE:,} of a page"),
    (TAKEN, f"{sheet.MOST_BYTES + 1_000_000:,} of a plan"),
    (TAKEN, f"{sheet.MOST_BYTES:,} bytes, {table_workbook.MOST_UNPACKED:,} unpacked"),
    (TAKEN, f"{table_workbook.MOST_MEMBERS:,} members, {table_workbook.MOST_ELEMENTS:,} elements"),
    (TAKEN, f"{table_workbook.MOST_COLUMNS} columns"),
    (LIMITS, f"{invitations.AN_HOUR} links an hour, {invitations.TO_ONE_A_DAY} a day for one address"),
    (LIMITS, f"{mail.TO_ONE_A_DAY} mails of a kind a day to one address, {mail.AN_HOUR} an hour"),
    (LIMITS, f"one address, {IN_ALL[Kind.PASSWORD][0]} in all; {IN_ALL[Kind.CODE][0]} in a quarter of an hour"),
    (LIMITS, f"{hashing.few._most} passwords hashed at a time"),
    ("Ways in", f"{LEAST} characters and hard to guess"),
    (LASTS, f"{product.SESSION_IDLE_SECONDS:,.0f} seconds (`SESSION_IDLE_SECONDS`)"),
    (LASTS, f"{product.SESSION_COOKIE_AGE:,} seconds (`SESSION_SECONDS`)"),
    (LASTS, f"{HALF_SECONDS} seconds"),
    (LASTS, f"{devices.DAYS} days, {devices.MOST} identities"),
]


@pytest.mark.parametrize(("title", "said"), FIGURES)
def test_a_document_says_what_the_code_does(title, said):
    assert re.search(rf"(?<![\d,]){re.escape(said)}", section(title))


def test_the_limits_of_a_stranger_are_those_that_are_written_down():
    found = {(limit.most, limit.seconds) for limit in guesses.limits(Kind.SINCH, "x", guesses.Visitor("203.0.113.7"))}
    assert found == {(50, 900.0), (8, 3600.0), (10, 3600.0)}
    assert "8 wrong tries an hour" in section(LIMITS)
    assert "50 of any kind from one address" in section(LIMITS)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        (TAKEN, ["belongs together", "a limit and its currency", "never served"]),
        ("Ways in", ["Sinch account", "own password", "second factor", "link", "`manage.py sign_in_link`", "lost"]),
        (LASTS, ["as many sessions as they like", "Sinch's instance", "NIST SP 800-63B", "by a form"]),
        ("Who may see and change which field", ["role, limit", "audit", "password, second factor"]),
        ("Connections", ["SINCH_USER_URL", "SINCH_API_URL", "SINCH_PORTAL_URL", "DATABASE_URL", "EMAIL_URL", "HTTPS"]),
        ("What is costly", ["hashing", "calls of Sinch", "list of rented", "searches", "plans", "bodies, workbooks"]),
        ("Libraries", ["within 7 days", "within 30 days", "every 90 days", "risky"]),
        ("Data", ["sealed", "digests", "never in a log", "append-only", "no-store"]),
    ],
)
def test_each_section_says_what_it_is_there_for(title, words):
    assert [word for word in words if word not in section(title)] == []


def test_the_words_that_no_password_is_made_of_are_listed():
    text = section("Ways in").partition("No password may be made of these words")[2].partition(": ")[2]
    listed = [word.strip() for word in text.partition(";")[0].replace("\n", " ").split(",")]
    assert [word for word in listed if word] == list(passwords.KNOWN)


def test_each_role_stands_in_the_table_of_roles():
    assert [row[0] for row in rows("Roles", TEAM)] == [role.value for role in Role]
    assert set(TABLE) == set(Role)


def test_each_table_of_the_database_has_a_class_of_data():
    """Django's own that nothing uses aside."""
    listed = [name for row in rows("Data") for name in re.findall(r"`(\w+)`", row[1])]
    models = [model.__name__ for model in apps.get_models() if model._meta.app_label not in ("auth", "contenttypes")]
    assert sorted(listed) == sorted([*models, "Person"])
    assert all(row[2] for row in rows("Data"))


def test_each_library_is_listed():
    asked = {re.split(r"[~\[<=]", line)[0] for line in (ROOT / "requirements.in").read_text().split()}
    listed = section("Libraries").partition("Python Package Index: ")[2].partition(".\n")[0].split(", ")
    assert sorted(asked) == sorted(listed)


def test_each_logger_is_listed():
    listed = [name for row in rows("The log") for name in re.findall(r"`([\w.]+)`", row[0])]
    used = set()
    for path in [*(ROOT / "numberadmin").rglob("*.py"), *(ROOT / "inventory").rglob("*.py")]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name in re.findall(r"getLogger\(([^)]+)\)", path.read_text()):
            used.add(module if name == "__name__" else name.strip('"'))
    ours = {name for name in used if name.startswith("numberadmin") and "sandbox" not in name and "demo" not in name}
    assert ours
    assert [name for name in sorted(ours) if not name.startswith(tuple(listed))] == []
