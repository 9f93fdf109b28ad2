"""Loaded by pytest before Django reads its settings: what the tests' environment is, whatever the machine's."""

import os

os.environ |= {"SECRET_KEY": "tests", "DEBUG": "on", "HTTPS": "off", "LOG_LEVEL": "WARNING"}
for name in ("SEAL_KEYS", "AUDIT_KEY", "SETTLE_SECONDS", "NUMBERS_MAX_AGE", "GROUPS_MAX_AGE"):
    os.environ.pop(name, None)
