"""Half of the threads may wait for Sinch; as soon as a wait is long, two are left for pages."""

import threading
import time
from contextlib import ExitStack

import pytest

from numberadmin.services.room import GRACE, Crowded, Room


@pytest.fixture
def room():
    return Room(threads=8)


def stand_in_line(room, count, seconds=5, hold=0.0):
    """So many threads that want a place; gives the list of what came of each."""
    results = []

    def want():
        try:
            with room.place(seconds):
                time.sleep(hold)
                results.append("in")
        except Crowded:
            results.append("out")

    threads = [threading.Thread(target=want, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return results, threads


def test_half_of_the_threads_find_a_place_at_once(room):
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(room.place(0))
        with pytest.raises(Crowded), room.place(0):
            pass


def test_a_place_that_is_left_goes_to_the_next(room):
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(room.place(0))
        results, threads = stand_in_line(room, 3)
        time.sleep(0.1)
    for thread in threads:
        thread.join(2)
    assert results == ["in"] * 3


def test_at_first_all_may_stand_in_line(room):
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(room.place(0))
        results, _ = stand_in_line(room, 20)
        time.sleep(GRACE / 2)
        assert results == []


def test_where_nothing_moves_two_threads_are_kept_free(room):
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(room.place(0))
        results, _ = stand_in_line(room, 20)
        time.sleep(GRACE + 0.5)
        assert results == ["out"] * 18


def test_where_things_move_all_may_stand_in_line(room):
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(room.place(0))
        results, _ = stand_in_line(room, 20, hold=0.1)
        time.sleep(GRACE + 0.5)
        assert "out" not in results
        assert len(results) > 5


def test_nobody_stands_in_line_longer_than_asked_for(room):
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(room.place(0))
        results, threads = stand_in_line(room, 1, seconds=0.2)
        threads[0].join(2)
        assert results == ["out"]
