import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from numberadmin.sinch import Organisation, User, reading
from numberadmin.sinch.values import Damaged

PROFILE = {"name": {"first": "Jane", "last": "Bloggs", "full": "Jane Bloggs"}, "contact": {"email": "j@example.com"}}


def ticket_of(user: Any) -> User:
    return reading.ticket(json.dumps({"authorization": "eyJh:Uc3U=", "user": user}).encode()).user


def test_a_log_in_tells_who_it_is() -> None:
    user = ticket_of({"id": 123456789, "profile": PROFILE})
    assert user == User(id="123456789", name="Jane Bloggs", email="j@example.com")


def test_a_person_without_a_profile_has_the_e_mail_of_the_identities() -> None:
    identities = [{"type": "number", "endpoint": "+12055500000"}, {"type": "email", "endpoint": "j@example.com"}]
    assert ticket_of({"id": "7", "identities": identities}) == User(id="7", name="", email="j@example.com")


@pytest.mark.parametrize("user", [None, {}, [], {"id": ""}, {"id": True}, {"id": 1.5}, {"id": "a b"}])
def test_a_log_in_without_a_user_id_is_unreadable(user: Any) -> None:
    with pytest.raises(Damaged):
        ticket_of(user)


@pytest.mark.parametrize("authorization", [None, "", "two words", "line\r\nbreak", "x" * 8193, 7])
def test_a_log_in_without_a_usable_ticket_is_unreadable(authorization: Any) -> None:
    with pytest.raises(Damaged, match="authorization"):
        reading.ticket(json.dumps({"authorization": authorization, "user": {"id": 1}}).encode())


@pytest.mark.parametrize(("sent", "seconds"), [(60, 60), ("60", 60), (None, 172_800), ("soon", 172_800), (-1, 172_800)])
def test_an_instance_expires_when_it_says_or_after_two_days(sent: Any, seconds: int) -> None:
    before = datetime.now(UTC)
    instance = reading.instance(json.dumps({"id": "i-1", "secret": "bRo7", "expiresIn": sent}).encode())
    lasts = timedelta(seconds=seconds)
    assert before + lasts <= instance.expires_at <= datetime.now(UTC) + lasts


@pytest.mark.parametrize("secret", [None, "", "not base64!", "bRo", 7])
def test_an_instance_without_a_usable_secret_is_unreadable(secret: Any) -> None:
    with pytest.raises(Damaged, match="secret"):
        reading.instance(json.dumps({"id": "i-1", "secret": secret}).encode())


def test_organisations_come_as_one_object_or_as_a_list() -> None:
    one = b'{"id": "8888123", "name": "Acme", "countryId": "US", "vatnumber": "X1"}'
    acme = Organisation(id="8888123", name="Acme", country_id="US", vat_number="X1")
    assert reading.organisations(one) == (acme,)
    assert reading.organisations(b"[" + one + b', {"id": 7}]') == (acme, Organisation(id="7"))
    assert reading.organisations(b"[]") == ()


@pytest.mark.parametrize("body", [b"{}", b"null", b"[null]", b'[{"id": "../x"}]', b'{"errorCode": 40100}', b"<html>"])
def test_organisations_without_any_usable_id_are_unreadable(body: bytes) -> None:
    with pytest.raises(Damaged):
        reading.organisations(body)


def test_an_organisation_without_an_id_is_left_out_beside_others() -> None:
    assert reading.organisations(b'[{"name": "x"}, {"id": 7}]') == (Organisation(id="7"),)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"referenceId": ""}', b'{"referenceId": null}', b""])
def test_a_reservation_without_a_reference_is_unreadable(body: bytes) -> None:
    with pytest.raises(Damaged):
        reading.reference(body)
