"""No text that somebody sends keeps a regular expression busy."""

import re

import pytest

from tests import patterns
from tests.patterns import Pattern


def test_every_pattern_of_the_code_is_linear_in_its_worst_texts():
    every = patterns.every()
    assert len(every) > 40
    found = {f"{one.where} {one.method} {one.compiled.pattern}": patterns.slow(one) for one in every}
    assert {where: text for where, text in found.items() if text} == {}


def test_no_pattern_is_made_of_what_somebody_sends():
    assert patterns.made_while_running() == [
        # Of words that are escaped, and no more of them than a person and an account have.
        "numberadmin/accounts/passwords.py: re.compile('|'.join(any_of))",
        # Of what the declaration of a filter gives, which is looked at where it is given.
        "numberadmin/fields.py: re.compile(other)",
    ]


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"^\s*(\+?[\d ().]{4,})\s*(-|–|\.\.|to)\s*(\+?[\d ().]{4,})\s*$", "match"),
        (r"(a+)+$", "match"),
        (r"(?:a|a)*b", "match"),
        (r"[a-z]+x", "search"),
        (r"\s+$", "sub"),
        (r"[ab]*[bc]*d", "match"),
    ],
)
def test_a_pattern_that_is_not_is_found(pattern, method):
    assert patterns.slow(Pattern("", re.compile(pattern), method))
