"""Whose installation it is: who does not belong comes in by no way, and leaves nothing behind."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from numberadmin.accounts.models import Account, Connection, Membership, Person, Session
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from numberadmin.services import invitations
from numberadmin.services.results import Forbidden
from numberadmin.services.team import Powers
from tests.accounts.conftest import GLOBEX, SINCH
from tests.services.people import PASSWORD, member, with_password

pytestmark = pytest.mark.django_db
ACME, OTHER = sample.DEMO_ORGANISATION, "4711"
JANE = {"kind": "member", "identity": "jane@example.com", "password": PASSWORD}


def kept():
    return [model.objects.count() for model in (Account, Person, Membership, Connection, Session, Entry)]


def posted(fields, path="/login/", client=None):
    answer = (client or Client()).post(path, fields)
    return answer.status_code, answer.content.decode()


def invited(actor):
    powers = Powers(Role.VIEWER)
    return invitations.invite(actor=actor, operation=uuid4(), email="new@example.com", powers=powers)[1]


def test_an_organisation_that_is_not_named_is_refused_before_anything_is_stored(db, sinch, settings):
    settings.ORGANISATIONS = [OTHER]
    status, page = posted(SINCH)
    assert status == 403
    assert "This dashboard is not for Acme Telecom. You are not signed in, and nothing was stored" in page
    assert kept() == [0] * 6


def test_one_that_is_named_comes_in(db, sinch, settings):
    settings.ORGANISATIONS = [OTHER, ACME]
    assert posted(SINCH)[0] == 302
    assert Account.objects.get().organisation_id == ACME


def test_of_several_organisations_only_those_named_are_offered(db, sinch, settings):
    settings.ORGANISATIONS = [sample.GLOBEX_ORGANISATION]
    client = Client()
    assert client.post("/login/", GLOBEX)["Location"] == "/inventory/"
    assert [row.organisation_id for row in Account.objects.all()] == [sample.GLOBEX_ORGANISATION]


def test_a_choice_that_was_begun_before_is_asked_again(db, sinch, settings):
    client = Client()
    assert client.post("/login/", GLOBEX)["Location"] == "/login/organisation/"
    settings.ORGANISATIONS = [OTHER]
    page = client.post("/login/organisation/", {"organisation": sample.GLOBEX_ORGANISATION}, follow=True)
    assert "This dashboard is not for" in page.content.decode()
    assert not Account.objects.exists()


def test_a_session_of_an_organisation_that_is_no_longer_named_ends(acme, signed_in, settings):
    owner = signed_in("owner")
    settings.ORGANISATIONS = [OTHER]
    assert owner.get("/inventory/").status_code == 302
    owner.post("/team/invite/", {"email": "eve@example.com", "role": "owner"})
    assert owner.get("/login/organisation/").content.decode().count('value="8888123"') == 0


def test_a_member_of_one_is_told_so_with_the_right_password_only(acme, settings):
    settings.ORGANISATIONS = [OTHER]
    assert "This dashboard is not for Acme Telecom" in posted(JANE)[1]
    assert "The e-mail or the password is wrong" in posted(JANE | {"password": "wrong"})[1]


def test_of_two_teams_the_one_that_is_named_is_left(teams, settings):
    jane, hank = teams
    member(jane.account, "Bob B", Role.OWNER)
    member(hank.account, "Bob B", Role.VIEWER)
    settings.ORGANISATIONS = [hank.account.organisation_id]
    bob = Client()
    assert bob.post("/login/", JANE | {"identity": "bob@example.com"})["Location"] == "/inventory/"
    assert "Globex" in bob.get("/audit/").content.decode()


def test_links_of_one_open_nothing(teams, settings):
    jane = teams[0]
    token = invited(jane)
    settings.ORGANISATIONS = [OTHER]
    with pytest.raises(Forbidden, match="This dashboard is not for"):
        invitations.join(token=token, name="New", password=PASSWORD, address="127.0.0.1")
    with pytest.raises(CommandError, match="This dashboard is not for"):
        call_command("sign_in_link", "jane@example.com", ACME)
    assert Client().get(f"/join/?invite={token}", follow=True).status_code == 403


def test_what_was_begun_by_somebody_of_one_is_not_done(teams, settings):
    settings.ORGANISATIONS = [OTHER]
    assert teams[0].now() is None


def test_where_enrolment_is_closed_a_sign_in_makes_no_team(db, sinch, settings):
    settings.CLOSED_ENROLMENT = True
    status, page = posted(SINCH)
    assert status == 403
    assert "Acme Telecom has no team here, and a sign-in makes no new one" in page
    assert kept() == [0] * 6


def test_where_enrolment_is_closed_a_sign_in_takes_nobody_new_into_a_team(db, sinch, settings):
    settings.CLOSED_ENROLMENT = True
    Account.objects.create(organisation_id=ACME, name="Acme Telecom")
    assert "You are not in the team of Acme Telecom here" in posted(SINCH)[1]
    assert not Person.objects.exists()
    assert not Connection.objects.exists()


def test_where_enrolment_is_closed_who_is_there_goes_on(acme, settings):
    settings.CLOSED_ENROLMENT = True
    assert posted(SINCH)[0] == 302
    assert posted(JANE)[0] == 302
    assert Entry.objects.filter(action="connect").exists()


def test_where_enrolment_is_closed_people_come_by_invitation(teams, settings):
    settings.CLOSED_ENROLMENT = True
    token = invited(teams[0])
    assert invitations.join(token=token, name="New", password=PASSWORD, address="127.0.0.1").is_active


def test_a_refusal_is_in_the_log_with_the_reason(db, sinch, settings, caplog):
    settings.ORGANISATIONS = [OTHER]
    posted(SINCH)
    assert "sign-in refused organisation='Acme Telecom': it is not among ORGANISATIONS" in caplog.text


def test_who_has_no_password_is_let_in_by_sinch_alone(db, sinch, settings):
    posted(SINCH)
    settings.CLOSED_ENROLMENT = True
    with_password(Person.objects.get(), "jane@example.com")
    assert posted(SINCH)[0] == 302
