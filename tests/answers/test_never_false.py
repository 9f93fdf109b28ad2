"""Whatever status, code and body come: a refused write is never called done, and a write in doubt never undone."""

import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numberadmin.sandbox import sample
from numberadmin.services import remote, reservation, unassignment
from numberadmin.services.models import Number, NumberGroup, Open
from numberadmin.services.results import SignInAgain
from tests.services.conftest import jane

__all__ = ["jane"]
SUPPORT = next(iter(sample.DEMO_APPLICATIONS))
CHANGES_NOTHING = set(range(400, 500)) - {408, 409, 425, 499}

codes = st.integers(10_000, 99_999) | st.sampled_from(["40100", "x", "", 40101, 40200, 40400, None, 7.5, 50300])
texts = st.sampled_from(["", "No", "Nothing", "Done.", "a" * 900, "\u202e!"])
forms = st.fixed_dictionaries({"errorCode": codes}, optional={"message": texts, "reference": texts | st.integers()})
bodies = forms.map(json.dumps) | st.sampled_from(["", "<html>", "{", "[]", "null", "\u00ff"])
statuses = st.integers(200, 599).filter(lambda status: status not in (204, 304)) | st.sampled_from([401, 403, 404, 429])


@pytest.fixture
def ready(jane, sinch):
    """What a write of the property begins with, again and again."""
    number = Number.objects.filter(application__key=SUPPORT).order_by("number")[0]

    def again() -> int:
        sinch.clear_faults()
        remote.client.cache_clear()
        Open.objects.all().delete()
        Number.objects.filter(pk=number.pk).update(application=number.application)
        sinch.set(assign={SUPPORT: sinch_has})
        return number.number

    sinch_has = sinch.state()["assignments"][SUPPORT]
    return again


def ends_session(status: int, body: str) -> bool:
    return status == 401 and "40101" not in body


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=statuses, body=bodies, done=st.booleans())
def test_what_is_said_of_a_write_is_what_can_be_known(jane, sinch, ready, status, body, done):
    number = ready()
    refused = status in CHANGES_NOTHING
    kind = "body" if done and not refused else "refuse"
    sinch.fault(match={"verb": "DELETE"}, kind=kind, status=status, body=body)
    if ends_session(status, body):
        with pytest.raises(SignInAgain, match="Nothing was changed"):
            unassignment.unassign(actor=jane, operation=uuid4(), numbers=[number])
        return
    outcome = unassignment.unassign(actor=jane, operation=uuid4(), numbers=[number])
    gone = number not in {n for held in sinch.state()["assignments"][SUPPORT].values() for n in held}
    assert gone == (kind == "body")
    assert (outcome.state == "succeeded") <= gone
    assert (outcome.state == "failed") <= (not gone)
    assert ("Nothing was changed." in outcome.message) == (outcome.state == "failed")
    assert Open.objects.exists() == (outcome.state == "unknown")
    if refused:
        assert outcome.state == "failed"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=statuses, body=bodies)
def test_a_reservation_is_never_said_to_be_held_or_not_without_proof(jane, sinch, ready, status, body):
    ready()
    group = NumberGroup.objects.filter(amount__isnull=False, availability__gte=1).order_by("group_id")[0]
    sinch.fault(match={"verb": "PUT"}, kind="refuse", status=status, body=body)
    if ends_session(status, body):
        with pytest.raises(SignInAgain, match="Nothing was reserved"):
            reservation.reserve(actor=jane, operation=uuid4(), group_id=group.group_id, quantity=1)
        return
    outcome = reservation.reserve(actor=jane, operation=uuid4(), group_id=group.group_id, quantity=1)
    assert outcome.state == ("failed" if "Nothing was reserved." in outcome.message else "unknown")
    assert (outcome.state == "failed") >= (status in CHANGES_NOTHING)
    assert (outcome.state == "failed") <= (400 <= status < 500)
    assert "never came" not in outcome.message
    assert not Open.objects.exists()
