from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from numberadmin.accounts.models import Account
from numberadmin.services import labels
from tests.services.conftest import REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application
from tests.services.test_table_workbook import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    def write(*rows):
        path = tmp_path / "numbers.csv"
        path.write_text("\n".join(["number,application", *(",".join(map(str, row)) for row in rows)]))
        return str(path)

    return write


def run(jane, path, *options):
    """The exit code."""
    try:
        call_command("plan", path, "--account", jane.account.organisation_id, *options)
    except SystemExit as ended:
        return ended.code
    return 0


def test_a_file_that_says_what_is_so_differs_in_nothing(jane, file):
    assert run(jane, file((in_application(jane, SUPPORT)[0], SUPPORT), (free(jane)[0], "none")), "--check") == 0


def test_a_file_that_says_otherwise_differs(jane, file, capsys, sinch):
    path = file((in_application(jane, SUPPORT)[0], REMINDERS))
    assert run(jane, path, "--check") == 2
    assert "1 move" in capsys.readouterr().out
    assert run(jane, path) == 0
    assert [call for call in sinch.log() if call["verb"] != "GET"] == []


def test_a_line_that_is_wrong_is_an_exit_code_of_its_own(jane, file):
    assert run(jane, file(("1.4E+10", SUPPORT)), "--check") == 1
    assert run(jane, file(("19995550000", SUPPORT))) == 1


def test_a_number_that_is_not_rented_is_a_difference(jane, file):
    assert run(jane, file(("1.4E+10", SUPPORT), ("19995550000", SUPPORT)), "--check") == 2


def test_another_label_is_a_difference_and_the_same_one_is_none(jane, file):
    number = free(jane)[0]
    labels.set_label(actor=jane, operation=uuid4(), number=number, label="Desk", note="")
    path = file((number, "none"))
    for label, code in (("Desk", 0), ("Bell", 2)):
        Path(path).write_text(f"number,application,label\n{number},none,{label}")
        assert run(jane, path, "--check") == code


def test_it_compares_with_what_sinch_has_now(jane, file, sinch):
    number = free(jane)[0]
    path = file((number, "none"))
    sinch.set(release=[number])
    assert run(jane, path, "--check") == 2


def test_a_workbook_is_read_and_so_is_an_encoding_that_is_named(jane, tmp_path, capsys):
    number, path = free(jane)[0], tmp_path / "numbers"
    path.write_bytes(workbook(["Number", "Name"], [number, "Desk"]))
    assert run(jane, str(path), "--check") == 2
    assert "as label: “Name”" in capsys.readouterr().err
    path.write_bytes(f"number,label\n{number},東京本社\n".encode("cp932"))
    with pytest.raises(CommandError, match=r"cannot be told.*--encoding: utf-8, .*shift-jis"):
        run(jane, str(path))
    assert run(jane, str(path), "--encoding", "shift-jis") == 0
    assert "東京本社" in capsys.readouterr().out


def test_a_list_that_cannot_be_read_is_said(jane, file, sinch, capsys):
    sinch.fault(match={"path": "/numbers$"}, kind="status", status=503, code=50300, times=9)
    assert run(jane, file((free(jane)[0], "none")), "--check") == 0
    assert "could not be read anew" in capsys.readouterr().err


def test_the_only_account_need_not_be_named(jane, file, capsys):
    path = file((in_application(jane, SUPPORT)[0], SUPPORT))
    call_command("plan", path, "--check")
    Account.objects.create(organisation_id="1", name="Other")
    with pytest.raises(CommandError, match=r"1 \(Other\)"):
        call_command("plan", path, "--check")


def test_a_file_or_an_account_that_is_not_there_is_said(jane, file):
    with pytest.raises(CommandError, match="cannot be read"):
        run(jane, "/nowhere.csv")
    with pytest.raises(CommandError, match="no such account"):
        call_command("plan", file(), "--account", "0")
