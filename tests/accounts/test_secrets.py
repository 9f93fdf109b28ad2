"""What is secret appears in no log, mail, page, export, traceback or table, however it is written."""

import base64
import json
import secrets
import zlib
from urllib.parse import quote

import pyotp
import pytest
import requests

from numberadmin.sandbox import sample, start
from tests import crew
from tests.chaos.ledger import Ledger
from tests.dashboard import Visitor, dashboard, found
from tests.databases import new_database

KEY = "canary-key-" + secrets.token_urlsafe(24)
MAIL_PASSWORD = "canary-mail-" + secrets.token_urlsafe(12)
WRONG, NEW = "canary-wrong-password", "canary new password"
TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table'",
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
)


class Told:
    """All that the dashboard has told: pages, logs, mails and tables, and the secrets it was told."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.failed = requests.Response()

    def page(self, visitor: Visitor, path: str) -> str:
        text = visitor.get(path).text
        self.texts[f"{path} {len(self.texts)}"] = text
        return text


def dump(url: str) -> str:
    """Every table, and what the sessions hold as Django would read it."""
    ledger = Ledger(url)
    tables = [row[0] for row in ledger._ask(TABLES[0 if url.startswith("sqlite") else 1])]
    rows = [str(row) for table in tables for row in ledger._ask(f'SELECT * FROM "{table}"')]
    return "\n".join(rows) + "\n".join(_unpacked(data) for (data,) in ledger._ask(_SESSIONS))


_SESSIONS = "SELECT session_data FROM accounts_session"


def _unpacked(data: str) -> str:
    """The content of a session: signed, maybe compressed, not encrypted."""
    value = data.split(":", maxsplit=1)[0]
    raw = base64.urlsafe_b64decode(value.lstrip(".") + "=" * (-len(value.lstrip(".")) % 4))
    return (zlib.decompress(raw) if value.startswith(".") else raw).decode()


def work(told: Told, base: str, remote) -> None:
    """A day's work with everything secret in it."""
    visitor = Visitor(base)
    visitor.sign_in(sample.DEMO_IDENTITY, WRONG)
    visitor.sign_in(sample.DEMO_IDENTITY + "x", sample.DEMO_PASSWORD)
    jane = crew.owner(base)
    address = crew.link(jane, "otto@example.com", "buyer")
    told.secrets["invitation"] = address.partition("=")[2]
    waiting = crew.link(jane, "wanda@example.com", "viewer")
    told.secrets["waiting invitation"] = waiting.partition("=")[2]
    otto = Visitor(base)
    otto.get(address)
    otto.post("/join/", name="Otto Oper", password="otto has a long one")
    jane = Visitor(base)
    jane.post("/login/", kind="member", identity=crew.OWNER, password=crew.OWNER_PASSWORD)
    jane.post("/login/", kind="member", identity=crew.OWNER, password=WRONG)
    seed = found(r"<code>([A-Z2-7]{32})</code>", otto.get("/you/?factor=new").text)
    told.secrets["seed"] = seed
    codes = otto.post("/you/second-factor/", code=pyotp.TOTP(seed).now(), current="otto has a long one").text
    told.secrets["recovery code"] = found(r"<code>(\w{5}(?:-\w{5}){4})</code>", codes)
    otto.post("/you/password/", login="otto@example.com", name="Otto", current="otto has a long one", password=NEW)
    otto.post("/you/password/", login="otto@example.com", name="Otto", current=WRONG, password=NEW)
    for visitor, path, fields in (
        (otto, "/shop/reserve/", {"group_id": "13", "quantity": "2"}),
        (otto, "/shop/cart/checkout/", {}),
        (
            jane,
            "/inventory/assign/",
            {"numbers": "14155550106", "application_key": next(iter(sample.DEMO_APPLICATIONS))},
        ),
        (jane, "/team/invite/", {"email": "fail@example.com", "role": "viewer"}),
    ):
        told.failed = visitor.post(path, **fields)
    for kind in ({"kind": "html"}, {"kind": "drop"}, {"kind": "status", "status": 500}):
        remote.control.fault(match={"path": "/numbers$"}, times=1, **kind)
        jane.post("/inventory/refresh/")
    for name, visitor in (("jane", jane), ("otto", otto)):
        for cookie in ("sessionid", "csrftoken", "device"):
            told.secrets[f"{name}'s {cookie}"] = visitor.session.cookies[cookie]
        for path in ("/inventory/", "/shop/", "/shop/cart/", "/audit/", "/you/", "/nothing/"):
            told.page(visitor, path)
    for path in ("/team/", "/audit/export/", "/audit/export/?format=jsonl"):
        told.page(jane, path)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    all_of_it, url = Told(), new_database(folder)
    (folder / "mail").mkdir()
    with start(seed="demo") as remote, (folder / "log").open("wb") as output:
        with dashboard(
            remote.urls,
            url,
            application="tests.accounts.failing",
            output=output,
            LOG_LEVEL="DEBUG",
            SECRET_KEY=KEY,
            EMAIL_URL=f"filemail://mail:{MAIL_PASSWORD}@localhost/{folder}/mail",
        ) as base:
            work(all_of_it, base, remote)
            instances = list(remote.state.instances.values())
            all_of_it.secrets |= {f"instance {place}": instance.secret for place, instance in enumerate(instances)}
            all_of_it.secrets |= {f"ticket {place}": ticket for place, ticket in enumerate(remote.state.tickets)}
        all_of_it.texts["the database"] = dump(url)
    all_of_it.secrets |= {
        "Sinch password": sample.DEMO_PASSWORD,
        "wrong password": WRONG,
        "new password": NEW,
        "Jane's password": crew.OWNER_PASSWORD,
        "the server's key": KEY,
        "mail server's password": MAIL_PASSWORD,
    }
    all_of_it.texts["the log"] = (folder / "log").read_text()
    mails = [path.read_text() for path in (folder / "mail").iterdir()]
    assert mails
    assert "this page fails" in all_of_it.texts["the log"]
    # The invitations' own mails hold their own tokens; nothing else does.
    all_of_it.texts["the mails"] = "\n".join(mails)
    return all_of_it


def spellings(secret: str) -> set[str]:
    plain = secret.encode()
    return {
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        base64.b64encode(plain).decode().rstrip("="),
        base64.urlsafe_b64encode(plain).decode().rstrip("="),
        plain.hex(),
    }


def test_there_are_at_least_twelve_secrets_and_each_is_long_enough_to_be_looked_for(told):
    assert len(told.secrets) >= 12
    assert all(len(secret) >= 12 for secret in told.secrets.values())


def test_what_is_no_secret_is_found_in_each_of_these_places(told):
    for place in ("the log", "the mails", "the database"):
        assert "otto@example.com" in told.texts[place] or place == "the log"
    assert "/team/invite/" in told.texts["the log"]
    assert "DEBUG" in told.texts["the log"]
    pages = [text for place, text in told.texts.items() if place.startswith("/")]
    assert sum("Otto" in text for text in pages) > 5


def test_no_secret_is_told_anywhere(told):
    leaks = []
    for name, secret in told.secrets.items():
        for place, text in told.texts.items():
            if place == "the mails" and "invitation" in name:
                continue
            # A session is found by its key: the table of sessions has to have it.
            if place == "the database" and name.endswith("sessionid"):
                continue
            if any(spelling in text for spelling in spellings(secret)):
                leaks.append(f"{name} in {place}")
    assert leaks == []


def test_an_invitation_is_in_its_own_mail_only(told):
    assert told.texts["the mails"].count(told.secrets["invitation"]) == 1
    assert told.texts["the mails"].count(told.secrets["waiting invitation"]) == 1


def test_a_page_that_fails_tells_nothing_of_the_inside(told):
    page = told.failed
    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert "this page fails" not in page.text
    assert "numberadmin/" not in page.text
