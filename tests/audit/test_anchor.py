import io
import json
import logging
from types import SimpleNamespace
from typing import cast

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from numberadmin import web
from numberadmin.accounts.actor import Actor
from numberadmin.audit import anchors, chain, views
from numberadmin.audit.anchors import Anchor
from numberadmin.audit.models import Entry, Line

OTHER = "f" * 64


@pytest.fixture
def kept(tmp_path):
    """The file that the keeper keeps elsewhere."""
    return tmp_path / "anchors.jsonl"


@pytest.fixture
def whole(add, kept):
    """Four entries with an anchor after each."""
    entries = []
    for number in range(14150005550, 14150005554):
        entries.append(add(number))
        call_command("audit_anchor", append=kept, stdout=io.StringIO())
    return entries


@pytest.fixture
def anchored(whole, take_away_triggers):
    """The same, and no triggers any more."""
    take_away_triggers()
    return whole


def cut(*entries):
    Line.objects.filter(entry__in=entries).delete()
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()


def verified(file):
    out = io.StringIO()
    call_command("verify_audit", anchors=str(file), stdout=out)
    return out.getvalue()


def test_the_anchor_is_the_count_the_last_hash_and_its_time(add):
    add(14150005550)
    last = add(14150005551)
    assert chain.anchor() == Anchor(2, last.hash, last.at)


def test_the_anchor_takes_one_query_however_long_the_chain(add, django_assert_num_queries):
    for number in range(14150005550, 14150005560):
        add(number)
    with django_assert_num_queries(1):
        assert chain.anchor().count == 10


def test_an_empty_audit_has_an_anchor_and_is_held_against_it(db, kept, capsys):
    call_command("audit_anchor", append=kept)
    assert json.loads(capsys.readouterr().out) == {"count": 0, "hash": chain.FIRST, "at": None}
    assert verified(kept) == "0 entries, the chain holds.\n"


def test_the_command_prints_the_anchor_as_one_line_of_json(add, capsys):
    entry = add(14150005550)
    call_command("audit_anchor")
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert json.loads(printed) == {"count": 1, "hash": entry.hash, "at": f"{entry.at:%Y-%m-%dT%H:%M:%S.%f}Z"}


def test_the_command_adds_the_line_to_what_the_file_holds(add, kept, capsys):
    for number in (14150005550, 14150005551):
        add(number)
        call_command("audit_anchor", append=kept)
    assert kept.read_text() == capsys.readouterr().out
    assert [anchor.count for anchor in anchors.read(kept.read_bytes())] == [1, 2]


def test_a_line_that_was_cut_short_does_not_spoil_the_next(add, kept):
    add(14150005550)
    kept.write_text('{"count":1,"ha')
    call_command("audit_anchor", append=kept, stdout=io.StringIO())
    assert kept.read_text().splitlines() == ['{"count":1,"ha', chain.anchor().line()]


def test_a_file_that_cannot_be_written_is_said_in_plain_words(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        call_command("audit_anchor", append=tmp_path, stdout=io.StringIO())


def test_a_chain_that_agrees_with_its_anchors_holds(whole, kept):
    assert verified(kept) == "4 entries, the chain holds.\n"


def test_a_chain_that_has_grown_since_holds(whole, kept, add):
    add(14150005559)
    assert verified(kept) == "5 entries, the chain holds.\n"


def test_anchors_come_from_standard_input_too(whole, kept, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(kept.read_bytes())))
    assert verified("-") == "4 entries, the chain holds.\n"


def test_a_count_and_a_hash_from_a_log_or_an_export_are_an_anchor(whole, kept):
    kept.write_text(f'{{"count": 2, "hash": "{whole[1].hash}"}}\n')
    assert verified(kept) == "4 entries, the chain holds.\n"
    kept.write_text(f'{{"count": 2, "hash": "{whole[2].hash}"}}\n')
    with pytest.raises(CommandError, match=r"^The anchor names 2 entries and another hash"):
        verified(kept)


def test_a_cut_end_is_said_with_the_furthest_anchor(anchored, kept, monkeypatch):
    cut(*anchored[2:])
    with pytest.raises(CommandError) as raised:
        verified(kept)
    at = anchored[3].at
    assert str(raised.value) == (
        f"The anchor of {at.day} {at:%b %Y %H:%M} names 4 entries; there are 2:"
        " the end was cut off, or an older file was restored."
    )
    assert raised.value.returncode == 1


def test_large_counts_are_readable(kept, db):
    kept.write_text(f'{{"count":1204,"hash":"{OTHER}","at":"2026-11-12T14:03:00Z"}}')
    with pytest.raises(
        CommandError, match=r"^The anchor of 12 Nov 2026 14:03 names 1,204 entries; there are 0: the end"
    ):
        verified(kept)


def test_the_time_of_an_anchor_is_said_in_the_time_zone_of_the_pages(kept, db, settings):
    settings.TIME_ZONE = "Europe/Helsinki"
    kept.write_text(f'{{"count":1204,"hash":"{OTHER}","at":"2026-11-12T23:03:00Z"}}')
    with pytest.raises(CommandError, match=r"^The anchor of 13 Nov 2026 01:03 names"):
        verified(kept)


def test_an_older_copy_that_was_added_to_is_said_with_the_first_anchor_that_is_denied(anchored, kept, add):
    cut(*anchored[1:])
    for number in range(14150005560, 14150005566):
        add(number)
    with pytest.raises(CommandError, match="names 2 entries and another hash for the last of them") as raised:
        verified(kept)
    assert raised.value.returncode == 1


def test_a_bad_entry_is_named_before_any_anchor(anchored, kept):
    Entry.objects.filter(pk=anchored[1].pk).update(reason="because")
    cut(anchored[3])
    with pytest.raises(CommandError, match=rf"^Entry {anchored[1].pk} does not hold; the 1 entries before it do"):
        verified(kept)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"count": 1}',
        f'{{"count": -1, "hash": "{OTHER}"}}',
        f'{{"count": "1", "hash": "{OTHER}"}}',
        '{"count": 1, "hash": "abc"}',
        f'{{"count": 1, "hash": "{OTHER}\\n"}}',
        f'{{"count": 1, "hash": "{OTHER}", "at": "yesterday"}}',
        f'{{"count": 1, "hash": "{OTHER}", "at": "2026-11-12T14:03:00"}}',
        "\ufffd[" * 5000,
    ],
)
def test_a_bad_line_is_named_and_nothing_is_passed_over(anchored, kept, line):
    kept.write_text(f"{chain.anchor().line()}\n\n{line}\n")
    with pytest.raises(CommandError, match=r"anchors\.jsonl: Line 3 is no anchor"):
        verified(kept)


def test_a_file_that_is_not_text_is_said_in_plain_words(db, kept):
    kept.write_bytes(b"\xff\xfe\x00\n")
    with pytest.raises(CommandError, match="Line 1 is no anchor"):
        verified(kept)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_an_anchor_proves_nothing(anchored, kept, content):
    kept.write_text(content)
    with pytest.raises(CommandError, match="There is no anchor in it"):
        verified(kept)


def test_a_file_that_is_not_there_is_said_in_plain_words(db, kept):
    with pytest.raises(CommandError, match=r"anchors\.jsonl cannot be read: No such file"):
        verified(kept)


def test_the_log_can_carry_the_anchor(add, caplog):
    entry = add(14150005550)
    with caplog.at_level(logging.INFO, logger="numberadmin.audit"):
        chain.log_anchor()
    assert caplog.record_tuples == [("numberadmin.audit", logging.INFO, f"anchor count=1 hash={entry.hash}")]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_carries_the_hash_of_the_whole_chain_and_not_how_much_others_do(acme, add, kind):
    add(14150005550)
    last = add(14150005551)
    request = cast(web.Request, RequestFactory().get("/audit/export/", {"format": kind, "number": "14150005550"}))
    request.actor = cast(Actor, SimpleNamespace(account=acme))
    answer = views.export(request)
    assert answer.headers["Audit-Hash"] == last.hash
    assert "Audit-Count" not in answer.headers


def test_a_hash_alone_is_an_anchor_as_long_as_its_entry_is_there(whole, kept, take_away_triggers):
    kept.write_text("".join(f'{{"hash": "{entry.hash}"}}\n' for entry in whole))
    assert "4 entries, the chain holds" in verified(kept)
    take_away_triggers()
    Line.objects.filter(entry=whole[-1]).delete()
    whole[-1].delete()
    with pytest.raises(CommandError, match=f"by the hash {whole[-1].hash[:12]}"):
        verified(kept)


def test_the_key_is_known_by_the_last_entry(add, settings):
    assert chain.key_fits()
    for numbers in ((14150005550,), (), (14150005551, 14150005552)):
        add(*numbers)
        assert chain.key_fits()
    settings.AUDIT_KEY = "another key"
    assert not chain.key_fits()
