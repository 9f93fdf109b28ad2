"""The loads of `make chaos` in small."""

from decimal import Decimal

from tests.chaos import load


def test_many_writers_lose_nothing(tmp_path):
    assert load.assigns(tmp_path, people=24, processes=3, each=3) == (72, 0)


def test_moves_and_unassigns_beside_each_other_undo_nothing(tmp_path):
    assert load.mixed(tmp_path, people=10, processes=2, each=6) == (60, 0)


def test_a_form_posted_twenty_times_at_once_has_one_effect(tmp_path):
    assert load.repeated(tmp_path, operations=4, times=20, processes=2) == (4, 0)


def test_who_presses_again_until_it_is_rented_pays_for_each_number_once(tmp_path):
    wanted, rented, cost, paid = load.checkouts(tmp_path, count=12, rate=0.6)
    assert wanted == rented
    assert cost == paid == Decimal(rented)
