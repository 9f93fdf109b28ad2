"""What is too large, or comes too slowly, is refused before it is read."""

import socket
from urllib.parse import urlsplit

import pytest
import requests
from django.test import RequestFactory

from numberadmin import bodies
from numberadmin.sandbox import sample
from tests.dashboard import Visitor
from tests.place import place as places

SUPPORT = next(iter(sample.DEMO_APPLICATIONS))
HUGE = 400_000_000
PATHS = (
    "/login/",
    "/join/",
    "/logout/",
    "/inventory/plans/",
    "/inventory/assign/",
    "/nothing/",
    "/",
)
HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "X-Frame-Options",
    "Permissions-Policy",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with places(tmp_path_factory.mktemp("bodies")) as found:
        yield found


@pytest.fixture(scope="module")
def jane(place):
    visitor = Visitor(place.base)
    visitor.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    visitor.get("/inventory/")
    return visitor


def begun(base, path, *lines, body=b"", verb="POST"):
    """A connection on which a request has begun."""
    at = urlsplit(base)
    assert at.hostname
    connection = socket.create_connection((at.hostname, at.port or 80), timeout=30)
    head = [f"{verb} {path} HTTP/1.1", f"Host: {at.netloc}", "Connection: close", *lines]
    connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
    return connection


def answered(connection) -> tuple[int, str]:
    with connection, connection.makefile("rb") as answer:
        text = answer.read().decode(errors="replace")
    return int(text.split()[1]), text


@pytest.mark.parametrize("cookie", ["", "Cookie: sessionid=known-to-nobody", "Cookie: csrftoken=" + "x" * 32])
@pytest.mark.parametrize("path", PATHS)
def test_a_strangers_large_body_is_refused_by_its_length_before_any_of_it_is_sent(place, path, cookie):
    kind = "Content-Type: multipart/form-data; boundary=x"
    status, text = answered(begun(place.base, path, f"Content-Length: {HUGE}", kind, *filter(None, [cookie])))
    assert (status, "Nothing was changed" in text, "64 kB" in text) == (413, True, True)
    assert all(name in text for name in HEADERS)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/css/base.css"])
def test_what_is_sent_where_nothing_is_taken_is_not_read_either(place, path):
    assert answered(begun(place.base, path, f"Content-Length: {HUGE}"))[0] == 405


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_a_large_body_is_refused_whatever_the_verb(place, verb):
    assert answered(begun(place.base, "/login/", f"Content-Length: {HUGE}", verb=verb))[0] == 413


def test_a_stranger_sends_up_to_64_kilobytes_and_not_more(place):
    stranger = Visitor(place.base)
    fields = len(stranger.post("/login/", identity="x").request.body or "")
    assert stranger.post("/login/", identity="x" * (bodies.STRANGER - fields)).status_code == 422
    assert stranger.post("/login/", identity="x" * bodies.STRANGER).status_code == 413


def test_a_body_without_its_length_is_refused_unread(place):
    chunk = b"5\r\nhello\r\n"
    for path in ("/login/", "/inventory/plans/"):
        status, text = answered(begun(place.base, path, "Transfer-Encoding: chunked", body=chunk * 100))
        assert (status, "Nothing was changed" in text) == (411, True)


def test_who_is_signed_in_is_told_the_size_and_the_limit_and_nothing_is_changed(place, jane):
    before = place.sinch.state()
    answer = jane.post("/inventory/assign/", numbers="1" * 2_600_000, application_key=SUPPORT)
    assert answer.status_code == 413
    for words in ("has 2.6 MB", "takes 2.5 MB", "Nothing was changed", "in parts"):
        assert words in answer.text
    assert place.sinch.state() == before


def test_htmx_gets_the_sentence_as_a_message_beside_the_page(jane):
    fields = {"numbers": "1" * 2_600_000, "csrfmiddlewaretoken": jane.session.cookies["csrftoken"]}
    answer = jane.session.post(
        f"{jane.base}/inventory/assign/", data=fields, headers={"HX-Request": "true"}, timeout=60
    )
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (413, "none")
    assert 'data-message="error"' in answer.text
    assert "<html" not in answer.text


def upload(jane, size):
    text = "number,application\n" + "#" * (size - 19)
    fields = {"csrfmiddlewaretoken": jane.session.cookies["csrftoken"], "title": "Many"}
    files = {"file": ("many.csv", text, "text/csv")}
    # A body that was not read leaves no use for its connection.
    headers = {"Connection": "close"}
    return jane.session.post(f"{jane.base}/inventory/plans/", data=fields, files=files, headers=headers, timeout=60)


def test_a_plans_file_is_taken_up_to_its_5_mb_and_refused_by_length_above_that(jane):
    assert upload(jane, 4_900_000).status_code == 200
    larger = upload(jane, 6_100_000)
    assert (larger.status_code, "has 6.1 MB" in larger.text, "takes 6.0 MB" in larger.text) == (413, True, True)


def test_more_files_than_a_form_has_are_refused(jane):
    fields = {"csrfmiddlewaretoken": jane.session.cookies["csrftoken"]}
    files = [("file", (f"{place}.csv", "x", "text/csv")) for place in range(3)]
    answer = jane.session.post(f"{jane.base}/inventory/plans/", data=fields, files=files, timeout=60)
    assert answer.status_code in (400, 413)
    assert "changed" in answer.text


def test_slow_senders_leave_threads_for_pages(place):
    slow = [begun(place.base, "/login/", "Content-Length: 1000", body=b"identity=x") for _ in range(40)]
    try:
        assert requests.get(f"{place.base}/healthz", timeout=25).status_code == 200
        assert requests.get(f"{place.base}/login/", timeout=25).status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_what_does_not_arrive_in_time_is_not_waited_for():
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as body:
        request = RequestFactory().post("/login/")
        request.META["gunicorn.socket"] = ours
        theirs.sendall(b"some")
        with bodies._within(request, 0.05):
            assert body.read(1000) == b"some"
