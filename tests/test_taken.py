"""No view sees a text that was not cleaned, and passwords are what was typed."""

import pytest
from django.http import QueryDict

from numberadmin.taken import cleaned


def test_all_of_a_form_is_cleaned_but_its_passwords():
    typed = "q=a%E2%80%8Bb&q=%00&%E2%80%8Ename=x&text=%0Aa%0D%0Ab&password=%E2%80%8B%00%20x%20&current=%E2%80%8B"
    kept = cleaned(QueryDict(typed))
    assert dict(kept.lists()) == {
        "q": ["ab", ""],
        "name": ["x"],
        "text": ["\na\nb"],
        "password": ["\u200b x "],
        "current": ["\u200b"],
    }
    with pytest.raises(AttributeError, match="immutable"):
        kept["q"] = "y"


def test_a_filter_that_nobody_sees_is_not_taken_for_none():
    kept = cleaned(QueryDict("q=%00&number=%E2%80%8E&page=&at=%20"), address=True)
    assert dict(kept.items()) == {"q": "\u200b", "number": "\u200b", "page": "", "at": ""}
