"""A host that fails again and again is given a rest, separately for reads and for writes."""

import pytest

from numberadmin import sinch
from numberadmin.sandbox import sample, start
from numberadmin.sandbox.control import Control
from numberadmin.sinch.breaker import FAILURES, PAUSE, WINDOW, Breaker


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(clock)


def fail(breaker, times=FAILURES):
    for _ in range(times):
        assert breaker.rest() == 0
        breaker.note(failed=True)


def test_five_failures_in_a_row_give_the_host_a_rest(breaker):
    fail(breaker)
    assert breaker.rest() == PAUSE


def test_four_failures_do_not(breaker):
    fail(breaker, 4)
    assert breaker.rest() == 0


def test_a_success_between_them_starts_the_count_anew(breaker):
    fail(breaker, 4)
    breaker.note(failed=False)
    fail(breaker, 4)
    assert breaker.rest() == 0


def test_failures_far_apart_do_not_count_together(breaker, clock):
    for _ in range(20):
        breaker.note(failed=True)
        clock.now += WINDOW / 4 + 0.1
        assert breaker.rest() == 0


def test_one_probe_goes_out_each_pause(breaker, clock):
    fail(breaker)
    clock.now += PAUSE
    assert [breaker.rest() == 0 for _ in range(3)] == [True, False, False]
    breaker.note(failed=True)
    clock.now += PAUSE
    assert breaker.rest() == 0


def test_a_probe_that_succeeds_lets_all_through(breaker, clock):
    fail(breaker)
    clock.now += PAUSE
    assert breaker.rest() == 0
    breaker.note(failed=False)
    assert [breaker.rest() for _ in range(3)] == [0, 0, 0]


@pytest.fixture(scope="module")
def sandbox():
    with start(seed="demo") as running:
        yield running


@pytest.fixture
def remote(sandbox):
    control = Control(sandbox.urls["control"])
    control.reset("demo")
    return control


@pytest.fixture
def signed_in(sandbox, remote):
    hosts = sinch.Hosts(sandbox.urls["user"], sandbox.urls["api"], sandbox.urls["portal"])
    client = sinch.Client(hosts, timeout=2)
    ticket = client.log_in(sinch.Identity.parse(sample.DEMO_IDENTITY), sample.DEMO_PASSWORD)
    instance = client.create_instance(ticket)
    organisation = client.organisations(instance)[0].id
    remote.clear_log()
    return client, instance, organisation


def errors(call, times):
    kinds = []
    for _ in range(times):
        with pytest.raises(sinch.SinchError) as caught:
            call()
        kinds.append(type(caught.value))
    return kinds


def test_in_a_storm_of_503_few_requests_leave_this_machine(remote, signed_in):
    client, instance, organisation = signed_in
    remote.fault(kind="status", status=503, times=100_000)
    kinds = errors(lambda: client.numbers(instance, organisation), 20)
    assert len(remote.log()) == FAILURES
    assert kinds[-1] is sinch.Resting


def test_writes_go_out_while_reads_rest(remote, signed_in):
    client, instance, organisation = signed_in
    remote.fault(kind="status", status=503, times=100_000, match={"verb": "GET"})
    errors(lambda: client.numbers(instance, organisation), 5)
    group = next(iter(remote.state()["availability"]))
    assert client.reserve(instance, organisation, int(group), 1)


def test_refusals_are_answers_and_no_reason_to_rest(remote, signed_in):
    client, instance, organisation = signed_in
    unknown = "00000000-0000-4000-8000-000000000000"
    assert set(errors(lambda: client.application_numbers(instance, unknown), 8)) == {sinch.NotFound}
    assert not client.numbers(instance, organisation).damaged
