"""What somebody began or was given does not outlast a change of what it stands on."""

from uuid import uuid4

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from numberadmin.accounts import factor
from numberadmin.accounts.models import Person
from numberadmin.accounts.roles import Role
from numberadmin.sandbox import sample
from numberadmin.services import invitations, team
from numberadmin.services.results import Conflict, Refusal
from numberadmin.services.team import Powers
from tests.services.people import PASSWORD, member, with_password

pytestmark = pytest.mark.django_db
BOB = {"kind": "member", "identity": "bob@example.com", "password": PASSWORD}
OTHER = "entirely other words 77"


def change_password(person: Person) -> None:
    person.refresh_from_db()
    person.set_password(OTHER)
    person.save()


def is_in(client: Client) -> bool:
    return client.get("/inventory/").status_code == 200


@pytest.mark.parametrize("change", ["password", "factor"])
def test_who_waits_at_the_choice_of_a_team_is_not_let_in_after_a_change(teams, change):
    jane, hank = teams
    bob = member(jane.account, "Bob B", Role.OWNER).person
    member(hank.account, "Bob B", Role.OPERATOR)
    thief = Client()
    assert thief.post("/login/", BOB)["Location"] == reverse("organisation")
    if change == "password":
        change_password(bob)
    else:
        seed = factor.new_seed()
        assert factor.begin(bob, seed, pyotp.TOTP(seed).now())
    thief.post(reverse("organisation"), {"organisation": jane.account.organisation_id})
    assert not is_in(thief)


def test_who_chooses_a_team_without_a_change_is_let_in(teams):
    jane, hank = teams
    member(jane.account, "Bob B", Role.OWNER)
    member(hank.account, "Bob B", Role.OPERATOR)
    bob = Client()
    bob.post("/login/", BOB)
    bob.post(reverse("organisation"), {"organisation": jane.account.organisation_id})
    assert is_in(bob)


def test_a_code_given_after_the_password_was_changed_lets_nobody_in(teams):
    bob = member(teams[0].account, "Bob B", Role.OWNER).person
    seed = factor.new_seed()
    codes = factor.begin(bob, seed, pyotp.TOTP(seed).now()) or []
    thief = Client()
    assert thief.post("/login/", BOB)["Location"] == reverse("code")
    change_password(bob)
    thief.post(reverse("code"), {"code": codes[0]})
    assert not is_in(thief)
    assert factor.codes_left(bob) == len(codes)


def test_a_link_for_a_new_password_ends_where_the_person_comes_into_another_team(teams):
    jane, hank = teams
    bob = member(jane.account, "Bob B", Role.VIEWER).person
    _, link = invitations.sign_in_link(actor=jane, operation=uuid4(), person_id=bob.pk)
    _, invited = invitations.invite(actor=hank, operation=uuid4(), email="bob@example.com", powers=Powers(Role.OWNER))
    invitations.accept(token=invited, person=bob, password="", address="127.0.0.1")
    with pytest.raises(Refusal):
        invitations.join(token=link, name="Bob B", password=OTHER, address="127.0.0.1")
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_a_link_of_whoever_runs_the_server_works_all_the_same(teams):
    jane, hank = teams
    bob = member(jane.account, "Bob B", Role.VIEWER).person
    member(hank.account, "Bob B", Role.VIEWER)
    token = invitations.link_from_the_server(account=jane.account, person=bob)
    invitations.join(token=token, name="Bob B", password=OTHER, address="127.0.0.1")
    bob.refresh_from_db()
    assert bob.check_password(OTHER)


def test_a_sign_in_called_like_somebodys_sinch_account_gives_no_more_tries_at_it(teams, sinch):
    eve = member(teams[0].account, "Eve E", Role.VIEWER).person
    with_password(eve, sample.GLOBEX_IDENTITY)
    sinch.clear_log()
    answers = []
    for browser in range(4):
        client = Client()
        client.post("/login/", {"kind": "member", "identity": sample.GLOBEX_IDENTITY, "password": PASSWORD})
        client.cookies.pop("sessionid", None)
        for turn in range(5):
            fields = {"kind": "sinch", "identity": sample.GLOBEX_IDENTITY, "password": f"guess {browser} {turn}"}
            answers.append(client.post("/login/", fields).status_code)
    assert 429 in answers
    assert len(sinch.log()) <= 10


def test_one_operation_is_one_kind_of_change(teams):
    jane = teams[0]
    row, operation = member(jane.account, "Bob B", Role.VIEWER), uuid4()
    team.deactivate(actor=jane, operation=operation, person_id=row.person_id)
    with pytest.raises(Conflict):
        team.activate(actor=jane, operation=operation, person_id=row.person_id)


def test_a_password_form_sent_again_with_another_password_does_not_say_that_it_was_set(teams):
    bob = member(teams[0].account, "Bob B", Role.VIEWER).person
    client = Client()
    client.post("/login/", BOB)
    fields = {"operation": str(uuid4()), "login": "bob@example.com", "name": "Bob B"}
    first, second = "first new words 11", "second new words 22"
    client.post("/you/password/", fields | {"current": PASSWORD, "password": first})
    page = client.post("/you/password/", fields | {"current": first, "password": second}, follow=True)
    assert "sent before with another password" in page.content.decode()
    bob.refresh_from_db()
    assert bob.check_password(first)
