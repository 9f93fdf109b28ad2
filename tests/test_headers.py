"""The rules of the MDN HTTP Observatory on every page, error page and file, as they are served behind TLS."""

import re
from http.cookies import SimpleCookie

import pytest
import requests

from numberadmin.sandbox import sample, start
from tests.accounts.test_routes import ROUTES
from tests.dashboard import dashboard
from tests.databases import new_database

TLS = {"X-Forwarded-Proto": "https", "Host": "localhost"}
PATHS = ["/", "/login/", "/login/code/", "/join/", "/healthz", "/inventory/", "/shop/", "/shop/cart/", "/audit/"]
PATHS += [
    "/audit/export/",
    "/inventory/export/",
    "/team/",
    "/you/",
    "/inventory/applications/",
    "/inventory/14155550100/",
    "/nothing/here/",
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("headers")
    with (
        start(seed="demo") as sandbox,
        dashboard(sandbox.urls, new_database(folder), HTTPS="on", BEHIND_HTTPS_PROXY="on") as base,
    ):
        yield Browser(base)


class Browser:
    """Somebody behind a proxy that ends TLS; the cookies are kept by hand, for they go over https alone."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []
        self.ask("GET", "/login/")
        self.ask("POST", "/login/", identity=sample.DEMO_IDENTITY, password=sample.DEMO_PASSWORD)

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
    points -= 25 if "unsafe-inline" in text or "unsafe-eval" in text or "data:" in text or "*" in text else 0
    points += 10 if csp.get("default-src") == ["'none'"] else 0
    hsts = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    points -= 0 if hsts and int(hsts[1]) >= 15_768_000 else 20
    points += 5 if "preload" in headers.get("Strict-Transport-Security", "") else 0
    points -= 0 if headers.get("X-Content-Type-Options") == "nosniff" else 5
    points += 5 if csp.get("frame-ancestors") == ["'none'"] else -20
    points += 5 if headers.get("Referrer-Policy") in ("same-origin", "no-referrer") else 0
    points += 10 if headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0
    points -= 50 if "Access-Control-Allow-Origin" in headers else 0
    return points


@pytest.mark.parametrize("path", PATHS)
def test_each_page_scores_a_plus(served, path):
    assert score(served.ask("GET", path)) >= 100 + 30


def test_no_page_is_left_out():
    looked_at = {name for name, (looks, _) in ROUTES.items() if looks is not None}
    assert len(looked_at) <= len(PATHS), "a page was added: put its path into PATHS"


@pytest.mark.parametrize(
    ("verb", "path", "headers", "fields", "status"),
    [
        ("GET", "/inventory/", {"Host": "evil.example"}, {}, 400),
        ("POST", "/inventory/refresh/", {"Origin": "https://evil.example"}, {}, 403),
        ("GET", "/nothing/", {}, {}, 404),
        ("GET", "/inventory/assign/", {}, {}, 405),
        ("POST", "/login/", {}, {"identity": "", "password": ""}, 422),
    ],
)
def test_error_pages_score_the_same(served, verb, path, headers, fields, status):
    answer = served.ask(verb, path, headers, **fields)
    assert answer.status_code == status
    assert score(answer) >= 100 + 30
    assert "no-store" in answer.headers["Cache-Control"]


def test_too_many_tries_are_answered_with_the_same_headers(served):
    answers = [served.ask("POST", "/login/", identity="nobody@example.com", password="wrong") for _ in range(12)]
    assert answers[-1].status_code == 429
    assert score(answers[-1]) >= 100 + 30


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/healthz"])
def test_nothing_but_files_may_be_kept_by_a_cache(served, path):
    assert "no-store" in served.ask("GET", path).headers["Cache-Control"]


def test_files_have_the_same_protection_and_may_be_kept(served):
    page = served.ask("GET", "/login/").text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = served.ask("GET", path)
        assert answer.status_code == 200
        assert score(answer) >= 100 + 30
        assert "immutable" in answer.headers["Cache-Control"]


def test_plain_http_is_led_to_https(served):
    answer = served.ask("GET", "/inventory/", {"X-Forwarded-Proto": "http"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/inventory/")


def test_each_cookie_goes_over_tls_only_and_to_this_host_only(served):
    served.ask("POST", "/inventory/refresh/")
    names = set()
    for line in served.set:
        name = line.partition("=")[0]
        names.add(name)
        assert name.startswith("__Host-"), line
        assert re.search(r"; ?secure", line, re.IGNORECASE), line
        assert re.search(r"; ?httponly", line, re.IGNORECASE), line
        assert re.search(r"; ?samesite=lax", line, re.IGNORECASE), line
        assert "domain=" not in line.lower(), line
    assert {"__Host-session", "__Host-csrf", "__Host-device"} <= names


def test_no_page_has_script_or_style_of_its_own(served):
    for path in PATHS:
        page = served.ask("GET", path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
