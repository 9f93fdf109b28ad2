import re

import pytest
from requests import Request

from numberadmin.sinch import InstanceAuth, sign

SECRET = "bRo76GRddEyetgJDTgkLHA=="
TIME = "2015-06-20T11:43:10.944Z"
JSON = "application/json"
SHOP = "v1/organisations/id/8888123/numbers/shop"
APPLICATION = "v1/applications/key/bb7b4e39-4227-4913-8c81-2db4abb54fb3/numbers"

PUBLISHED = [
    (
        "JViE5vDor0Sw3WllZka15Q==",
        b'{"message":"Hello world"}',
        "2014-06-04T13:41:58Z",
        "/v1/sms/+46700000000",
        "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM=",
    ),
    (
        "BeIukql3pTKJ8RGL5zo0DA==",
        b'{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257",'
        b'"timestamp":"2014-09-24T10:59:41Z","version":1}',
        "2014-09-24T10:59:41Z",
        "/sinch/callback/ace",
        "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
    ),
]
# The samples of the reference were signed without the leading slash, and "Add numbers" as if it were a GET.
SAMPLES = [
    ("GET", b"", "v1/organisations", "bb9i9SGuw8mPspPF6WHzIZxw4yQxdOwGaDliMi+IhCU="),
    ("GET", b"", SHOP, "jYJQFcgc1uh7DO2uQZyLu7rpxOc3jXjcuQNKWiHFJiI="),
    ("PUT", b'{"groupId":13,"quantity":1}', SHOP, "a6p7RYw8bMr3JuZh1LArvWTLJjIgCeQj5nsRZaXW7VQ="),
    (
        "POST",
        b'{"referenceIds":["c8b27491-3379-44f3-af31-fbbfbb2ba510"]}',
        SHOP,
        "FN0oGGh6UAzdP8WVVwgbhXqUM2KJpHoWgjcgUKpS3bU=",
    ),
    ("GET", b"", "v1/organisations/id/8888123/numbers", "PToDaAs7AiJDqGKZHCl3mayEigGWodVfg4fSlkAYLHg="),
    ("GET", b"", APPLICATION, "VE1UwyOa8r9DscyBWGVZ43qEDn+SGJGoNe2aN8WrR+8="),
    ("GET", b'{"numbers":[14150005550]}', f"{APPLICATION}/voice", "6mLYthlkatoYKkq15oI/RuwtC8sIwfJsPrSHkOLDmUM="),
    ("DELETE", b"", f"{APPLICATION}/14150005551", "EA85F4qGFB0+tYZUh68g22R8DgtzxpsCXttLq1NKPgM="),
]


@pytest.mark.parametrize(("secret", "body", "timestamp", "resource", "signature"), PUBLISHED)
def test_it_makes_the_published_signatures(
    secret: str, body: bytes, timestamp: str, resource: str, signature: str
) -> None:
    assert sign(secret, "POST", body, JSON, timestamp, resource) == signature


@pytest.mark.parametrize(("verb", "body", "resource", "signature"), SAMPLES)
def test_it_makes_the_sample_signatures_of_the_reference(verb: str, body: bytes, resource: str, signature: str) -> None:
    assert sign(SECRET, verb, body, JSON, TIME, resource) == signature


def test_a_prepared_request_is_signed_over_what_goes_on_the_wire() -> None:
    request = Request(
        "PUT",
        "http://127.0.0.1/v1/%20x?query=1",
        headers={"Content-Type": "text/odd; charset=utf-8"},
        data=b'{"a":1}',
        auth=InstanceAuth("instance-1", SECRET),
    ).prepare()
    time = request.headers["X-Timestamp"]
    signature = sign(SECRET, "PUT", b'{"a":1}', "text/odd; charset=utf-8", time, "/v1/%20x")
    assert request.headers["Authorization"] == f"Instance instance-1:{signature}"


def test_the_timestamp_is_utc_with_milliseconds() -> None:
    headers = {"Content-Type": JSON}
    request = Request("GET", "http://127.0.0.1/", headers=headers, auth=InstanceAuth("i", SECRET)).prepare()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", request.headers["X-Timestamp"])
