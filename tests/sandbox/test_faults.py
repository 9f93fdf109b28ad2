import threading
import time
from typing import Any

import pytest
import requests

from numberadmin.sandbox import sample
from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person, send, until

ACME = sample.DEMO_ORGANISATION
LIST = f"/v1/organisations/id/{ACME}/numbers"
NIGHT_DESK = list(sample.DEMO_APPLICATIONS)[-1]
NUMBER = 14155550106
PUT = {"verb": "PUT"}


def assigned(control: Control) -> bool:
    return NUMBER in control.state()["assignments"][NIGHT_DESK]["voice"]


def puts(control: Control) -> list[dict[str, Any]]:
    return [entry for entry in control.log() if entry["verb"] == "PUT"]


def test_delay_applies_only_after_waiting(jane: Person, control: Control) -> None:
    control.fault(kind="delay", match=PUT, seconds=1)
    answer: list[int] = []
    thread = threading.Thread(target=lambda: answer.append(jane.assign(NIGHT_DESK, [NUMBER]).status_code))
    thread.start()
    until(lambda: bool(puts(control)))
    assert not assigned(control)
    assert [(item["applied"], item["ended"]) for item in puts(control)] == [(False, None)]
    thread.join(5)
    assert answer == [200]
    assert assigned(control)


def test_delay_applies_even_when_the_client_has_gone(jane: Person, control: Control) -> None:
    control.fault(kind="delay", match=PUT, seconds=0.3)
    url = f"{jane.urls['portal']}/v1/applications/key/{NIGHT_DESK}/numbers/voice"
    body = b'{"numbers":[%d]}' % NUMBER
    with pytest.raises(requests.ReadTimeout):
        send("PUT", url, jane.headers("PUT", url, body), body, seconds=0.1)
    until(lambda: assigned(control))


def test_lag_applies_before_waiting(jane: Person, control: Control) -> None:
    control.fault(kind="lag", match=PUT, seconds=1)
    thread = threading.Thread(target=jane.assign, args=(NIGHT_DESK, [NUMBER]))
    thread.start()
    until(lambda: assigned(control))
    assert thread.is_alive()
    thread.join(5)


@pytest.mark.parametrize(("kind", "applied"), [("lose", True), ("drop", False)])
def test_lose_and_drop_hang_up_without_an_answer(jane: Person, control: Control, kind: str, applied: bool) -> None:
    control.fault(kind=kind, match=PUT)
    with pytest.raises(requests.ConnectionError):
        jane.assign(NIGHT_DESK, [NUMBER])
    assert assigned(control) is applied
    (entry,) = puts(control)
    assert (entry["fault"], entry["applied"], entry["status"]) == (kind, applied, None)


def test_truncate_cuts_the_body_short(jane: Person, control: Control) -> None:
    control.fault(kind="truncate", match=PUT)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        jane.assign(NIGHT_DESK, [NUMBER])
    assert assigned(control)


def test_truncate_cuts_the_head_where_there_is_no_body(jane: Person, control: Control) -> None:
    control.fault(kind="truncate", match={"verb": "DELETE"})
    with pytest.raises(requests.ConnectionError):
        jane.unassign(NIGHT_DESK, NUMBER)


def test_drip_sends_byte_by_byte(jane: Person, control: Control) -> None:
    control.fault(kind="drip", match=PUT, seconds=0.001)
    started = time.monotonic()
    assert jane.assign(NIGHT_DESK, [NUMBER]).json()[0]["number"] == NUMBER
    assert time.monotonic() - started > 0.1


def test_html_answers_like_a_proxy_and_applies_nothing(jane: Person, control: Control) -> None:
    control.fault(kind="html", match=PUT)
    answer = jane.assign(NIGHT_DESK, [NUMBER])
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert not assigned(control)


def test_status_answers_a_code_and_headers_and_applies_nothing(jane: Person, control: Control) -> None:
    control.fault(kind="status", match=PUT, code=50300, headers={"Retry-After": "999999"})
    answer = jane.assign(NIGHT_DESK, [NUMBER])
    assert (answer.status_code, answer.json()["errorCode"], answer.headers["Retry-After"]) == (503, 50300, "999999")
    assert not assigned(control)


def test_status_and_code_need_not_agree(jane: Person, control: Control) -> None:
    control.fault(kind="status", status=409, code=40400)
    answer = jane.ask("GET", LIST)
    assert (answer.status_code, answer.json()["errorCode"]) == (409, 40400)


@pytest.mark.parametrize(
    ("body", "options", "bytes_"),
    [
        ("[", {}, b"["),
        ([{"number": True}], {}, b'[{"number": true}]'),
        ("ö", {"encoding": "latin-1"}, b"\xf6"),
        ("\ud800", {}, b"\xed\xa0\x80"),
        ("", {"status": 204}, b""),
    ],
)
def test_body_answers_anything_instead(jane: Person, control: Control, body: Any, options: Any, bytes_: bytes) -> None:
    control.fault(kind="body", match=PUT, body=body, **options)
    assert jane.assign(NIGHT_DESK, [NUMBER]).content == bytes_
    assert assigned(control)


def test_refuse_answers_anything_and_does_nothing(jane: Person, control: Control) -> None:
    control.fault(kind="refuse", match=PUT, body="<h1>no</h1>", status=403)
    answer = jane.assign(NIGHT_DESK, [NUMBER])
    assert (answer.status_code, answer.text) == (403, "<h1>no</h1>")
    assert not assigned(control)


def test_gzip_answers_far_more_than_it_sends(jane: Person, control: Control) -> None:
    control.fault(kind="gzip", megabytes=3)
    answer = jane.ask("GET", LIST)
    assert int(answer.headers["Content-Length"]) < 10_000
    assert len(answer.content) == 3_000_000


def test_stale_answers_a_list_as_it_was_before_the_last_write(jane: Person, control: Control) -> None:
    jane.assign(NIGHT_DESK, [NUMBER])
    control.fault(kind="stale", times=2)
    assert jane.application(NIGHT_DESK).json() == []
    assert "applicationKey" not in next(item for item in jane.numbers(ACME) if item["number"] == NUMBER)
    assert len(jane.application(NIGHT_DESK).json()) == 1


def test_stale_reads_can_be_the_rule(jane: Person, control: Control) -> None:
    control.set(stale_reads=True)
    reference = jane.reserve(ACME, 32).json()["referenceId"]
    jane.check_out(ACME, reference)
    assert len(jane.numbers(ACME)) == 60
    control.set(stale_reads=False)
    assert len(jane.numbers(ACME)) == 61


def test_a_fault_meets_the_nth_matching_request_and_no_other(jane: Person, control: Control) -> None:
    control.fault(kind="html", match={"verb": "GET", "path": "/numbers$", "nth": 2, "listener": "portal"})
    statuses = [jane.ask("GET", path).status_code for path in (LIST, LIST + "/shop", LIST, LIST)]
    assert statuses == [200, 200, 502, 200]


def test_a_fault_happens_as_often_as_told_or_until_cleared(jane: Person, control: Control) -> None:
    control.fault(kind="html", times=2)
    assert [jane.ask("GET", LIST).status_code for _ in range(3)] == [502, 502, 200]
    control.fault(kind="html", times=100_000)
    assert jane.ask("GET", LIST).status_code == 502
    control.clear_faults()
    assert jane.ask("GET", LIST).status_code == 200


def test_a_fault_takes_hold_of_one_request_while_others_go_on(jane: Person, control: Control) -> None:
    control.fault(kind="delay", match=PUT, seconds=1)
    thread = threading.Thread(target=jane.assign, args=(NIGHT_DESK, [NUMBER]))
    thread.start()
    until(lambda: bool(puts(control)))
    assert jane.ask("GET", LIST).status_code == 200
    assert thread.is_alive()
    thread.join(5)
