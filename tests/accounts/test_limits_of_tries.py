"""The limits of tries one by one, without a sign-in around them."""

import pytest

from numberadmin.accounts.guesses import Kind, TooMany, Visitor, Wrong, limited, limits

pytestmark = pytest.mark.django_db


def wrong(who: str, address: str = "203.0.113.7", kind: Kind = Kind.PASSWORD) -> None:
    with pytest.raises(Wrong), limited(limits(kind, who, Visitor(address))):
        raise Wrong


def test_from_one_place_fifty_wrong_tries_are_made_whoever_they_are_at():
    for place in range(50):
        wrong(f"person{place}@example.com")
    with pytest.raises(TooMany), limited(limits(Kind.PASSWORD, "another@example.com", Visitor("203.0.113.7"))):
        pass
    wrong("another@example.com", "203.0.113.8")


def test_an_identity_is_the_same_in_capitals_and_with_blanks():
    for place, spelling in enumerate(["a@example.com", "A@Example.com", " a@example.com", "ａ@example.com"] * 2):
        wrong(spelling, f"203.0.113.{place}", Kind.LOGIN) if place < 5 else None
    with pytest.raises(TooMany), limited(limits(Kind.LOGIN, "a@EXAMPLE.com", Visitor("203.0.113.200"))):
        pass
