"""What stands before the pages: health, hosts and https, as a deployed server answers them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from numberadmin import settings as product
from numberadmin.accounts import factor
from numberadmin.accounts.models import Person, SecondFactor
from numberadmin.accounts.seal import seal
from numberadmin.sandbox import start
from tests.dashboard import ROOT, dashboard
from tests.databases import new_database
from tests.test_headers import score

HOST = "numbers.example.com"
BAD = ("evil.example", f"{HOST}.evil.example", "127.0.0.1", "[::1", "a b", "x" * 300, b"\xfc.example", "")
# What a proxy that ends TLS adds, and what the Observatory asks of an answer over plain HTTP: all but HSTS.
TLS = {"X-Forwarded-Proto": "https"}
BEST, PLAIN = 130, 110


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("front") / "log"


@pytest.fixture(scope="module")
def base(log) -> Iterator[str]:
    """As docs/deployment.md says, with the host's name set."""
    settings: dict[str, Any] = {"HTTPS": "on", "BEHIND_HTTPS_PROXY": "on", "ALLOWED_HOSTS": HOST}
    database = new_database(log.parent)
    with start(seed="demo") as sandbox, log.open("wb") as output:
        served = dashboard(sandbox.urls, database, workers=1, output=output, **settings)
        with served as url:
            yield url


def ask(base, path, host, headers=None, verb="GET"):
    return requests.request(
        verb, base + path, headers={"Host": host, **(headers or {})}, allow_redirects=False, timeout=30
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8000", HOST, "evil.example", "", "a b"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_answered_whatever_the_host_over_plain_http_too(base, path, host):
    answer = ask(base, path, host)
    assert (answer.status_code, answer.text, score(answer)) == (200, "ok\n", PLAIN)
    assert "no-store" in answer.headers["Cache-Control"]
    assert ask(base, path, host, verb="POST").status_code == 405


@pytest.mark.parametrize("host", BAD)
@pytest.mark.parametrize(("headers", "points"), [({}, PLAIN), (TLS, BEST)])
def test_another_host_is_refused_with_all_headers_and_a_sentence(base, host, headers, points):
    for path in ("/login/", "/static/css/base.css", "/nothing/", "/inventory/"):
        answer = ask(base, path, host, headers)
        assert (answer.status_code, score(answer)) == (400, points), path
        assert "ALLOWED_HOSTS" in answer.text
        assert "Set-Cookie" not in answer.headers


def test_another_host_is_one_line_of_the_log_without_a_traceback(base, log):
    before = len(log.read_text().splitlines())
    ask(base, "/login/", "first.example" + "x" * 300)
    lines = [line for line in log.read_text().splitlines()[before:] if " DEBUG " not in line and "[DEBUG]" not in line]
    assert len(lines) == 1, lines
    assert "first.example" in lines[0]
    assert len(lines[0]) < 300
    assert "Traceback" not in log.read_text()


def test_the_way_to_https_has_the_headers_too(base):
    answer = ask(base, "/inventory/?q=1", HOST)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{HOST}/inventory/?q=1")
    assert score(answer) == PLAIN


def test_hsts_is_for_this_host_alone(base):
    assert ask(base, "/login/", HOST, TLS).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("options", ["charset=hex", "charset=rot13", "charset*=bogus''x", "x*=bogus''%41"])
@pytest.mark.parametrize("path", ["/healthz", "/login/?next=/x", "/nothing/"])
def test_a_type_that_names_no_text_encoding_is_answered_like_any_other(base, log, path, options):
    kind = {"Content-Type": f"multipart/form-data; boundary=x; {options}", "Host": HOST, **TLS}
    answer = requests.post(base + path, data=b"--x--", headers=kind, timeout=30)
    assert answer.status_code in (400, 403, 404, 405)
    assert score(answer) == BEST
    assert "Traceback" not in log.read_text()


def test_a_form_that_cannot_be_read_is_one_line_of_the_log_too(base, log):
    kind = {"Content-Type": "multipart/form-data; boundary=", **TLS}
    answer = requests.post(f"{base}/login/", data=b"x", headers={"Host": HOST, **kind}, timeout=30)
    assert answer.status_code in (400, 403)
    assert "Traceback" not in log.read_text()


def test_a_process_without_database_and_static_files_lives_and_is_not_ready(tmp_path):
    nowhere, folder = "postgres://nobody@127.0.0.1:1/none", str(tmp_path)
    with (
        start(seed="demo") as sandbox,
        dashboard(sandbox.urls, nowhere, STATIC_ROOT=folder, LOG_LEVEL="CRITICAL") as url,
    ):
        answer = requests.get(f"{url}/readyz", timeout=30)
    assert (answer.status_code, answer.text.split()) == (503, ["database", "static"])


@pytest.mark.django_db
def test_a_migration_that_is_missing_is_told(client):
    from django.db.migrations.recorder import MigrationRecorder

    assert client.get("/readyz").status_code == 200
    MigrationRecorder.Migration.objects.filter(app="services").order_by("-id")[0].delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations\n")


@pytest.mark.django_db
def test_keys_that_do_not_open_what_they_sealed_are_told(client, settings):
    person = Person.objects.create(name="Otto")
    seed = seal(factor.new_seed(), factor._belongs_to(person))
    SecondFactor.objects.create(person=person, seed=seed, counter=0)
    assert client.get("/readyz").status_code == 200
    settings.SEAL_KEYS = ["another key"]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"keys\n")


def test_the_proxies_of_the_documentation_let_through_what_the_largest_page_takes():
    text = (ROOT / "docs/deployment.md").read_text()
    let_through = [
        int(size) for size in re.findall(r"(?:client_max_body_size|max_size|request_buffers) (\d+)(?:m|MB)\b", text)
    ]
    assert len(let_through) == 3
    assert min(let_through) * 1_000_000 > product.DATA_UPLOAD_MAX_MEMORY_SIZE


@pytest.mark.parametrize("path", ["/static/", "/static/css/", "/static/js", "/templates/", "/.git/", "/.env"])
def test_no_folder_is_listed(base, path):
    answer = requests.get(f"{base}{path}", headers=TLS | {"Host": HOST}, timeout=10, allow_redirects=False)
    assert answer.status_code in (302, 404)
    assert "app.js" not in answer.text.replace("/static/js/app", "")
