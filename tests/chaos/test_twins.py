"""Each guard has a twin: a case that ends well is run without the guard, and has to go wrong."""

import pytest

from tests.chaos.run import TWINS, twin


@pytest.mark.parametrize("guard", TWINS)
def test_without_the_guard_something_goes_wrong(tmp_path, guard):
    assert twin(tmp_path, guard).violations
