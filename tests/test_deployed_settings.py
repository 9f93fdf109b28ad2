"""The settings as they are where nothing is said but a key: what a careless deployment gets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import SECRET_KEY

ROOT = Path(__file__).parent.parent
NAMES = [
    *("DEBUG", "HTTPS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "ALLOWED_HOSTS"),
    *("TRUSTED_PROXIES", "SINCH_API_URL", "SECURE_PROXY_SSL_HEADER"),
    *("SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"),
]
SHOW = f"""
import json
from numberadmin import settings
print(json.dumps({{name: getattr(settings, name, None) for name in {NAMES}}}))
"""


def started(**settings: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": os.environ["PATH"], **settings}
    return subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def test_without_a_key_it_does_not_start():
    assert "Set SECRET_KEY" in started().stderr


def test_what_is_not_said_is_the_safe_choice():
    shown = json.loads(started(SECRET_KEY=SECRET_KEY).stdout)
    assert shown == {
        "DEBUG": False,
        "HTTPS": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
        "TRUSTED_PROXIES": [],
        "SINCH_API_URL": "https://api.sinch.com",
        "SECURE_PROXY_SSL_HEADER": None,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SECURE_HSTS_PRELOAD": False,
    }


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("ORGANISATIONS", "8888123, the other one", "“the other one” is no such id"),
        ("ORGANISATIONS", "8888123,,7777456", "“” is no such id"),
        ("ORGANISATIONS", " ", "“” is no such id"),
        ("CLOSED_ENROLMENT", "maybe", "CLOSED_ENROLMENT: 'maybe' is neither on nor off"),
    ],
)
def test_what_cannot_be_read_does_not_start(name, text, sentence):
    assert sentence in started(SECRET_KEY="long" * 20, **{name: text}).stderr


@pytest.mark.parametrize("folder", [".git", ".ci", "tests", "docs", "var"])
def test_the_image_holds_only_what_runs(folder):
    copied = [line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY")]
    assert copied
    assert folder not in copied
    assert "." not in copied


def test_the_image_runs_as_a_user_without_rights():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER 10001" in lines
    after = lines[lines.index("USER 10001") :]
    assert not any(line.startswith(("RUN", "COPY", "USER 0", "USER root")) for line in after)


def test_no_setting_has_a_secret_by_default():
    show = "from numberadmin import settings as s; print(s.DATABASES['default'].get('PASSWORD', ''), s.MAIL_IS_SET_UP)"
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": SECRET_KEY}
    shown = subprocess.run([sys.executable, "-c", show], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert shown.stdout.split() == ["False"]
    assert "Set SECRET_KEY" in started().stderr
