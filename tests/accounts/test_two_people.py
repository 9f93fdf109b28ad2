"""Two people on one account: the audit, the number's history and the exports name each of them rightly."""

import csv
import io
import json

import pytest

from numberadmin.accounts.actor import digest
from numberadmin.sandbox import sample
from numberadmin.services.models import Number

pytestmark = pytest.mark.django_db
SUPPORT = next(iter(sample.DEMO_APPLICATIONS))


def body(answer) -> str:
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


@pytest.fixture
def done(acme, signed_in, sinch):
    """Otto assigns two numbers from one address, Bea takes one of them out from another."""
    first, second = [row.number for row in Number.objects.filter(account=acme, application=None, has="voice")[:2]]
    otto, bea = signed_in("operator"), signed_in("buyer")
    otto.post("/inventory/assign/", {"numbers": [first, second], "application_key": SUPPORT}, REMOTE_ADDR="10.0.0.1")
    bea.post("/inventory/unassign/", {"numbers": [second], "reason": "Wrong one"}, REMOTE_ADDR="10.0.0.2")
    held = sinch.state()["assignments"][SUPPORT]["voice"]
    assert (first in held, second in held) == (True, False)
    sessions = {name: digest(client.session.session_key) for name, client in (("Otto Oper", otto), ("Bea Buy", bea))}
    return first, second, sessions


def exported(client, kind):
    text = body(client.get(f"/audit/export/?format={kind}"))
    rows = [json.loads(line) for line in text.splitlines()] if kind == "jsonl" else csv.DictReader(io.StringIO(text))
    return {(row["action"], row["actor"], row["address"], row["session"]) for row in rows}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_exports_name_who_did_what_from_where(done, signed_in, kind):
    _, _, sessions = done
    rows = exported(signed_in("auditor"), kind)
    assert ("assign", "Otto Oper", "10.0.0.1", sessions["Otto Oper"]) in rows
    assert ("unassign", "Bea Buy", "10.0.0.2", sessions["Bea Buy"]) in rows


def test_the_audit_names_both_with_address_and_session(done, signed_in):
    _, _, sessions = done
    page = body(signed_in("viewer").get("/audit/"))
    rows = {row.partition('data-action="')[2].partition('"')[0]: row for row in page.split('class="entry"')[1:]}
    for action, name, address in (("assign", "Otto Oper", "10.0.0.1"), ("unassign", "Bea Buy", "10.0.0.2")):
        assert f'data-actor="{name}"' in rows[action]
        assert f"<dd>{address}</dd>" in rows[action]
        assert f"<code>{sessions[name]}</code>" in rows[action]


def test_the_history_of_the_number_names_both_in_order(done, signed_in):
    _, second, _ = done
    page = body(signed_in("viewer").get(f"/inventory/{second}/"))
    history = page[page.index('class="timeline"') :]
    assert 0 < history.index("Bea Buy") < history.index("Otto Oper")
    assert "Wrong one" in history


def test_the_audit_can_be_asked_for_one_person(done, signed_in):
    page = body(signed_in("viewer").get("/audit/?actor=Otto Oper"))
    assert 'data-action="assign"' in page
    assert 'data-action="unassign"' not in page
