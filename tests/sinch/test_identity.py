import pytest

from numberadmin.sinch import Identity


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        (" jane@example.com ", "email", "jane@example.com"),
        ("jane+work@example.com", "email", "jane+work@example.com"),
        ("+1 (205) 550-0000", "number", "+12055500000"),
        ("12055500000", "number", "+12055500000"),
        ("0046 70.000 00 00", "number", "+46700000000"),
        ("jane", "username", "jane"),
        ("jane-2", "username", "jane-2"),
        ("Zoë", "username", "Zoë"),
        ("+", "username", "+"),
    ],
)
def test_it_tells_the_kinds_apart(text: str, type_: str, value: str) -> None:
    identity = Identity.parse(text)
    assert (identity.type, identity.value) == (type_, value)


@pytest.mark.parametrize(
    "text",
    ["", "  ", ".", "..", "a/b", "../x@y", "a\\b", "%2e%2e", "a?b", "a#b", "a\r\nb", "a\x00b", "a\u202eb", "\ud800",
     "@", "a@", "@b", "a@b@c", "a b@c", "x" * 255, "1" * 16],
)  # fmt: skip
def test_it_refuses_what_could_lead_elsewhere(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Identity.parse(text)
