"""Which answers are a refusal, and which only look like one."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from numberadmin import sinch
from numberadmin.sinch import Identity, SinchError
from tests.sinch.servers import INSTANCE, Behaviour, answer, error, raw, serving

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
    ("behaviour", "kind"),
    [
        (error(409, 40400), sinch.Refused),
        (error(400, 40400), sinch.Refused),
        (error(404, 40401), sinch.Refused),
        (error(418, 41800), sinch.Refused),
        (error(409, 40900), sinch.Refused),
        (answer(402, {"errorCode": "x"}), sinch.Refused),
        (answer(404, {"errorCode": "ResourceNotFound"}), sinch.Refused),
        (answer(404, {"errorCode": "40400"}), sinch.NotFound),
        (answer(403, b"<html>"), sinch.Refused),
        (answer(413, b""), sinch.Refused),
        (answer(404, b"<html>"), sinch.Gone),
        (answer(404, [40400]), sinch.Gone),
        (answer(404, {"message": "no Route matched with those values"}), sinch.Gone),
        (answer(410, b""), sinch.Gone),
        (answer(429, b""), sinch.TooManyRequests),
        (error(429, 42901), sinch.TooManyRequests),
        (answer(401, b""), sinch.BadCredentials),
        (answer(401, b"<html>"), sinch.BadCredentials),
        (answer(401, [7]), sinch.BadCredentials),
        (error(401, 40108), sinch.BadCredentials),
        (error(401, 40300), sinch.BadCredentials),
        (raw(b"HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n{", close=True), sinch.BadCredentials),
    ],
)
def test_a_status_of_400_to_499_is_a_refusal_whatever_came_with_it(behaviour: Behaviour, kind: type) -> None:
    assert type(checked_out(behaviour)) is kind


@pytest.mark.parametrize(
    "behaviour",
    [error(500, 50000), error(503, 50300), error(503, 40400), answer(502, b"<html>"), error(200, 40200),
     answer(200, b""), answer(302), error(408, 40800), answer(408), answer(499), answer(409, b"<html>"), answer(425),
     raw(b"HTTP/1.1 502 X\r\nContent-Length: 99\r\n\r\n{", close=True)],
)  # fmt: skip
def test_what_does_not_tell_leaves_a_write_in_doubt(behaviour: Behaviour) -> None:
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


@pytest.mark.parametrize("seconds", [0, 30, 3600])
def test_a_remote_that_gets_too_many_requests_says_when_to_come_back(seconds: int) -> None:
    refusal = checked_out(answer(429, b"<html>", f"Retry-After: {seconds}"))
    assert refusal.again_at is not None
    assert (refusal.again_at - datetime.now(UTC)).total_seconds() == pytest.approx(seconds, abs=30)


def test_a_date_to_come_back_at_is_by_the_clock_of_the_remote() -> None:
    theirs = datetime.now(UTC) - timedelta(hours=2)
    headers = [f"Date: {format_datetime(theirs, usegmt=True)}"]
    headers += [f"Retry-After: {format_datetime(theirs + timedelta(minutes=5), usegmt=True)}"]
    fault = checked_out(answer(503, b"", *headers))
    assert fault.again_at is not None
    assert (fault.again_at - datetime.now(UTC)).total_seconds() == pytest.approx(300, abs=30)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e3", "9" * 4500, "9999999", "Mon, 99 Foo 2015 99:99:99 GMT"])
def test_a_time_to_come_back_that_makes_no_sense_is_none(text: str) -> None:
    assert checked_out(answer(429, b"", f"Retry-After: {text}")).again_at is None


def test_the_reference_for_the_support_of_the_remote_is_kept() -> None:
    body = {"errorCode": "40003", "message": "No.", "reference": "a1b2-\u202e\n" + "c" * 90, "status": 400}
    refusal = checked_out(answer(400, body))
    assert (refusal.code, refusal.reference) == (40003, ("a1b2- " + "c" * 90)[:64])


def test_a_long_message_is_cut() -> None:
    assert len(checked_out(error(404, 40400, "x" * 5_000)).remote_message) == 300


def test_an_overwrite_whose_answer_has_damaged_rows_is_a_success() -> None:
    with serving(answer(200, [{"number": 7, "capabilities": ["voice"]}, {"number": True}])) as server:
        listing = server.client().set_application_numbers(INSTANCE, "key", "voice", [7])
    assert [row.number for row in listing.rows] == [7]
    assert not listing.whole
