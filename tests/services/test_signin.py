import pytest

from numberadmin.accounts.guesses import Visitor
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.sandbox import sample
from numberadmin.services import remote, signin
from numberadmin.services.results import Refusal
from tests.services.conftest import sign_in

pytestmark = pytest.mark.django_db
HERE = Visitor("127.0.0.1")


@pytest.mark.parametrize("identity", [sample.DEMO_IDENTITY, "+1 (205) 550-0000", "demo"])
def test_a_person_signs_in_by_e_mail_number_or_user_name(sinch, identity):
    opened = signin.open_instance(identity, sample.DEMO_PASSWORD, HERE)
    assert opened.user.name == "Jane Bloggs"
    assert [organisation.id for organisation in opened.organisations] == ["8888123"]


def test_one_object_instead_of_a_list_of_organisations_is_one_organisation(sinch):
    sinch.set(organisations_shape="object")
    assert len(signin.open_instance(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD, HERE).organisations) == 1


def test_a_second_sign_in_makes_no_second_person_or_account(sinch):
    sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    assert (Person.objects.count(), Account.objects.count(), Membership.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("identity", [sample.DEMO_IDENTITY, "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_person_read_the_same(sinch, identity):
    with pytest.raises(Refusal, match="the e-mail, number or user name or the password is wrong"):
        signin.open_instance(identity, "wrong", HERE)


def test_an_unreachable_sinch_is_another_message_and_says_that_nothing_was_sent(sinch, settings):
    settings.SINCH_USER_URL = "http://127.0.0.1:9"
    remote.client.cache_clear()
    with pytest.raises(Refusal, match=r"could not be reached.*password was not sent"):
        signin.open_instance(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD, HERE)


def test_a_wrong_clock_is_another_message_with_the_seconds(sinch):
    sinch.set(clock_skew=3600)
    with pytest.raises(Refusal, match=r"clock is off by about 3[56]\d\d s"):
        signin.open_instance(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD, HERE)


@pytest.mark.parametrize("identity", ["..", ".", "a/b", "%2e%2e", "a\r\nb", "x" * 10_000, "?", "#"])
def test_an_identity_that_would_change_the_path_is_refused_before_anything_is_sent(sinch, identity):
    sinch.clear_log()
    with pytest.raises(Refusal):
        signin.open_instance(identity, "password", HERE)
    assert sinch.log() == []
