"""What is said at sign-in about each kind of answer, at each of its three calls, and which of them are tries."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.test import Client

from numberadmin.accounts.models import Account, Guess
from numberadmin.services import remote
from tests.answers.conftest import SINCH
from tests.answers.kinds import HTML, KINDS, NEXT, own
from tests.answers.test_signed_calls import told

pytestmark = pytest.mark.django_db
LOG_IN, INSTANCE, ORGANISATIONS = (
    {"path": "/authentication$"}, {"path": "/instance$"}, {"path": "/organisations$"}
)  # fmt: skip
WRONG = "the e-mail, number or user name or the password is wrong"
RTC = "accounts of Sinch's RTC dashboard"


def page(sinch, match, kind) -> str:
    remote.client.cache_clear()
    Guess.objects.all().delete()
    sinch.clear_faults()
    sinch.fault(match=match, **kind.fault())
    return told(Client().post("/login/", SINCH))


def test_at_log_in_each_401_but_that_of_the_time_is_a_wrong_sign_in(sinch):
    for name, kind in KINDS.items():
        shown = page(sinch, LOG_IN, kind)
        is_wrong = kind.status == 401 and name != "the time"
        assert (WRONG in shown) == is_wrong
        assert "no longer accepts this session" not in shown
        assert "not the owner of this organisation" not in shown
        if not is_wrong:
            assert "You are not signed in." in shown
            assert any(words in shown for words in NEXT)


@pytest.mark.parametrize("match", [INSTANCE, ORGANISATIONS])
def test_after_the_log_in_nothing_is_called_a_wrong_password(sinch, match):
    for kind in KINDS.values():
        shown = page(sinch, match, kind)
        assert "You are not signed in." in shown
        assert WRONG not in shown
        assert "no longer accepts this session" not in shown
        assert "was not sent" not in shown
        assert (kind.status == 401) == ("Sinch accepted the password, and then refused" in shown or "the time" in shown)
        assert any(words in shown for words in NEXT)


@pytest.mark.parametrize(
    "body", ["", HTML, own(40108, "Invalid credentials"), own("40100"), own(40300), [7], "{", {"error": {"code": 401}}]
)
def test_guesses_are_limited_whatever_the_401_looks_like(sinch, body):
    fault = {"kind": "refuse", "status": 401, "body": body, "times": 99}
    sinch.fault(match=LOG_IN, **fault)
    sinch.clear_log()
    answers = [Client().post("/login/", SINCH).status_code for _ in range(10)]
    assert len(sinch.log()) == 8
    assert answers[-1] == 429


@pytest.mark.parametrize("status", [400, 403, 422])
def test_what_sinch_itself_says_no_to_is_a_try_too(sinch, status):
    sinch.fault(match=LOG_IN, kind="status", status=status, code=status * 100 + 9, message="Locked", times=99)
    sinch.clear_log()
    shown = [told(Client().post("/login/", SINCH)) for _ in range(9)]
    assert len(sinch.log()) == 8
    assert "Sinch refused: Locked. You are not signed in." in shown[0]


@pytest.mark.parametrize("name", ["the time", "429 with a time", "503 of Sinch", "404 with a page", "403 with a page"])
def test_what_says_nothing_about_the_sign_in_is_no_try(sinch, name):
    page(sinch, LOG_IN, KINDS[name])
    assert not Guess.objects.filter(wrong__gt=0).exists()


@pytest.mark.parametrize("match", [LOG_IN, INSTANCE, ORGANISATIONS])
@pytest.mark.parametrize("name", ["404 with a page", "404 of another program", "410 without a body"])
def test_a_host_from_which_the_api_is_gone_is_named_with_the_accounts_that_work(sinch, sandbox, match, name):
    shown = page(sinch, match, KINDS[name])
    host = sandbox.urls["user" if match == LOG_IN else "api"]
    assert f"{host} answered that there is nothing at this address" in shown
    assert RTC in shown


def test_a_host_whose_name_is_not_found_is_named_with_the_accounts_that_work(sinch, settings):
    settings.SINCH_USER_URL = "https://userapi.sinch.invalid"
    remote.client.cache_clear()
    shown = told(Client().post("/login/", SINCH))
    assert "The name userapi.sinch.invalid could not be found." in shown
    assert RTC in shown
    assert "your password was not sent" in shown


def test_a_host_that_fails_after_the_log_in_is_not_said_to_have_got_no_password(sinch, settings):
    settings.SINCH_API_URL = "http://127.0.0.1:9"
    remote.client.cache_clear()
    shown = told(Client().post("/login/", SINCH))
    assert "refused the connection" in shown
    assert "password was not sent" not in shown


@pytest.mark.parametrize(("minutes", "says"), [(0, "is not seen to be off"), (90, "clock is off by about 5")])
def test_a_clock_is_called_off_only_where_it_is(sinch, minutes, says):
    theirs = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes), usegmt=True)
    sinch.fault(match=LOG_IN, kind="status", code=40101, headers={"Date": theirs})
    shown = told(Client().post("/login/", SINCH))
    assert says in shown
    assert ("should set its clock" in shown) == (minutes > 0)


def test_somebody_without_an_organisation_is_told_so(sinch):
    sinch.fault(match=ORGANISATIONS, kind="body", body=[])
    shown = told(Client().post("/login/", SINCH))
    assert "belongs to no organisation" in shown
    assert "You are not signed in." in shown


def test_two_organisations_of_one_name_are_told_apart_by_what_sinch_tells_of_them(sinch):
    both = [
        {"id": 8888123, "name": "Acme", "website": "http://acme.example", "phone": "+12055500000", "countryId": "US"},
        {"id": "9", "name": "Acme", "vatnumber": "DE1 <b>", "countryId": "DE"},
    ]
    sinch.fault(match=ORGANISATIONS, kind="body", body=both)
    client = Client()
    shown = told(client.post("/login/", SINCH, follow=True))
    assert "Acme 8888123 · http://acme.example · +12055500000 · US " in shown
    assert "Acme 9 · DE · VAT DE1 <b> " in shown
    client.post("/login/organisation/", {"organisation": "8888123"})
    account = Account.objects.get(organisation_id="8888123")
    assert (account.website, account.phone, account.country_id) == ("http://acme.example", "+12055500000", "US")
    for url in ("/", "/team/"):
        assert "8888123 · http://acme.example · +12055500000 · US" in told(client.get(url))
