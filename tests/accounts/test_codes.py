"""Codes of the second factor: how long one of the app is taken, and how much there is to guess of a recovery code."""

import time
from math import log2

import pyotp
import pytest

from numberadmin.accounts import factor
from numberadmin.accounts.models import Person, SecondFactor
from numberadmin.accounts.seal import seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def jane():
    return Person.objects.create(name="Jane", login="jane@example.com")


def taken(jane, offset: int) -> bool:
    """Whether the code of so many half minutes from now is taken, from now on the first one."""
    SecondFactor.objects.filter(person=jane).delete()
    seed = factor.new_seed()
    SecondFactor.objects.create(person=jane, seed=seal(seed, f"second factor of {jane.pk}"), counter=0)
    # In the middle of a step, so that the clock stays in it.
    while not 2 < time.time() % 30 < 28:
        time.sleep(0.5)
    return factor.takes(jane, pyotp.TOTP(seed).generate_otp(int(time.time()) // 30 + offset))


def test_a_code_is_taken_for_its_own_half_minute_and_the_two_beside_it(jane):
    assert factor.STEP_SECONDS == 30
    assert [offset for offset in range(-12, 13) if taken(jane, offset)] == [-1, 0, 1]


def test_recovery_codes_have_more_than_112_bits(jane):
    codes = factor.new_codes(jane)
    characters = min(len(code.replace("-", "")) for code in codes)
    assert len(set(codes)) == 10
    assert characters * log2(len(set(factor.LETTERS))) > 112


def test_a_seed_has_160_bits_and_no_two_are_alike():
    seeds = {factor.new_seed() for _ in range(20)}
    assert len(seeds) == 20
    assert {len(seed) * 5 for seed in seeds} == {160}
