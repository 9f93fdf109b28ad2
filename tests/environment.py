"""Loaded by pytest before Django reads its settings: what the tests' environment is, whatever the machine's."""

import os

from tests import SECRET_KEY

os.environ |= {"SECRET_KEY": SECRET_KEY, "DEBUG": "on", "HTTPS": "off", "LOG_LEVEL": "WARNING"}
# Playwright's synchronous face keeps a loop running in the thread of the tests; nothing of Django runs in that loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
for name in (
    "ORGANISATIONS",
    "CLOSED_ENROLMENT",
    "SEAL_KEYS",
    "AUDIT_KEY",
    "SETTLE_SECONDS",
    "NUMBERS_MAX_AGE",
    "GROUPS_MAX_AGE",
):
    os.environ.pop(name, None)
