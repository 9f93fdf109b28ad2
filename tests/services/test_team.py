from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from django.core.management import call_command
from django.utils import timezone

from numberadmin.accounts import factor
from numberadmin.accounts.models import Account, Connection, Guess, Invitation, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import invitations, keeper, team
from numberadmin.services.results import Forbidden, NotHere, Refusal
from numberadmin.services.team import Powers
from tests.services.people import PASSWORD, beside, member, with_password

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"


@pytest.fixture
def owner(jane):
    with_password(jane.person, "jane@example.com")
    return jane


def invite(owner, email=BOB, powers=Powers(Role.OPERATOR)):  # noqa: B008
    return invitations.invite(actor=owner, operation=uuid4(), email=email, powers=powers)[1]


def join(token, name="Bob Brown", password=PASSWORD):
    return invitations.join(token=token, name=name, password=password, address="127.0.0.9")


def test_an_owner_without_a_password_invites_nobody(jane):
    with pytest.raises(Refusal, match="Set a password of your own first"):
        invite(jane)
    assert not Invitation.objects.exists()


def test_who_follows_a_link_is_in_the_team_as_it_says(owner, operation, audit):
    token = invite(owner)
    membership = join(token)
    assert (membership.person.name, membership.role) == ("Bob Brown", "operator")
    assert membership.person.check_password(PASSWORD)


def test_the_audit_names_who_invited_and_who_joined_from_where(owner, operation, audit):
    invitations.invite(actor=owner, operation=operation, email=BOB, powers=Powers(Role.VIEWER))
    assert (audit(operation).actor_name, audit(operation).action) == ("Jane Bloggs", "invite")
    join(invite(owner))
    joined = Entry.objects.get(action="join")
    assert (joined.actor_name, joined.address) == ("Bob Brown", "127.0.0.9")


def test_a_link_works_once(owner):
    token = invite(owner)
    join(token)
    with pytest.raises(NotHere):
        join(token, name="Eve")
    assert not Person.objects.filter(name="Eve").exists()


def test_a_link_is_over_after_72_hours(owner):
    token = invite(owner)
    row = Invitation.objects.get()
    Invitation.objects.update(ends_at=row.made_at)
    with pytest.raises(NotHere):
        join(token)


def test_a_link_that_was_taken_back_or_replaced_opens_nothing(owner):
    first = invite(owner)
    second = invite(owner)
    with pytest.raises(NotHere):
        join(first)
    row = invitations.still_open(owner.account).get()
    invitations.take_back(actor=owner, operation=uuid4(), invitation_id=row.pk)
    with pytest.raises(NotHere):
        join(second)


def test_the_token_is_not_in_the_database(owner):
    token = invite(owner)
    assert token not in str(list(Invitation.objects.values()))


def test_a_form_sent_twice_makes_one_link(owner, operation):
    results = [
        invitations.invite(actor=owner, operation=operation, email=BOB, powers=Powers(Role.VIEWER)) for _ in range(2)
    ]
    assert [outcome.repeated for outcome, _ in results] == [False, True]
    assert results[1][1] == ""
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "password1234", "bob@example.com"])
def test_a_weak_password_is_refused_and_the_link_stays(owner, password):
    token = invite(owner)
    with pytest.raises(Refusal, match="The password was not set"):
        join(token, password=password)
    assert join(token).is_active


def test_who_has_a_sign_in_accepts_with_it_and_keeps_the_name(owner):
    token = invite(owner)
    bob = with_password(Person(name="Bob of Globex"), BOB)
    for password in ("another long password", PASSWORD):
        with pytest.raises(Refusal, match="has a sign-in here already"):
            join(token, password=password)
    membership = invitations.accept(token=token, person=bob, password="", address="127.0.0.9")
    assert (membership.person.name, membership.role) == ("Bob of Globex", "operator")
    assert Person.objects.get(pk=bob.pk).check_password(PASSWORD)


def test_nobody_accepts_an_invitation_to_another_e_mail(owner):
    token = invite(owner)
    eve = with_password(Person(name="Eve"), "eve@example.com")
    with pytest.raises(NotHere, match="This invitation is for"):
        invitations.accept(token=token, person=eve, password="", address="127.0.0.9")
    assert not Membership.objects.filter(person=eve).exists()


def test_a_new_role_ends_the_sessions_and_is_in_the_audit_with_both(owner, operation, audit):
    bob = beside(owner, "Bob Brown", Role.OPERATOR)
    team.change_role(actor=owner, operation=operation, person_id=bob.person.pk, powers=Powers(Role.VIEWER))
    assert Membership.objects.get(person=bob.person).role == "viewer"
    assert audit(operation).message == "Bob Brown is viewer now, and was operator."


@pytest.mark.parametrize("change", ["deactivate", "change_role"])
def test_the_last_owner_stays(owner, change):
    more = {"powers": Powers(Role.VIEWER)} if change == "change_role" else {}
    with pytest.raises(Refusal, match="last owner"):
        getattr(team, change)(actor=owner, operation=uuid4(), person_id=owner.person.pk, **more)
    assert Membership.objects.get(person=owner.person).role == "owner"


def test_of_two_owners_one_may_go(owner):
    carol = beside(owner, "Carol Chen", Role.OWNER)
    team.deactivate(actor=carol, operation=uuid4(), person_id=owner.person.pk)
    with pytest.raises(Refusal, match="last owner"):
        team.deactivate(actor=carol, operation=uuid4(), person_id=carol.person.pk)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_nobody_but_an_owner_changes_the_team(owner, operation, audit, role):
    other = beside(owner, "Bob Brown", role)
    with pytest.raises(Forbidden):
        team.deactivate(actor=other, operation=operation, person_id=owner.person.pk)
    assert Membership.objects.get(person=owner.person).is_active


def test_somebody_of_another_account_is_not_there(owner):
    stranger = member(Account.objects.create(organisation_id="1", name="Other"), "Zed Zed", Role.VIEWER)
    for change in (team.deactivate, team.activate, team.reset_factor):
        with pytest.raises(NotHere):
            change(actor=owner, operation=uuid4(), person_id=stranger.person.pk)


def test_no_owner_sets_the_password_of_somebody_who_is_in_another_team_too(owner):
    bob = beside(owner, "Bob Brown", Role.VIEWER)
    other = Account.objects.create(organisation_id="1", name="Other")
    Membership.objects.create(person=bob.person, account=other, role=Role.OWNER)
    with pytest.raises(Refusal, match="another team as well"):
        invitations.sign_in_link(actor=owner, operation=uuid4(), person_id=bob.person.pk)


def test_a_sign_in_link_sets_a_new_password(owner):
    bob = beside(owner, "Bob Brown", Role.VIEWER)
    _, token = invitations.sign_in_link(actor=owner, operation=uuid4(), person_id=bob.person.pk)
    join(token, password="a new and longer one")
    assert Person.objects.get(pk=bob.person.pk).check_password("a new and longer one")
    assert Membership.objects.get(person=bob.person).role == "viewer"


def test_whoever_runs_the_server_lets_somebody_in_who_has_lost_everything(owner, capsys):
    factor.begin(owner.person, seed := factor.new_seed(), pyotp.TOTP(seed).now())
    call_command("sign_in_link", "jane@example.com", owner.account.organisation_id)
    token = capsys.readouterr().out.strip().partition("invite=")[2]
    join(token, password="a new and longer one")
    assert Person.objects.get(pk=owner.person.pk).check_password("a new and longer one")
    assert not factor.has(owner.person)


def test_what_is_over_is_erased(owner):
    Connection.objects.update(usable_until=timezone.now())
    ago = [timezone.now() - timedelta(hours=hours) for hours in (3, 47, 49)]
    for key, at in zip(("old", "a day of one", "a day of another"), ago, strict=True):
        Guess.objects.create(key=key, began_at=at, tried_at=at)
    keeper.erase_what_is_over()
    assert not Connection.objects.exists()
    assert list(Guess.objects.filter(tried_at__lte=ago[0]).values_list("key", flat=True)) == ["a day of one"]
