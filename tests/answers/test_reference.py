"""What Sinch's support wants to hear is kept: in the message, in the audit's row and details, in both exports."""

import json
from uuid import uuid4

import pytest

from numberadmin.audit.models import Entry, Phase
from numberadmin.services import remote, reservation
from numberadmin.services.models import NumberGroup
from tests.accounts.conftest import acme, signed_in
from tests.answers.kinds import own
from tests.services.conftest import jane

__all__ = ["acme", "jane", "signed_in"]


@pytest.mark.parametrize("status", [400, 503])
def test_the_reference_of_a_failed_write_is_kept(jane, sinch, signed_in, status):
    group = NumberGroup.objects.filter(amount__isnull=False, availability__gte=1)[0]
    body = own(status * 100 + 3, "No", reference=" ab\u202e-12 ")
    sinch.fault(match={"verb": "PUT"}, kind="refuse", status=status, body=body)
    outcome = reservation.reserve(actor=jane, operation=uuid4(), group_id=group.group_id, quantity=1)
    assert "Sinch's reference for this: ab-12." in outcome.message
    kept = Entry.objects.get(operation=outcome.operation, phase=Phase.OUTCOME).details["answer"]
    assert kept == {"status": status, "message": "No", "reference": "ab-12"}
    owner = signed_in("owner")
    found = {"q": str(outcome.operation)}
    assert "<code>ab-12</code>" in owner.get("/audit/", found).content.decode()
    exported = b"".join(owner.get("/audit/export/", found | {"format": "jsonl"}).streaming_content)
    assert json.loads(exported)["reference"] == "ab-12"
    csv = b"".join(owner.get("/audit/export/", found | {"format": "csv"}).streaming_content).decode()
    assert ",ab-12," in csv


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Invalid number group: 13", "Invalid number group: 13."),
        ("Insufficient funds.", "Insufficient funds."),
        ("Who are you?", "Who are you?"),
        ("wait …", "wait …"),
        ('No "such" group', 'No "such" group.'),
        ("He said “no.”", "He said “no.”"),
        ("one of: sms, voice;  ", "one of: sms, voice."),
        ("完了。", "完了。"),
        ("", ""),
    ],
)
def test_a_text_of_sinch_ends_as_a_sentence_before_ours_begins(text, sentence):
    assert remote.sentence(text) == sentence
