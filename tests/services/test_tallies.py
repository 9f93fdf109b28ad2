"""The counts that are kept are those of the numbers, whatever was done to them."""

import random
from contextlib import suppress
from uuid import uuid4

import pytest

from numberadmin.services import assignment, counts, refresh, tallies, unassignment
from numberadmin.services.models import Number, Reading, Tally
from numberadmin.services.results import Refusal
from tests.services.conftest import NIGHT_DESK, REMINDERS, SUPPORT

KEYS = [SUPPORT, REMINDERS, NIGHT_DESK]


def agree(account):
    kept = {model: dict(sums) for model, sums in tallies.kept(account).sums.items()}
    found = {model: {k: v for k, v in sums.items() if v[0]} for model, sums in tallies.counted(account).sums.items()}
    return kept == found


def step(rng, jane, sinch):
    """One random change, here or outside."""
    some = rng.sample(sorted(Number.objects.values_list("number", flat=True)), rng.randint(1, 5))
    held = [n for n in some if Number.objects.get(number=n).application_id]
    match rng.randrange(5):
        case 0:
            able = [n for n in some if Number.objects.get(number=n).has]
            if able:
                key = rng.choice(KEYS)
                assignment.assign(actor=jane, operation=uuid4(), numbers=able, application_key=key, move=True)
        case 1 if held:
            unassignment.unassign(actor=jane, operation=uuid4(), numbers=held)
        case 2:
            sinch.set(assign={rng.choice(KEYS): {"voice": some, "sms": []}})
        case 3:
            sinch.set(release=some[:2])
        case _:
            refresh.now(actor=jane)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_they_are_what_counting_gives(jane, sinch, seed):
    rng = random.Random(seed)
    version = tallies.version(jane.account)
    for _ in range(12):
        with suppress(Refusal):
            step(rng, jane, sinch)
        assert agree(jane.account)
    refresh.now(actor=jane)
    assert agree(jane.account)
    assert tallies.version(jane.account) != version


def test_a_refresh_that_changes_nothing_leaves_what_pages_remember(jane):
    before = counts.of(jane.account)
    refresh.now(actor=jane)
    assert counts.of(jane.account) is before


def test_what_is_remembered_ends_with_a_change(jane):
    before = counts.of(jane.account)
    number = Number.objects.filter(application__key=SUPPORT)[0].number
    unassignment.unassign(actor=jane, operation=uuid4(), numbers=[number])
    assert counts.of(jane.account).unassigned == before.unassigned + 1


def test_counts_that_are_missing_are_made_by_the_next_change(jane):
    Tally.objects.all().delete()
    Reading.objects.update(version=0)
    assert counts.of(jane.account).total == 60
    number = Number.objects.filter(application__key=SUPPORT)[0].number
    unassignment.unassign(actor=jane, operation=uuid4(), numbers=[number])
    assert agree(jane.account)
    assert counts.of(jane.account).total == 60
