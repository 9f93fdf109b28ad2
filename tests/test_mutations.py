"""Each guard of `make mutations` is still there to be taken away, and so are the tests that have to see it."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.tools.guards import GUARDS

ROOT = Path(__file__).parent.parent


@cache
def written_in(path: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.what)
def test_a_guard_stands_once_in_its_file_and_its_tests_are_there(guard):
    whole = (ROOT / guard.file).read_text()
    assert whole.count(guard.text) == 1
    ast.parse(whole.replace(guard.text, guard.without))
    for test in guard.tests:
        path, _, name = test.partition("::")
        assert name in written_in(path)


def test_there_are_sixty_guards_and_more_each_of_its_own_name():
    assert len({guard.what for guard in GUARDS}) == len(GUARDS) >= 60
