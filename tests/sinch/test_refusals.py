"""Which answers are a refusal, and which only look like one."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from numberadmin import sinch
from numberadmin.sinch import Identity, SinchError
from tests.sinch.servers import INSTANCE, Behaviour, answer, error, serving

REFUSALS = [
    (40000, sinch.InvalidRequest),
    (40001, sinch.InvalidRequest),
    (40002, sinch.InvalidRequest),
    (40003, sinch.InvalidRequest),
    (40100, sinch.BadCredentials),
    (40101, sinch.ClockOff),
    (40102, sinch.BadCredentials),
    (40200, sinch.NotEnoughCredit),
    (40300, sinch.NotOwner),
    (40301, sinch.WrongScheme),
    (40400, sinch.NotFound),
    (42200, sinch.NoAccounting),
]


def checked_out(behaviour: Behaviour) -> SinchError:
    with serving(behaviour) as server, pytest.raises(SinchError) as caught:
        server.client().check_out(INSTANCE, "8888123", ["r"])
    assert len(server.requests) == 1
    return caught.value


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
def test_a_documented_code_that_agrees_with_the_status_is_a_refusal(code: int, kind: type[SinchError]) -> None:
    refusal = checked_out(error(code // 100, code, "Too bad\u202e\x00."))
    assert type(refusal) is kind
    assert (refusal.call, refusal.code, refusal.status) == ("check out", code, code // 100)
    assert refusal.remote_message == "Too bad."


@pytest.mark.parametrize(
    "behaviour",
    [error(409, 40400), error(400, 40400), error(418, 41800), error(404, 40401), error(500, 50000), error(503, 50300),
     error(200, 40200), answer(200, b""), answer(404, b"<html>"), answer(401, b""),
     answer(402, {"errorCode": "x"}), answer(429, b""), answer(404, [40400])],
)  # fmt: skip
def test_anything_else_leaves_a_write_unknown(behaviour: Behaviour) -> None:
    assert type(checked_out(behaviour)) is sinch.Unanswered


def test_the_code_of_a_fault_is_kept() -> None:
    fault = checked_out(error(503, 50300, "Service is temporarily unavailable."))
    assert (fault.code, fault.status, fault.remote_message) == (50300, 503, "Service is temporarily unavailable.")


def test_a_refused_read_is_not_tried_again() -> None:
    with serving(error(404, 40400)) as server, pytest.raises(sinch.NotFound):
        server.client().application_numbers(INSTANCE, "no-such-key")
    assert len(server.requests) == 1


@pytest.mark.parametrize("minutes", [-10, 0, 10])
def test_a_clock_that_is_off_is_measured_by_the_date_of_the_answer(minutes: int) -> None:
    theirs = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes), usegmt=True)
    refusal = checked_out(error(401, 40101, "", f"Date: {theirs}"))
    assert isinstance(refusal, sinch.ClockOff)
    assert refusal.seconds_off == pytest.approx(minutes * 60, abs=30)


@pytest.mark.parametrize("date", ["", "Date: soon", "Date: Mon, 99 Foo 2015 99:99:99 GMT"])
def test_a_clock_without_a_date_to_compare_is_off_by_an_unknown_time(date: str) -> None:
    refusal = checked_out(error(401, 40101, "", *([date] if date else [])))
    assert isinstance(refusal, sinch.ClockOff)
    assert refusal.seconds_off is None


def test_a_wrong_password_is_said_in_its_own_words() -> None:
    with serving(error(401, 40100)) as server, pytest.raises(sinch.BadCredentials, match="password"):
        server.client().log_in(Identity.parse("jane@example.com"), "wrong")


def test_a_long_message_is_cut() -> None:
    assert len(checked_out(error(404, 40400, "x" * 5_000)).remote_message) == 300


def test_an_overwrite_whose_answer_has_damaged_rows_is_a_success() -> None:
    with serving(answer(200, [{"number": 7, "capabilities": ["voice"]}, {"number": True}])) as server:
        listing = server.client().set_application_numbers(INSTANCE, "key", "voice", [7])
    assert [row.number for row in listing.rows] == [7]
    assert not listing.whole
