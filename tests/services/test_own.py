from math import log2
from uuid import uuid4

import pyotp
import pytest

from numberadmin.accounts import factor
from numberadmin.accounts.models import Person
from numberadmin.audit.models import Entry
from numberadmin.services import own
from numberadmin.services.results import Refusal, TooManyTries
from tests.services.people import PASSWORD, with_password

pytestmark = pytest.mark.django_db
NEW = "another four words"


def change(actor, **fields):
    asked = {"login": "jane@example.com", "name": "Jane B.", "password": NEW, "current": "", **fields}
    return own.set_password(actor=actor, operation=uuid4(), **asked)


def set_up(actor):
    with_password(actor.person, "jane@example.com")
    seed = factor.new_seed()
    return seed, begin(actor, seed, pyotp.TOTP(seed).now())


def begin(actor, seed, code, password=PASSWORD):
    _, codes = own.begin_factor(actor=actor, operation=uuid4(), seed=seed, code=code, password=password)
    return codes


def test_the_first_password_needs_no_other(jane):
    change(jane)
    person = Person.objects.get(pk=jane.person.pk)
    assert (person.login, person.name, person.check_password(NEW)) == ("jane@example.com", "Jane B.", True)
    assert person.password.startswith("argon2")


def test_a_new_password_needs_the_one_before(jane):
    with_password(jane.person, "jane@example.com")
    with pytest.raises(Refusal, match="current password is wrong"):
        change(jane, current="wrong")
    change(jane, current=PASSWORD)
    assert Person.objects.get(pk=jane.person.pk).check_password(NEW)


def test_the_name_alone_can_be_changed(jane):
    with_password(jane.person, "jane@example.com")
    change(jane, password="", current=PASSWORD)
    person = Person.objects.get(pk=jane.person.pk)
    assert (person.name, person.check_password(PASSWORD)) == ("Jane B.", True)


def test_the_sign_in_of_somebody_else_is_not_taken(jane):
    with_password(Person(name="Bob"), "bob@example.com")
    with pytest.raises(Refusal, match="cannot be your sign-in"):
        change(jane, login="bob@example.com")
    assert Person.objects.get(pk=jane.person.pk).login is None


def test_the_password_is_in_no_entry_of_the_audit(jane):
    change(jane)
    assert NEW not in str(list(Entry.objects.values()))


def test_guessing_the_password_one_has_is_limited(jane):
    with_password(jane.person, "jane@example.com")
    for _ in range(5):
        with pytest.raises(Refusal):
            change(jane, current="wrong")
    with pytest.raises(TooManyTries):
        change(jane, current=PASSWORD)


def test_a_second_factor_is_on_once_its_code_was_given(jane):
    with_password(jane.person, "jane@example.com")
    seed = factor.new_seed()
    with pytest.raises(Refusal, match="not the code"):
        begin(jane, seed, "000000")
    assert not factor.has(jane.person)
    _, codes = set_up(jane)
    assert factor.has(jane.person)
    assert len(set(codes)) == 10
    assert min(len(code.replace("-", "")) * log2(len(factor.LETTERS)) for code in codes) > 112


def test_it_is_set_up_with_the_password_only(jane):
    with_password(jane.person, "jane@example.com")
    seed = factor.new_seed()
    with pytest.raises(Refusal, match="current password is wrong"):
        begin(jane, seed, pyotp.TOTP(seed).now(), password="stolen session")
    assert not factor.has(jane.person)


def test_a_recovery_code_works_once(jane):
    _, codes = set_up(jane)
    assert [factor.recovers(jane.person, codes[0]) for _ in range(2)] == [True, False]
    assert factor.codes_left(jane.person) == 9


def test_the_code_that_turned_it_on_is_used_up(jane):
    seed, _ = set_up(jane)
    totp = pyotp.TOTP(seed)
    with pytest.raises(factor.Spent):
        factor.takes(jane.person, totp.now())


def test_new_recovery_codes_replace_those_before(jane):
    _, old = set_up(jane)
    _, new = own.new_codes(actor=jane, operation=uuid4(), password=PASSWORD)
    assert not factor.recovers(jane.person, old[0])
    assert factor.recovers(jane.person, new[0].upper())


def test_it_is_taken_away_with_the_password_only(jane):
    set_up(jane)
    with pytest.raises(Refusal):
        own.end_factor(actor=jane, operation=uuid4(), password="wrong")
    own.end_factor(actor=jane, operation=uuid4(), password=PASSWORD)
    assert not factor.has(jane.person)


@pytest.mark.parametrize(
    "password", ["of a book's first page " * 9, "  spaces around it  ", "пароль из четырёх слов", "aaaa bbbb cccc dddd"]
)
def test_a_long_password_of_any_characters_is_taken_as_it_is(jane, password):
    change(jane, password=password)
    person = Person.objects.get(pk=jane.person.pk)
    assert person.check_password(password)
    assert not person.check_password(password.strip() + "x")
    assert not person.check_password(password[:72]) or len(password) <= 72
