from uuid import uuid4

import pytest
from django.core.management import call_command

from numberadmin.accounts import instances
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action
from numberadmin.services import assignment, record, refresh
from numberadmin.services.models import Open
from tests.services.conftest import SUPPORT
from tests.services.test_assign import free


@pytest.fixture
def crashed(jane, operation):
    """An assignment whose process died between the intent and the outcome."""
    numbers = free(jane)
    changes = [Change(number, "", SUPPORT) for number in numbers]
    record.intent(jane, operation, {}, record.Plan(Action.ASSIGN, changes, SUPPORT))
    return numbers


def test_the_command_settles_what_happened(crashed, sinch, operation, audit, settings, capsys):
    sinch.set(assign={SUPPORT: {"voice": crashed}})
    call_command("settle")
    assert audit(operation).outcome == "succeeded"
    assert capsys.readouterr().out.endswith("settled\n0 open.\n")


def test_the_command_settles_what_did_not_happen_after_the_settling_time(crashed, operation, audit, settings):
    settings.SETTLE_SECONDS = -settings.SINCH_TIMEOUT
    call_command("settle")
    assert audit(operation).outcome == "failed"
    assert "did not happen" in audit(operation).message


def test_within_the_settling_time_what_is_not_seen_stays_open(crashed, operation, audit, capsys):
    with pytest.raises(SystemExit):
        call_command("settle")
    assert audit(operation).outcome == "pending"
    assert "still being checked" in capsys.readouterr().out


def test_without_a_connection_it_stays_open_and_says_so(jane, crashed, operation, audit, capsys):
    instances.forget(jane.account)
    with pytest.raises(SystemExit):
        call_command("settle")
    assert "is not connected to Sinch" in capsys.readouterr().out


def test_a_page_settles_what_the_list_shows(jane, crashed, sinch, operation, audit, settings):
    settings.NUMBERS_MAX_AGE = 0
    sinch.set(assign={SUPPORT: {"voice": crashed}})
    refresh.if_stale(jane)
    assert audit(operation).outcome == "succeeded"


def test_settling_twice_writes_one_outcome(jane, crashed, sinch, operation, audit):
    sinch.set(assign={SUPPORT: {"voice": crashed}})
    call_command("settle")
    refresh.now(actor=jane)
    assert audit(operation).outcome == "succeeded"
    assert not Open.objects.exists()


def test_a_crashed_operation_posted_again_is_answered_and_not_sent_again(jane, crashed, sinch, operation):
    sinch.set(assign={SUPPORT: {"voice": crashed}})
    asked = {"numbers": crashed, "application_key": SUPPORT, "move": False, "reason": "", "accept": ""}
    other = uuid4()
    record.intent(jane, other, asked, record.Plan(Action.ASSIGN, [Change(crashed[0], "", SUPPORT)], SUPPORT))
    outcome = assignment.assign(actor=jane, operation=other, numbers=crashed, application_key=SUPPORT)
    assert (outcome.state, outcome.repeated) == ("succeeded", True)
    assert "PUT" not in [call["verb"] for call in sinch.log()]
