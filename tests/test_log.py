"""The log: one place, one form, a line for each message whatever is in it."""

import logging
import logging.config
import re
from typing import Any

import pytest

from numberadmin import settings as product

LOGGING: dict[str, Any] = product.LOGGING
FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} WARNING numberadmin\.signin (.*)")


def written(message: str, *values: object) -> str:
    """As the product's own handler writes it."""
    formatters = logging.config.DictConfigurator(LOGGING | {"handlers": {}, "loggers": {}, "root": {}})
    line = formatters.configure_formatter(dict(LOGGING["formatters"]["line"]))
    return line.format(logging.LogRecord("numberadmin.signin", logging.WARNING, "", 0, message, values, None))


def test_a_line_begins_with_a_time_that_has_its_offset():
    found = FORM.fullmatch(written("wrong try: %s", "password"))
    assert found
    assert found[1] == "wrong try: password"


@pytest.mark.parametrize("odd", ["\n", "\r\n", "\x1b[2K", "\u2028", "\x85", "\x00", "\x0b"])
def test_what_somebody_sends_makes_no_line_of_its_own(odd):
    line = written("asked for %s", f"x{odd}2026-11-25T10:00:00+0000 INFO numberadmin.audit anchor count=9 hash=0")
    assert len(line.splitlines()) == 1
    assert not set(odd) & set(line) - {"[", "2", "K"}


def test_there_is_one_place_for_the_log():
    handlers = LOGGING["handlers"]
    assert {name: handler["class"] for name, handler in handlers.items()} == {"console": "logging.StreamHandler"}
    assert LOGGING["root"]["handlers"] == ["console"]
    assert not any(logger.get("handlers") for logger in LOGGING["loggers"].values())
