import pytest
from django.core.management import CommandError, call_command

from numberadmin.audit import chain
from numberadmin.audit.models import Entry, Line


@pytest.fixture
def without_triggers(add, take_away_triggers):
    """Three entries, in a database whose keeper has taken the triggers away."""
    entries = [add(14150005550), add(14150005551), add(14150005552, 14150005553)]
    take_away_triggers()
    return entries


def test_the_chain_of_untouched_entries_holds(add):
    for number in range(14150005550, 14150005560):
        add(number)
    assert chain.verify() == chain.Verdict(10, None)


def test_an_altered_text_is_found(without_triggers):
    second = without_triggers[1]
    Entry.objects.filter(pk=second.pk).update(actor_name="Bert")
    assert chain.verify() == chain.Verdict(1, second.pk)


def test_an_altered_line_is_found(without_triggers):
    *_, third = without_triggers
    Line.objects.filter(entry=third, number=14150005553).update(became="other")
    assert chain.verify().first_bad == third.pk


def test_a_line_taken_away_is_found(without_triggers):
    *_, third = without_triggers
    Line.objects.filter(entry=third, number=14150005553).delete()
    assert chain.verify().first_bad == third.pk


def test_an_entry_taken_out_of_the_middle_is_found(without_triggers):
    _, second, third = without_triggers
    Line.objects.filter(entry=second).delete()
    Entry.objects.filter(pk=second.pk).delete()
    assert chain.verify().first_bad == third.pk


def test_the_command_says_how_many_entries_hold(add, capsys):
    add(14150005550)
    call_command("verify_audit")
    assert capsys.readouterr().out == "1 entries, the chain holds.\n"


def test_the_command_names_the_first_bad_entry(without_triggers):
    second = without_triggers[1]
    Entry.objects.filter(pk=second.pk).update(reason="because")
    with pytest.raises(CommandError, match=f"Entry {second.pk} does not hold"):
        call_command("verify_audit")
