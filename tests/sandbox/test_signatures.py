from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin.sandbox.control import Control
from numberadmin.sandbox.signature import is_signed, signature_of
from numberadmin.sinch import sign
from tests.sandbox.people import Person, refused, send, timestamp
from tests.sinch.test_signing import JSON, PUBLISHED, SAMPLES, SECRET, TIME

LIST = "/v1/organisations/id/8888123/numbers"
SHOP = LIST + "/shop"


def test_a_signed_request_is_let_in(jane: Person) -> None:
    assert jane.ask("GET", LIST).status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Authorization": ""}, 40100),
        ({"Authorization": "Instance"}, 40100),
        ({"Authorization": "Application 669762D5-2B10-44E0-8418-BC9EE4457555"}, 40301),
        ({"Authorization": "User ticket"}, 40301),
        ({"Authorization": "Instance 00a3ffb1-0808-4dd4-9c7d-e4383d82e445:c2lnbmVk"}, 40100),
        ({"X-Timestamp": ""}, 40101),
        ({"X-Timestamp": "2015-06-20T11:43:10.944"}, 40101),
        ({"X-Timestamp": "a second ago"}, 40102),
        ({"Content-Type": "text/plain"}, 40102),
    ],
)
def test_a_header_that_is_not_what_was_signed_is_refused(jane: Person, changed: dict[str, str], code: int) -> None:
    if changed.get("X-Timestamp") == "a second ago":
        changed = {"X-Timestamp": timestamp(-1)}
    assert refused(jane.ask("GET", LIST, headers=changed)) == code


@pytest.mark.parametrize(("skew", "code"), [(-310, 40101), (310, 40101)])
def test_a_clock_that_is_more_than_five_minutes_off_is_refused(jane: Person, skew: float, code: int) -> None:
    assert refused(jane.ask("GET", LIST, skew=skew)) == code


def test_a_clock_that_is_four_minutes_off_is_let_in(jane: Person) -> None:
    assert jane.ask("GET", LIST, skew=-240).status_code == 200


def test_the_date_header_tells_the_sandbox_clock(jane: Person, control: Control) -> None:
    control.set(clock_skew=86_400)
    answer = jane.ask("GET", LIST)
    assert refused(answer) == 40101
    told = parsedate_to_datetime(answer.headers["Date"]) - datetime.now(UTC)
    assert timedelta(hours=23) < told < timedelta(hours=25)
    assert jane.ask("GET", LIST, skew=86_400).status_code == 200


def test_the_body_is_covered_by_the_signature(jane: Person, control: Control) -> None:
    headers = jane.headers("PUT", SHOP, b'{"groupId":13,"quantity":1}')
    answer = send("PUT", jane.urls["portal"] + SHOP, headers, b'{"groupId":13,"quantity":9}')
    assert refused(answer) == 40102
    assert control.state()["reservations"] == []


def test_the_query_need_not_be_covered_by_the_signature(jane: Person) -> None:
    assert jane.ask("GET", SHOP + "?type=sms").status_code == 200


def test_the_query_may_be_covered_as_the_published_client_does(jane: Person) -> None:
    headers = jane.headers("GET", SHOP + "?type=sms", b"", signs_query=True)
    assert send("GET", jane.urls["portal"] + SHOP + "?type=sms", headers, b"").status_code == 200
    assert refused(send("GET", jane.urls["portal"] + SHOP + "?type=voice", headers, b"")) == 40102


@pytest.mark.parametrize(("secret", "body", "time", "resource", "signature"), PUBLISHED)
def test_it_makes_the_published_signatures(secret: str, body: bytes, time: str, resource: str, signature: str) -> None:
    assert signature_of(secret, "POST", body, JSON, time, resource) == signature
    assert is_signed(signature, secret, [resource], "POST", body, JSON, time)
    assert not is_signed(signature, secret, [resource], "POST", body + b" ", JSON, time)


@pytest.mark.parametrize(("verb", "body", "resource", "signature"), SAMPLES)
def test_it_makes_the_sample_signatures_of_the_reference(verb: str, body: bytes, resource: str, signature: str) -> None:
    assert signature_of(SECRET, verb, body, JSON, TIME, resource) == signature


@settings(max_examples=60, deadline=None)
@given(verb=st.sampled_from(["GET", "PUT"]), body=st.binary(max_size=40), path=st.text("/a%é", min_size=1))
def test_client_and_sandbox_sign_alike(verb: str, body: bytes, path: str) -> None:
    assert signature_of(SECRET, verb, body, JSON, TIME, path) == sign(SECRET, verb, body, JSON, TIME, path)


def test_another_verb_or_path_needs_another_signature(jane: Person) -> None:
    headers = jane.headers("GET", LIST, b"")
    assert refused(send("GET", jane.urls["portal"] + SHOP, headers, b"")) == 40102


def test_the_path_is_signed_as_it_is_on_the_wire(jane: Person) -> None:
    answer = jane.ask("GET", "/v1/applications/key/night%20d%C3%A9sk/numbers")
    assert refused(answer) == 40400
    assert "night désk" in answer.json()["message"]


def test_a_character_set_and_any_case_of_the_scheme_are_accepted(jane: Person) -> None:
    content_type = "application/json; charset=UTF-8"
    answer = jane.ask("PUT", SHOP, {"groupId": 13, "quantity": 1}, content_type=content_type)
    assert answer.status_code == 200
    headers = jane.headers("GET", LIST, b"")
    headers["Authorization"] = headers["Authorization"].replace("Instance", "instance")
    assert send("GET", jane.urls["portal"] + LIST, headers, b"").status_code == 200


def test_a_body_of_another_content_type_is_refused(jane: Person) -> None:
    assert refused(jane.ask("PUT", SHOP, {"groupId": 13, "quantity": 1}, content_type="text/plain")) == 41500
