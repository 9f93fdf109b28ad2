import pytest
from django.core.management import CommandError, call_command

from tests.services.conftest import REMINDERS, SUPPORT
from tests.services.test_assign import free, in_application

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


def test_a_file_or_an_account_that_is_not_there_is_said(jane, file):
    with pytest.raises(CommandError, match="cannot be read"):
        run(jane, "/nowhere.csv")
    with pytest.raises(CommandError, match="no such account"):
        call_command("plan", file(), "--account", "0")
