import unicodedata
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin.accounts import names
from numberadmin.accounts.models import Account, Membership, NameKey, Person
from numberadmin.accounts.roles import Role
from tests.services.people import member, with_password

JANE = "Jane Bloggs"
ALIKE = [
    "jane bloggs",
    "JANE BLOGGS",
    "Jane  Bloggs",
    "Jane\u00a0Bloggs",
    "JaneBloggs",
    "Jane-Bloggs",
    "Jané Blöggs",
    "Jane Bloggs\u200b",
    "Jane\u2060 Bloggs",
    "\u202eJane Bloggs",
    "\u2067Jane Bloggs\u2069",
    "Jane Blogg\u0455",
    "\u0408ane Bloggs",
    "J\u0430n\u0435 Bl\u043eggs",
    "Jane B1oggs",
    "Jane BIoggs",
    "Jane Bl0ggs",
    "Jane B|oggs",
    "\uff2aane Bloggs",
    "\U0001d409\U0001d41a\U0001d427\U0001d41e Bloggs",
    "Jane Bloggs.",
    "Jane Bloggs\ufe0f",
    "Jane Blog\u0261s",
    "Jane B\u029foggs",
    "\u1d0a\u1d00\u0274\u1d07 \u0299\u029f\u1d0f\u0262\u0262\ua731",
]
OTHERS = ["Jane Blogg", "Jane Boggs", "June Bloggs", "Dane Bloggs", "Jane", "李雷", "Нина", "علي", "रवि", "रवा"]
NOBODYS = [
    "numberadmin",
    "Numberadmin",
    "number admin",
    "number-admin",
    "nurnberadmin",
    "numberadrnin",
    "numberadm1n",
    "\u041dumberadmin".replace("\u041d", "\u039d"),
    "numb\u0435radmin",
    "numberadmin\u200b",
    "the numberadmin",
    "numberadmin (2)",
    "outside numberadmin",
    "System",
    "\u0455ystem",
    "nobody",
    "N0body",
    "outside",
    "Sinch",
    "S\u0456nch",
]
EMPTY = ["", " ", "\u200b", "\u202e\u202c", "\u3164", "\u2800", "...", "🙂", "\u0301", "\ufeff", "-"]


@pytest.mark.parametrize("name", ALIKE, ids=ascii)
def test_a_name_that_looks_like_another_has_a_look_in_common_with_it(name):
    assert names.keys(name) & names.keys(JANE)


@pytest.mark.parametrize("name", OTHERS)
def test_another_name_has_none(name):
    assert not names.keys(name) & names.keys(JANE)
    assert names.checked(name) == name


def test_people_who_are_called_nearly_alike_are_told_apart():
    told = ["Dave", "Dane", "Guy", "Gyu", "Hanna", "Nahha", "Ann", "Avv", "Anna", "रवि", "रवी", "Kim", "Kin"]
    looks = [names.keys(name) for name in told]
    assert not any(one & other for place, one in enumerate(looks) for other in looks[:place])


@pytest.mark.parametrize("name", NOBODYS, ids=ascii)
def test_nobody_is_called_like_the_program(name):
    with pytest.raises(names.BadName, match="the program itself"):
        names.checked(name)


@pytest.mark.parametrize("name", EMPTY, ids=ascii)
def test_a_name_that_shows_nothing_is_none(name):
    with pytest.raises(names.BadName, match="Say what you are called"):
        names.checked(name)


def test_a_name_is_not_longer_than_the_pages_have_room_for():
    assert names.checked("x" * 100) == "x" * 100
    with pytest.raises(names.BadName, match="at most 100"):
        names.checked("x" * 101)


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=20), st.randoms())
def test_capitals_blanks_and_what_nobody_sees_never_make_another_name(name, chance):
    noise = ["\u200b", " ", "\u202e", "\u2066", "\u0301", "\u00a0", ".", "\ufeff"]
    other = "".join(chance.choice([c, c, chance.choice(noise) + c]) for c in name)
    other = chance.choice([other, other.upper(), other.casefold(), unicodedata.normalize("NFD", other)])
    looks, others = names.looks(name), names.looks(other)
    assert (looks & others) or not looks or not others


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120), st.text(max_size=260))
def test_whatever_somebody_is_called_elsewhere_makes_a_name_that_holds_here(name, email):
    some = names.candidates(name, email, 7)
    offered = [next(some) for _ in range(4)]
    assert [names.checked(one) for one in offered] == offered
    # An e-mail that is a number is no other suffix than that number.
    assert len({frozenset(names.looks(one)) for one in offered}) >= 3


def test_what_a_name_lacks_is_said_as_it_is():
    with pytest.raises(names.BadName, match="a letter or a digit in it"):
        names.checked("...")
    assert names.checked("7") == "7"


@pytest.mark.parametrize("name", ["Jane Bloggs (jane@example.com)", "jane\uff20example.com", "Jane \ufe6b home"])
def test_nobody_chooses_a_name_with_an_e_mail_in_it(name):
    with pytest.raises(names.BadName, match="no “@”"):
        names.chosen(name)


@pytest.fixture
def team(db):
    return Account.objects.create(organisation_id="1", name="Team")


@pytest.mark.django_db
def test_the_database_lets_nobody_have_a_name_of_the_team(team):
    member(team, "Olga Owner", Role.OWNER)
    bob = member(team, "Bob Brown", Role.VIEWER).person
    bob.name = "O1ga Öwner"
    with pytest.raises(names.BadName, match="Somebody in the team of Team"):
        names.claim(bob)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["Jane Bloggs (jane.example.com)", "jane bloggs janeexamplecom", "J\u0430ne B1oggs (jane@example.com)"]
)
def test_nobody_is_called_like_another_one_with_their_e_mail(team, name):
    with_password(member(team, "Jane Bloggs", Role.OWNER).person, "jane@example.com")
    bob = member(team, "Bob Brown", Role.VIEWER).person
    bob.name = name
    with pytest.raises(names.BadName, match="with their e-mail"):
        names.claim(bob)


@pytest.mark.django_db
def test_a_name_is_free_in_another_team(team):
    member(team, "Olga Owner", Role.OWNER)
    other = Account.objects.create(organisation_id="2", name="Other")
    namesake = Person.objects.create(name="olga owner", login="o@example.com")
    Membership.objects.create(person=namesake, account=other)
    names.claim(namesake)
    Membership.objects.create(person=namesake, account=team)
    with pytest.raises(names.BadName):
        names.claim(namesake)


@pytest.mark.django_db
def test_an_installation_with_namesakes_migrates_and_whoever_was_first_keeps_the_name(team):
    called = ["Olga Owner", "Olga  owner\u200b", "numberadmin", "\u200b", "Bob"]
    logins = [None, "eve@example.com", "ben@example.com", None, "bob@example.com"]
    people = [Person.objects.create(name=name, login=login) for name, login in zip(called, logins, strict=True)]
    Membership.objects.bulk_create(Membership(person=person, account=team) for person in people)
    import_module("numberadmin.accounts.migrations.0005_names").name_everybody(apps, None)
    assert [Person.objects.get(pk=person.pk).name for person in people] == [
        "Olga Owner",
        "Olga owner (eve@example.com)",
        "ben@example.com",
        f"Person {people[3].pk}",
        "Bob",
    ]
    assert {person.pk for person in people} == set(NameKey.objects.values_list("person", flat=True))
