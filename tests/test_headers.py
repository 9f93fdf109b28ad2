"""The rules of the MDN HTTP Observatory on every page, error page and file, as they are served behind TLS."""

import re
from http.cookies import SimpleCookie
from uuid import uuid4

import pytest
import requests
from django.urls import reverse

from numberadmin.sandbox import sample, start
from tests.accounts.test_routes import OPEN, ROUTES
from tests.dashboard import dashboard
from tests.databases import new_database

TLS = {"X-Forwarded-Proto": "https", "Host": "localhost"}
NAMES = sorted({*ROUTES, *OPEN})
ARGUMENTS = {name: [uuid4()] for name in NAMES if name.startswith("plan") and name != "plans"} | {
    "number": [14155550100]
}
PATHS = {name: reverse(name, args=ARGUMENTS.get(name, [])) for name in NAMES}
PAGES = [PATHS[name] for name, (looks, _) in ROUTES.items() if looks is not None] + ["/login/", "/join/", "/nothing/"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    database = new_database(tmp_path_factory.mktemp("headers"))
    failing = "tests.accounts.failing"
    with (
        start(seed="demo") as sandbox,
        dashboard(sandbox.urls, database, application=failing, HTTPS="on", BEHIND_HTTPS_PROXY="on") as url,
    ):
        yield url


@pytest.fixture(scope="module")
def served(base):
    """Jane, who owns the account."""
    jane = Browser(base)
    jane.ask("POST", "/login/", identity=sample.DEMO_IDENTITY, password=sample.DEMO_PASSWORD)
    own = jane.ask("POST", "/you/password/", login="jane@example.com", name="Jane", password="jane has a long one")
    assert own.status_code == 302
    return jane


@pytest.fixture(scope="module")
def viewer(base, served):
    """Somebody who may only read, and has joined by a link."""
    served.ask("POST", "/team/invite/", email="vera@example.com", role="viewer")
    found = re.search(r'value="https://localhost(/join/[^"]+)"', served.ask("GET", "/team/").text)
    assert found
    vera = Browser(base)
    vera.ask("GET", found[1])
    assert vera.ask("POST", "/join/", name="Vera", password="vera has a long one").status_code == 302
    return vera


class Browser:
    """Somebody behind a proxy that ends TLS; the cookies are kept by hand, for they go over https alone."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []
        self.ask("GET", "/login/")

    def ask(self, verb: str, path: str, headers: dict[str, str] | None = None, **fields: str) -> requests.Response:
        token = {"csrfmiddlewaretoken": self.cookies.get("__Host-csrf", "")} if verb == "POST" else {}
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = requests.request(
            verb,
            self.base + path,
            data={**token, **fields},
            headers={**TLS, "Cookie": cookies, "Referer": "https://localhost/login/", **(headers or {})},
            allow_redirects=False,
            timeout=30,
        )
        for line in answer.raw.headers.getlist("Set-Cookie"):
            self.set.append(line)
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer


def policy(answer: requests.Response) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";") if part.strip()]
    return {name: values for name, *values in parts}


def score(answer: requests.Response) -> int:
    """As the Observatory counts: 100, less for what is missing, more for what goes beyond."""
    headers, csp, points = answer.headers, policy(answer), 100
    text = headers["Content-Security-Policy"]
    points -= 25 if re.search(r"unsafe-|data:|\*|https?:", text) else 0
    points += 10 if csp.get("default-src") == ["'none'"] else 0
    hsts = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    points -= 0 if hsts and int(hsts[1]) >= 15_768_000 else 20
    points += 5 if "preload" in headers.get("Strict-Transport-Security", "") else 0
    points -= 0 if headers.get("X-Content-Type-Options") == "nosniff" else 5
    points += 5 if csp.get("frame-ancestors") == ["'none'"] else -20
    points += 5 if headers.get("Referrer-Policy") in ("same-origin", "no-referrer") else 0
    points += 10 if headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0
    points -= 50 if "Access-Control-Allow-Origin" in headers else 0
    lines = answer.raw.headers.getlist("Set-Cookie")
    return points - 40 * sum(
        not all(flag in line.lower() for flag in ("secure", "httponly", "samesite")) for line in lines
    )


# A+ is 100 and more; 5 more are for being in browsers' lists of HSTS, which an operator has to ask for.
BEST = 130


def test_each_route_scores_a_plus_for_whoever_is_signed_in(served):
    assert {name: score(served.ask("GET", PATHS[name])) for name in NAMES} == dict.fromkeys(NAMES, BEST)


def test_each_route_scores_a_plus_for_strangers(base):
    stranger = Browser(base)
    assert {name: score(stranger.ask("GET", PATHS[name])) for name in NAMES} == dict.fromkeys(NAMES, BEST)


def test_each_form_that_changes_something_answers_with_the_same_headers(viewer):
    for name in (name for name, (_, posts) in ROUTES.items() if posts is not None):
        answer = viewer.ask("POST", PATHS[name])
        assert (answer.status_code in (302, 403), score(answer)) == (True, BEST), name


@pytest.mark.parametrize(
    ("verb", "path", "headers", "fields", "status"),
    [
        ("GET", "/inventory/", {"Host": "evil.example"}, {}, 400),
        ("POST", "/inventory/refresh/", {"Origin": "https://evil.example"}, {}, 403),
        ("GET", "/nothing/", {}, {}, 404),
        ("GET", "/inventory/assign/", {}, {}, 405),
        ("POST", "/login/", {}, {"identity": "", "password": ""}, 422),
        ("POST", "/team/invite/", {}, {"email": "fail@example.com", "role": "viewer"}, 500),
    ],
)
def test_error_pages_score_the_same(served, verb, path, headers, fields, status):
    answer = served.ask(verb, path, headers, **fields)
    assert (answer.status_code, score(answer)) == (status, BEST)
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_a_role_may_not_do_is_answered_with_the_same_headers(viewer):
    answer = viewer.ask("GET", "/team/")
    assert (answer.status_code, score(answer)) == (403, BEST)
    assert "no-store" in answer.headers["Cache-Control"]


def test_no_page_answers_to_trace(served):
    for name in NAMES:
        answer = served.ask("TRACE", PATHS[name])
        assert (answer.status_code, "Cookie" in answer.text) in ((405, False), (403, False)), name


def test_too_many_tries_are_answered_with_the_same_headers(served):
    answers = [served.ask("POST", "/login/", identity="nobody@example.com", password="wrong") for _ in range(12)]
    assert (answers[-1].status_code, score(answers[-1])) == (429, BEST)


def test_nothing_but_files_may_be_kept_by_a_cache(served):
    for name in NAMES:
        assert "no-store" in served.ask("GET", PATHS[name]).headers["Cache-Control"], name


def test_each_answer_says_in_which_letters_it_is_written(served):
    for name in NAMES:
        kind = served.ask("GET", PATHS[name]).headers["Content-Type"]
        assert re.fullmatch(r"text/(html|plain|csv); charset=utf-8", kind), name


def test_files_have_the_same_protection_and_may_be_kept(served):
    page = served.ask("GET", "/login/").text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = served.ask("GET", path)
        assert (answer.status_code, score(answer)) == (200, BEST)
        assert "immutable" in answer.headers["Cache-Control"]


def test_plain_http_is_led_to_https(served):
    answer = served.ask("GET", "/inventory/", {"X-Forwarded-Proto": "http"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/inventory/")


def test_each_cookie_goes_over_tls_only_and_to_this_host_only(served):
    served.ask("POST", "/inventory/refresh/")
    leaving = Browser(served.base)
    leaving.ask("POST", "/login/", kind="member", identity="jane@example.com", password="jane has a long one")
    leaving.ask("POST", "/logout/")
    names = set()
    for line in served.set + leaving.set:
        name = line.partition("=")[0]
        names.add(name)
        assert name.startswith("__Host-"), line
        assert re.search(r"; ?secure", line, re.IGNORECASE), line
        assert re.search(r"; ?httponly", line, re.IGNORECASE), line
        assert re.search(r"; ?samesite=lax", line, re.IGNORECASE), line
        assert "domain=" not in line.lower(), line
    assert {"__Host-session", "__Host-csrf", "__Host-device"} <= names


def test_no_page_has_script_or_style_of_its_own(served):
    for path in PAGES:
        page = served.ask("GET", path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
