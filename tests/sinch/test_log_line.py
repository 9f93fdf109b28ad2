"""One line a call, with what an operator needs."""

import logging
import re

import pytest

from numberadmin.sinch import Identity, NotFound
from tests.sinch.servers import INSTANCE, answer, drop, error, serving


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "numberadmin.sinch"]


def test_a_call_is_logged_once_with_its_tries(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "numberadmin.sinch")
    with serving(drop, answer(200, [])) as server:
        server.client().numbers(INSTANCE, "8888123")
    (line,) = lines(caplog)
    expected = r"rented numbers: GET /v1/organisations/id/8888123/numbers status=200 code=- ms=\d+ attempts=2"
    assert re.fullmatch(expected, line)


def test_a_refusal_is_logged_with_its_code(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "numberadmin.sinch")
    with serving(error(404, 40400)) as server, pytest.raises(NotFound):
        server.client().remove_number(INSTANCE, "a\r\nb", 7)
    (line,) = lines(caplog)
    assert "DELETE /v1/applications/key/a%0D%0Ab/numbers/7 status=404 code=40400" in line


def test_the_reference_of_an_error_is_in_its_line_as_one_word(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "numberadmin.sinch")
    refusal = answer(404, {"errorCode": 40400, "reference": "abc 7\nstatus=200"})
    with serving(refusal) as server, pytest.raises(NotFound):
        server.client().remove_number(INSTANCE, "key", 7)
    assert lines(caplog)[0].endswith(" attempts=1 reference=abc_7_status=200")


def test_the_identity_of_a_log_in_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(answer(200, {"authorization": "t", "user": {"id": 1}})) as server:
        server.client().log_in(Identity.parse("jane@example.com"), "x")
    assert "POST /v1/users/email/{identity}/authentication status=200" in lines(caplog)[0]
    assert "jane" not in caplog.text
