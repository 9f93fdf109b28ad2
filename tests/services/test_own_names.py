"""Names as people come to have them: over a link, on their own page, by a Sinch sign-in."""

from uuid import uuid4

import pytest

from numberadmin import sinch
from numberadmin.accounts.actor import of_person
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import invitations, own, signin, team
from numberadmin.services.results import Refusal
from numberadmin.services.team import Powers
from tests.services.people import PASSWORD, beside, member, with_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(jane):
    with_password(jane.person, "jane@example.com")
    return jane


def rename(actor, name):
    actor.person.refresh_from_db()
    asked = {"login": actor.person.login, "name": name, "password": "", "current": PASSWORD}
    return own.set_password(actor=actor, operation=uuid4(), **asked)


def join(owner, email, name):
    _, token = invitations.invite(actor=owner, operation=uuid4(), email=email, powers=Powers(Role.VIEWER))
    return token, lambda called: invitations.join(
        token=token, name=called, password="nine hills of heather", address="127.0.0.9"
    )


@pytest.mark.parametrize("name", ["Jane Bloggs", "jane blöggs\u200b", "J\u0430ne Bloggs", "numberadmin", "\u200b"])
def test_nobody_joins_under_a_name_that_stands_for_somebody_else(owner, name):
    _, follow = join(owner, "eve@example.com", name)
    entries = Entry.objects.count()
    with pytest.raises(Refusal, match=r"[Yy]ou have not joined"):
        follow(name)
    assert not Person.objects.filter(login="eve@example.com").exists()
    assert Entry.objects.count() == entries
    assert follow("Eve Other").person.name == "Eve Other"


@pytest.mark.parametrize("name", ["Jane Bloggs", "JANE BLOGGS", "Jane\u2060Bloggs", "Numberadmin", "Outside"])
def test_nobody_takes_the_name_of_somebody_else(owner, name):
    bob = beside(owner, "Bob Brown", Role.OPERATOR)
    with pytest.raises(Refusal, match="Nothing was changed"):
        rename(bob, name)
    assert Person.objects.get(pk=bob.person.pk).name == "Bob Brown"


def test_the_name_of_somebody_who_was_deactivated_is_not_free(owner):
    bob, eve = (beside(owner, name, Role.OPERATOR) for name in ("Bob Brown", "Eve Early"))
    team.deactivate(actor=owner, operation=uuid4(), person_id=eve.person.pk)
    with pytest.raises(Refusal, match="Somebody in the team"):
        rename(bob, "Eve Early")
    team.activate(actor=owner, operation=uuid4(), person_id=eve.person.pk)


def test_a_name_that_was_given_up_is_free(owner):
    bob, eve = (beside(owner, name, Role.OPERATOR) for name in ("Bob Brown", "Eve Early"))
    rename(eve, "Eve Later")
    rename(bob, "Eve Early")
    assert Person.objects.get(pk=bob.person.pk).name == "Eve Early"


def test_a_rename_is_written_under_the_name_before_with_both_in_every_team(owner):
    bob = beside(owner, "Bob Brown", Role.OPERATOR)
    other = Account.objects.create(organisation_id="1", name="Other")
    Membership.objects.create(person=bob.person, account=other, role=Role.VIEWER)
    rename(bob, "Bob Black")
    for account in (owner.account, other):
        entry = Entry.objects.filter(account=account).latest("id")
        assert (entry.actor_name, entry.actor_id) == ("Bob Brown", bob.person.pk)
        assert "Is called Bob Black from now on, and was Bob Brown before." in entry.message
    rename(bob, "Bob Brown")
    assert Entry.objects.filter(account=owner.account).latest("id").actor_name == "Bob Black"


def sign_in(account, **user):
    values = {"id": "u1", "name": "", "email": ""} | user
    return signin.enter(sinch.User(**values), account).person


def test_a_sinch_user_with_the_name_of_somebody_is_let_in_and_told_apart(owner):
    account = owner.account
    assert sign_in(account, id="2", name="Jane Bloggs", email="j2@example.com").name == "Jane Bloggs (j2@example.com)"
    assert sign_in(account, id="3", name="JANE  BLOGGS").name == "JANE BLOGGS (2)"
    assert sign_in(account, id="4", name="numberadmin", email="n@example.com").name == "n@example.com"
    assert sign_in(account, id="5", name="\u200b", email="").name == f"Person {Person.objects.latest('pk').pk}"
    assert sign_in(account, id="3", name="JANE  BLOGGS").name == "JANE BLOGGS (2)"


def test_a_new_name_at_sinch_is_written_down_under_the_one_before(owner):
    sign_in(owner.account, id="2", name="Kim Kay")
    signin.entered(beside(owner, "Bob Brown", Role.VIEWER), ["password"])
    person = Person.objects.get(sinch_user_id="2")
    membership = of_person(person.pk).get(account=owner.account)
    signin.entered(type(owner)(membership, None, "s", "127.0.0.1"), ["password"])
    assert sign_in(owner.account, id="2", name="Kim Kane").name == "Kim Kane"
    entry = Entry.objects.latest("id")
    assert (entry.actor_name, entry.actor_id) == ("Kim Kay", person.pk)
    assert "Is called Kim Kane from now on" in entry.message


def test_who_comes_into_a_second_team_where_the_name_is_taken_chooses_another_first(owner):
    namesake = with_password(Person(name="jane bloggs"), "two@example.com")
    _, token = invitations.invite(actor=owner, operation=uuid4(), email="two@example.com", powers=Powers(Role.VIEWER))
    with pytest.raises(Refusal, match="change yours there first"):
        invitations.accept(token=token, person=namesake, password="", address="127.0.0.9")
    assert not Membership.objects.filter(person=namesake).exists()


def test_who_comes_into_a_second_team_by_sinch_is_told_apart_there(owner):
    other = Account.objects.create(organisation_id="1", name="Other")
    member(other, "Kim Kay", Role.OWNER)
    person = sign_in(owner.account, id="2", name="Kim Kay")
    with_password(person, "kim2@example.com")
    assert sign_in(other, id="2", name="Kim Kay").name == "Kim Kay (kim2@example.com)"
