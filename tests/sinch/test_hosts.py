import pytest

from numberadmin.sinch import Hosts


def test_a_trailing_slash_is_tolerated() -> None:
    hosts = Hosts(user="https://u.example/", api="http://127.0.0.1:8001", portal="https://p.example/base/")
    assert (hosts.user, hosts.api, hosts.portal) == (
        "https://u.example",
        "http://127.0.0.1:8001",
        "https://p.example/base",
    )


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://example.com", "https://", "https://me@example.com", "https://:x@example.com",
     "https://example.com?x=1", "https://example.com/#x", "https://example.com:99999", "https://exa mple.com",
     "https://[::1"],
)  # fmt: skip
def test_an_address_that_is_no_plain_base_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Hosts(user="https://u.example", api=url, portal="https://p.example")
