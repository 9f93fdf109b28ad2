"""Passwords that whoever guesses would try first are refused, whatever they are made of; pass phrases are taken."""

from contextlib import suppress

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as some
from zxcvbn import matching

from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.passwords import HardToGuess
from numberadmin.accounts.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def jane():
    person = Person.objects.create(name="Jane Bloggs", login="jane.b@initech.example", email="jb@example.org")
    account = Account.objects.create(organisation_id="1", name="Acme Telecom")
    Membership.objects.create(person=person, account=account, role=Role.OWNER)
    return person


def why(password, person=None):
    """The sentence by which it is refused; empty where it is taken."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        return error.messages[0]
    return ""


@pytest.mark.parametrize(
    "password",
    [
        *("123456789012", "aaaaaaaaaaaa", "letmein12345", "Password1234!", "P@ssw0rd1234", "trustno1trustno1"),
        *("1qaz2wsx3edc", "qwertyuiop12", "zaq12wsxcde3", "abcabcabcabc", "aabbccddeeff", "Summer2024!!"),
        *("iloveyou1234", "welcome12345!", "administrator1", "x" * 200, "14.07.198914.07.1989"),
        *("пароль123456", "Contraseña12", "motdepasse12", "Lösenord1234", "密码密码密码密码密码密码", "йцукенйцукен"),
        *("correcthorsebatterystaple", "Correct-Horse-Battery-Staple-1"),
    ],
)
def test_what_is_tried_first_is_refused(password):
    assert "easy to guess" in why(password)


@pytest.mark.parametrize(
    "password",
    [
        *("numberadmin1", "sinch-numbers", "Sinch-Numbers-2026", "s1nch-numb3rs-99", "numberadmin numberadmin"),
        *(
            "AcmeAcmeAcme",
            "Acme-Telecom-1!",
            "TELECOM.acme.77",
            "@cm3Te1ec0m!!",
            "acmeTELECOMacme2026",
            "Sinch4Acme2026!",
        ),
        *("janebloggs123", "Bloggs_Jane_99", "initech.example", "jane.b@initech.example", "example.org-jb-1"),
    ],
)
def test_words_that_stand_near_it_are_refused_in_any_combination(jane, password):
    assert "easy to guess" in why(password, jane)


@pytest.mark.parametrize(
    "password",
    [
        *("four words and more", "jane has a long one", "k8Fq2LpX9vTz", "a telecom that acme never bought yesterday"),
        *("пароль из четырёх слов", "四つの言葉から成る合言葉だよ", "أربع كلمات لا علاقة بينها", "ห้าคำที่ไม่เกี่ยวกันเลย"),
        "x" * 40 + "slow lemons hum under glass",
    ],
)
def test_pass_phrases_of_any_script_and_random_characters_are_taken(jane, password):
    assert why(password, jane) == ""


def test_the_sentence_says_why_and_what_to_do(jane):
    assert "“acme” and little else is in it" in why("AcmeAcmeAcme", jane)
    assert "it runs along the alphabet" in why("efghijklmnop")
    assert "Take four or more words" in why("aaaaaaaaaaaa")


def test_the_name_of_a_team_that_somebody_is_about_to_join_counts():
    newcomer = Person(name="Zed", login="zed@example.com")
    newcomer.joins = Account(name="Initrode")
    assert "“initrode”" in why("InitrodeInitrode", newcomer)


@given(some.text(max_size=1000))
@settings(max_examples=25, deadline=None)
def test_any_text_is_measured(password):
    with suppress(ValidationError):
        HardToGuess().validate(password)


def test_of_a_long_password_only_the_ends_are_measured():
    assert "easy to guess" in why("x" * 400 + "slow lemons hum under glass" + "x" * 400)


def test_eleven_characters_are_too_few_whatever_they_are():
    assert "at least 12" in why("kV9#xq!Tz2p")
    assert why("kV9#xq!Tz2pw") == ""


@pytest.mark.parametrize("password", ["(4@({[<69!1|7$5+7%2", "(4@({[<69!1|7$5+7%2" * 2, "%+$|!<[{(@" * 3])
def test_many_signs_that_stand_for_letters_are_measured_in_few_ways(password, monkeypatch):
    tried = []
    asked = matching.enumerate_l33t_subs

    def counted(table):
        ways = asked(table)
        tried.extend(ways)
        return ways

    monkeypatch.setattr(matching, "enumerate_l33t_subs", counted)
    why(password)
    assert 0 < len(tried) <= 100


@pytest.mark.parametrize("password", ["!@#$%^&*()_+", "P@$$w0rd!!!!!", "p@$$w0rd{[(<"])
def test_common_passwords_of_many_signs_are_refused(password):
    assert "easy to guess" in why(password)
