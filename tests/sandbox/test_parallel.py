from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from numberadmin.sandbox import sample
from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person

ACME = sample.DEMO_ORGANISATION


def test_eighty_clients_at_once_reserve_no_more_than_there_is(jane: Person, control: Control) -> None:
    control.set(availability={"13": 50})
    barrier = Barrier(80)

    def reserve(_: int) -> int:
        barrier.wait(20)
        return jane.reserve(ACME, 13).status_code

    with ThreadPoolExecutor(80) as pool:
        answers = list(pool.map(reserve, range(80)))
    assert (answers.count(200), answers.count(400)) == (50, 30)
    assert control.state()["availability"]["13"] == 0


def test_one_reference_checked_out_twenty_times_at_once_rents_once(jane: Person, control: Control) -> None:
    reference = jane.reserve(ACME, 13, 2).json()["referenceId"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: jane.check_out(ACME, reference).status_code, range(20)))
    assert (answers.count(204), answers.count(404)) == (1, 19)
    assert len(control.state()["rented"][ACME]) == 62
    assert control.state()["spent"][ACME] == {"USD": "2.00"}
