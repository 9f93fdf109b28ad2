"""Some of the cases of `make chaos`: the process dies, and what the remote holds is what the audit says."""

import pytest

from tests.chaos.cases import lane

SOME = [
    ("assign", "fine", "after PUT voice"),
    ("assign", "late", "awaiting PUT voice"),
    ("assign", "losing", "0"),
    ("assign", "torn", "before PUT voice"),
    ("move", "fine", "after PUT voice"),
    ("move", "late", "awaiting PUT voice"),
    ("unassign", "losing", "0"),
    ("unassign", "cut", "2"),
    ("reserve", "fine", "after PUT shop"),
    ("reserve", "losing", "0"),
    ("checkout", "fine", "after POST shop"),
    ("checkout", "late", "awaiting POST shop"),
    ("checkout", "losing", "0"),
    ("checkout", "cut", "0"),
    ("refresh", "fine", "after GET numbers"),
    ("refresh", "fine", "before the answer"),
]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    with lane(tmp_path_factory.mktemp("chaos")) as lane_of_this_file:
        yield lane_of_this_file


@pytest.mark.parametrize(("operation", "remote", "kill_at"), SOME)
def test_nothing_is_lost_and_nothing_is_bought_twice(work, operation, remote, kill_at):
    assert work.run(operation, remote, kill_at).violations == []


def test_each_request_passes_the_steps_that_the_cases_name(work):
    steps = work.run("assign", "slow").steps
    assert {"before PUT voice", "awaiting PUT voice", "after PUT voice", "before the answer"} <= set(steps)
    # The intent and the outcome; on a slow machine there may be more.
    assert steps.count("before commit") == steps.count("after commit") >= 2
