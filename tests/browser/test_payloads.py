"""Script in every text that comes from outside: it is text, wherever it is shown, and nothing of it runs."""

import csv
import io
from urllib.parse import urlsplit

import pytest

from numberadmin.sandbox import sample, start
from tests import crew
from tests.dashboard import Visitor, dashboard
from tests.databases import new_database

CALL = "window.__ran=1"
# Each in the forms in which it has got through somewhere.
TAGS = [
    f"<script>{CALL}</script>",
    f"<ScRiPt>{CALL}</sCrIpT>",
    "<script src=/evil.js></script>",
    f"</title><script>{CALL}</script>",
    f"</textarea><script>{CALL}</script>",
    f"--><script>{CALL}</script>",
    f"]]><script>{CALL}</script>",
    f"<img src=x onerror={CALL}>",
    f"<img/src=x/onerror={CALL}>",
    f"<svg onload={CALL}>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x>",
    f"<body onload={CALL}>",
    f"<iframe src=javascript:{CALL}>",
    "<iframe srcdoc='<script>parent.__ran=1</script>'>",
    f"<object data=javascript:{CALL}>",
    f"<embed src=javascript:{CALL}>",
    f"<details open ontoggle={CALL}>",
    f"<input autofocus onfocus={CALL}>",
    f"<select autofocus onfocus={CALL}>",
    f"<video><source onerror={CALL}></video>",
    f"<audio src=x onerror={CALL}>",
    f"<marquee onstart={CALL}>",
    f"<a href=javascript:{CALL}>x</a>",
    f"<form action=javascript:{CALL}><button>x",
    f"<math><mtext></p><script>{CALL}</script>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example)}</style>",
    f"<noscript><p title='</noscript><img src=x onerror={CALL}>'>",
    f"<template><script>{CALL}</script></template>",
]
ATTRIBUTES = [
    f'" onmouseover="{CALL}',
    f"' onmouseover='{CALL}",
    f'" autofocus onfocus="{CALL}" x="',
    f'"><img src=x onerror={CALL}>',
    f"'><img src=x onerror={CALL}>",
    f"`onmouseover={CALL}",
    '" style="background:url(//evil.example)',
    f"javascript:{CALL}",
    f"JaVaScRiPt:{CALL}",
    f"java\tscript:{CALL}",
    f"data:text/html,<script>{CALL}</script>",
    f"//evil.example/%0a{CALL}",
]
HTMX = [
    '" hx-get="//evil.example" hx-trigger="load',
    f'" hx-on:click="{CALL}',
    '<div hx-get="/logout/" hx-trigger="load">',
    '<div hx-post="/logout/" hx-trigger="load">',
    f'" hx-vals="js:{{a:{CALL}}}',
    f"<div hx-on::load='{CALL}'>",
    f'" data-hx-on-load="{CALL}',
]
TEMPLATES = [
    "{{ 7|add:7 }}{% debug %}",
    "{% load static %}{{ request }}",
    "${7*7}",
    "<%= 7*7 %>",
    "{{constructor.constructor('window.__ran=1')()}}",
]
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", '=HYPERLINK("//evil.example")', ";=1+1"]
PAYLOADS = [*TAGS, *ATTRIBUTES, *HTMX, *TEMPLATES, *FORMULAS]
PAGES = ["/inventory/", "/shop/", "/shop/cart/", "/inventory/applications/", "/audit/", "/team/", "/you/"]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """A dashboard in which every text from outside is a payload; the owner's browser has its session."""
    folder = tmp_path_factory.mktemp("payloads")
    with start(seed="demo") as remote:
        _poison(remote.state)
        with dashboard(remote.urls, new_database(folder), LOG_LEVEL="CRITICAL") as base:
            yield base, remote, _written(base)


def _poison(state) -> None:
    payloads = iter(PAYLOADS * 10)
    for group in state.groups.values():
        group.city, group.country = next(payloads), next(payloads)[:200]
    for organisation in state.organisations.values():
        organisation.name = next(payloads)
    for account in state.accounts.values():
        account.first_name, account.last_name = next(payloads), next(payloads)


def _written(base: str) -> Visitor:
    """People write payloads wherever a page takes text."""
    jane = Visitor(base)
    jane.session.headers["User-Agent"] = f'"><script>{CALL}</script>'
    jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    jane.post("/you/password/", login=crew.OWNER, name=f"<img src=x onerror={CALL}>", password=crew.OWNER_PASSWORD)
    jane.get("/inventory/")
    for key, payload in zip(
        sample.DEMO_APPLICATIONS, (TAGS[7], ATTRIBUTES[0], HTMX[0], TEMPLATES[0], FORMULAS[0]), strict=True
    ):
        jane.post("/inventory/applications/", application_key=key, name=payload)
    key = next(iter(sample.DEMO_APPLICATIONS))
    for payload in PAYLOADS:
        # Its length is cut, not its meaning.
        jane.post("/inventory/applications/", application_key=key, name=payload)
    for payload in PAYLOADS[::6]:
        jane.post("/inventory/assign/", numbers="14155550106", application_key=key, reason=payload, move="yes")
        jane.post("/inventory/unassign/", numbers="14155550106", reason=payload)
    jane.post("/inventory/applications/", application_key=key, name=TAGS[7])
    jane.post("/team/invite/", email="a'-alert(1)-'b@example.com", role="viewer")
    jane.post("/shop/reserve/", group_id="13", quantity="1")
    return jane


def test_there_are_sixty_payloads():
    assert len(set(PAYLOADS)) >= 60


def test_nothing_runs_and_nothing_is_asked_of_another_place(poisoned, browser):
    base, remote, jane = poisoned
    context = browser.new_context(base_url=base)
    context.add_cookies([{"name": c.name, "value": c.value, "url": base} for c in jane.session.cookies])
    page, asked, trouble = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("console", lambda message: trouble.append(message.text) if "Content Security" in message.text else None)
    remote.control.fault(
        match={"path": "/numbers$"}, kind="body", status=403, body={"errorCode": 40300, "message": TAGS[0]}, times=1
    )
    for path in [*PAGES, "/inventory/14155550106/", f"/inventory/?q={TAGS[0]}", f"/audit/?q={ATTRIBUTES[3]}"]:
        page.goto(path)
        if path == "/inventory/":
            page.click("#refresh")
            page.wait_for_timeout(500)
        assert page.evaluate("window.__ran") is None, path
        assert page.locator("main").count() == 1, path
    assert trouble == []
    host = urlsplit(base).netloc
    assert {urlsplit(url).netloc for url in asked} == {host}
    assert "/logout/" not in {urlsplit(url).path for url in asked}
    context.close()


def test_the_payloads_were_really_shown(poisoned):
    _, _, jane = poisoned
    shown = "".join(jane.get(path).text for path in ("/inventory/", "/shop/", "/audit/"))
    assert "&lt;script&gt;window.__ran=1" in shown
    assert "<script>window" not in shown
    assert "onerror=window.__ran=1&gt;" in shown
    assert "14{%" not in shown


def test_fragments_and_their_headers_hold_text_only(poisoned):
    _, _, jane = poisoned
    for path, target in (
        ("/inventory/", "numbers"),
        ("/shop/", "groups"),
        ("/audit/", "entries"),
        ("/shop/cart/", "lines"),
    ):
        answer = jane.get(path, headers={"HX-Request": "true", "HX-Target": target})
        assert "<script>window" not in answer.text
        assert "onerror=window.__ran=1>" not in answer.text
        assert not any("__ran" in value for value in answer.headers.values())


def test_no_cell_of_the_csv_is_a_formula(poisoned):
    _, _, jane = poisoned
    rows = list(csv.reader(io.StringIO(jane.get("/audit/export/?format=csv").text)))
    assert sum("__ran" in " ".join(row) for row in rows) > 50
    bad = [cell for row in rows for cell in row if cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert bad == []
