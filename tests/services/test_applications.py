from uuid import uuid4

import pytest

from numberadmin.audit.models import Entry
from numberadmin.services import applications
from numberadmin.services.models import Application
from numberadmin.services.results import NotHere, Refusal
from tests.services.conftest import NIGHT_DESK, SUPPORT


def test_a_key_is_checked_with_sinch_and_added_with_its_name(jane, operation, calls, audit):
    applications.add(actor=jane, operation=operation, application_key=f" {NIGHT_DESK.upper()} ", name=" Night  desk ")
    assert Application.objects.get(name="Night desk").key.lower() == NIGHT_DESK
    assert set(calls()) == {"GET"}
    assert (audit(operation).action, audit(operation).outcome) == ("application", "succeeded")


def test_a_known_application_is_renamed_without_asking_sinch(jane, operation, calls):
    applications.add(actor=jane, operation=operation, application_key=SUPPORT, name="Support line")
    assert Application.objects.get(key=SUPPORT).name == "Support line"
    assert calls() == []


def test_saving_the_same_name_again_changes_and_records_nothing(jane, operation):
    applications.add(actor=jane, operation=operation, application_key=SUPPORT, name="Support line")
    entries = Entry.objects.count()
    outcome = applications.add(actor=jane, operation=uuid4(), application_key=SUPPORT, name="Support line")
    assert "Nothing was changed" in outcome.message
    assert Entry.objects.count() == entries


def test_a_name_that_another_application_has_is_allowed_and_said(jane, operation):
    applications.add(actor=jane, operation=operation, application_key=SUPPORT, name="Desk")
    outcome = applications.add(actor=jane, operation=uuid4(), application_key=NIGHT_DESK, name="desk")
    assert outcome.message.endswith("Another application has this name too.")


def test_a_key_that_sinch_does_not_know_is_refused(jane, operation):
    with pytest.raises(NotHere, match="knows no application"):
        applications.add(
            actor=jane, operation=operation, application_key="00000000-0000-4000-8000-000000000000", name=""
        )


@pytest.mark.parametrize("key", ["", "x", "../..", "4d5e6f70", "<script>"])
def test_what_is_no_key_is_refused_before_anything_is_sent(jane, operation, calls, key):
    with pytest.raises(Refusal, match="looks like"):
        applications.add(actor=jane, operation=operation, application_key=key, name="")
    assert calls() == []


def test_a_key_that_cannot_be_checked_is_not_added(jane, operation, sinch):
    sinch.fault(match={"verb": "GET"}, kind="html", times=5)
    with pytest.raises(Refusal, match="nothing was added"):
        applications.add(actor=jane, operation=operation, application_key=NIGHT_DESK, name="Night desk")
    assert not Application.objects.filter(name="Night desk").exists()
