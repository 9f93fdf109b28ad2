"""What an operator can get wrong in a setting stops the start, and is told in a sentence, not a traceback."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from numberadmin import environment
from numberadmin.environment import Environment, Unreadable
from numberadmin.sinch import base_url
from tests import SECRET_KEY
from tests.dashboard import free_port

ROOT = Path(__file__).parent.parent
WRONG = {
    "SECRET_KEY": "short",
    "AUDIT_KEY": "x" * 19,
    "SEAL_KEYS": f"short,{SECRET_KEY}",
    "HTTPS": "perhaps",
    "ALLOWED_HOSTS": "https://numbers.example.com",
    "CSRF_TRUSTED_ORIGINS": "numbers.example.com",
    "SINCH_API_URL": "api.sinch.com",
    "SINCH_TIMEOUT": "0",
    "SETTLE_SECONDS": "a minute",
    "SESSION_SECONDS": "12h",
    "TRUSTED_PROXIES": "10.0.0.1/8",
    "DATABASE_URL": "mysql://user:hidden@host/name",
    "EMAIL_URL": "mail.example.com",
    "EMAIL_FROM": "numberadmin",
    "TIME_ZONE": "Berlin",
    "LOG_LEVEL": "LOUD",
    "HSTS_PRELOAD": "on",
}


def run(*command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite:////tmp/x.sqlite3", **settings}
    words = [sys.executable, *command]
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def told(name: str, text: str, parse) -> str:
    env = Environment({name: text})
    env.read(name, None, parse)
    with pytest.raises(Unreadable) as error:
        env.check()
    return str(error.value)


@pytest.mark.parametrize("command", [("manage.py", "migrate"), ("manage.py", "worker")])
def test_a_command_tells_all_that_cannot_be_read_a_sentence_each(command):
    ended = run(*command, **WRONG)
    assert ended.returncode == 1
    lines = ended.stderr.strip().splitlines()
    assert {line.partition(":")[0] for line in lines[1:]} == set(WRONG)
    assert all(line.endswith(".") for line in lines)
    assert "hidden" not in ended.stderr


def test_the_server_ends_with_the_sentence_and_starts_no_process_again():
    bind = f"127.0.0.1:{free_port()}"
    ended = run("-m", "gunicorn", "numberadmin.wsgi", "--bind", bind, "--workers", "1", SECRET_KEY="short")
    assert ended.returncode != 0
    assert "SECRET_KEY: It has 5 characters" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_an_empty_setting_is_the_same_as_none():
    names = [name for name in WRONG if name != "SECRET_KEY"]
    ended = run("-c", "import numberadmin.settings as s; print(s.SEAL_KEYS, s.AUDIT_KEY)", SECRET_KEY=SECRET_KEY,
                CACHE_URL="redis://nowhere", **dict.fromkeys(names, ""))  # fmt: skip
    assert ended.stdout.strip() == f"['{SECRET_KEY}'] {SECRET_KEY}", ended.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.0.0.1/8", "write 10.0.0.0/8 for the network"),
        ("127.0.0.1, proxy.local", "'proxy.local' is no address"),
        ("10.0.0.0/33", "is no address"),
        ("2001:db8::1/32", "write 2001:db8::/32"),
        ("*", "is no address"),
    ],
)
def test_a_network_that_is_none_is_told_with_the_right_spelling(text, sentence):
    assert sentence in told("TRUSTED_PROXIES", text, environment.networks)


def test_addresses_of_proxies_are_taken_in_each_spelling():
    spelled = "::ffff:10.0.0.5, 10.1.0.0/16, unix, fe80::1%eth0, 2001:DB8::1"
    assert environment.networks(spelled) == ["10.0.0.5", "10.1.0.0/16", "unix", "fe80::1", "2001:db8::1"]


@pytest.mark.parametrize(
    "text",
    ["numbers.example.com:8000", "numbers.example.com/", "https://numbers.example.com", "*.example.com",
     "bücher.example", "a b", "numbers.example.com;other"],
)  # fmt: skip
def test_a_host_that_would_never_match_is_refused(text):
    assert "write names alone" in told("ALLOWED_HOSTS", text, environment.hosts)


def test_hosts_and_origins_are_taken_as_browsers_send_them():
    hosts = "Numbers.Example.com, .example.com,*,[::1],10.0.0.5"
    assert environment.hosts(hosts) == ["numbers.example.com", ".example.com", "*", "[::1]", "10.0.0.5"]
    origins = "https://Numbers.example.com/, http://10.0.0.5:8000,https://*.example.com"
    assert environment.origins(origins) == [
        "https://numbers.example.com",
        "http://10.0.0.5:8000",
        "https://*.example.com",
    ]


@pytest.mark.parametrize("text", ["numbers.example.com", "ftp://x.example", "https://", "https://x/y", "https://me@x"])
def test_an_origin_that_would_never_match_is_refused(text):
    assert "as in https://" in told("CSRF_TRUSTED_ORIGINS", text, environment.origins)


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "1e3", "12h", "0x10", "601", "1_0", "٣", "1,5"])
def test_a_number_out_of_range_or_in_another_spelling_is_refused(text):
    assert "from 0 to 600" in told("LOCK_SECONDS", text, environment.number(0, 600))
    assert "from 0 to 600" in told("LOCK_SECONDS", text, environment.whole(0, 600))


@pytest.mark.parametrize(
    "text",
    ["sqlite://:memory:", "sqlite://", "postgres://user:pass@host", "host/name", "postgres://host:port/name",
     "oracle://x/y", "redis://x/0"],
)  # fmt: skip
def test_a_database_that_processes_cannot_share_is_refused(text):
    assert "It " in told("DATABASE_URL", text, environment.database)


@pytest.mark.parametrize("text", ["mail.example.com", "smtp://", "http://mail.example.com", "smtp://host:port"])
def test_a_mail_server_that_is_none_is_refused(text):
    assert "no address of a mail server" in told("EMAIL_URL", text, environment.mail)


@pytest.mark.parametrize(
    "parse",
    [environment.hosts, environment.origins, environment.networks, environment.ids, environment.text,
     environment.database, environment.mail, environment.sender, environment.zone, environment.key(32), base_url,
     environment.switch],
)  # fmt: skip
def test_what_is_blank_is_not_taken_for_not_set(parse):
    assert "NAME: " in told("NAME", " ", parse)


@pytest.mark.parametrize("text", ["https://me:secret@api.example", "api.example", "https://api.example?x=1"])
def test_an_address_of_sinch_that_cannot_be_used_is_refused(text):
    sentence = told("SINCH_API_URL", text, base_url)
    assert "A base URL of Sinch must" in sentence
    assert "secret" not in sentence


def test_an_audit_that_was_begun_with_a_short_key_keeps_it_and_older_keys_open_still():
    shown = run("-c", "import numberadmin.settings as s; print(s.AUDIT_KEY, s.SEAL_KEYS[1])", SECRET_KEY=SECRET_KEY,
                AUDIT_KEY="short", SHORT_AUDIT_KEY="on", SEAL_KEYS=f"{SECRET_KEY},old")  # fmt: skip
    assert shown.stdout.split() == ["short", "old"], shown.stderr


def test_a_new_database_file_is_for_its_owner_alone_and_an_older_one_is_left_as_it_is(tmp_path):
    new, old = tmp_path / "folder" / "new.sqlite3", tmp_path / "old.sqlite3"
    old.touch(mode=0o640)
    for file in (new, old):
        url = f"sqlite:///{file}"
        assert not run("-c", "import numberadmin.settings", SECRET_KEY=SECRET_KEY, DATABASE_URL=url).stderr
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (new, new.parent, old)]
    assert modes == [0o600, 0o700, 0o640]


def test_a_database_in_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/file/numberadmin.sqlite3"
    assert "DATABASE_URL: " in run("-c", "import numberadmin.settings", SECRET_KEY=SECRET_KEY, DATABASE_URL=url).stderr
