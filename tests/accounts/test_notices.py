"""Who has a way in is told by mail what was changed about it, wherever it was done, and what to do about it."""

from uuid import uuid4

import pyotp
import pytest
from django.core import mail as outbox
from django.test import Client
from django_tasks_db.models import DBTaskResult

from numberadmin import sinch
from numberadmin.accounts import factor
from numberadmin.accounts.models import Person
from numberadmin.accounts.roles import Role
from numberadmin.services import invitations, mail, signin, team
from numberadmin.services.team import Powers
from tests.accounts.conftest import SINCH
from tests.services.people import PASSWORD, beside, member, with_password

pytestmark = pytest.mark.django_db
NEW = "entirely other words 77"
OTTO = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def told(settings, django_capture_on_commit_callbacks):
    """What was mailed by the worker: pairs of address and text, in order."""
    settings.MAIL_IS_SET_UP = True
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

    def by(what):
        outbox.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            what()
        notices = [message for message in outbox.outbox if message.subject.startswith("numberadmin: ")]
        return [(message.to[0], str(message.body)) for message in notices]

    return by


def only(told):
    assert len(told) == 1
    return told[0]


def test_a_new_password_is_told_to_whose_it_is_and_is_not_in_the_mail(signed_in, told):
    otto = signed_in("operator")
    fields = {"login": "otto@example.com", "name": "Otto Oper", "current": PASSWORD, "password": NEW}
    to, text = only(told(lambda: otto.post("/you/password/", fields)))
    assert to == "otto@example.com"
    assert "Changed the password" in text
    assert "done by Otto Oper (otto@example.com), from the address 127.0.0.1" in text
    assert "If not, sign in at the address that you know, set a new password" in text
    assert NEW not in text


def test_another_e_mail_is_told_at_the_one_before(signed_in, told):
    otto = signed_in("operator")
    fields = {"login": "thief@example.com", "name": "Otto Oper", "current": PASSWORD}
    to, text = only(told(lambda: otto.post("/you/password/", fields)))
    assert (to, "Signs in with thief@example.com from now on" in text) == ("otto@example.com", True)


def test_a_second_factor_set_up_taken_away_or_reset_is_told(signed_in, told):
    otto, jane = signed_in("operator"), signed_in("jane")
    person = Person.objects.get(login="otto@example.com")
    page = otto.get("/you/?factor=new").content.decode()
    seed = page.partition('<p class="seed"><code>')[2].partition("<")[0]
    fields = {"code": pyotp.TOTP(seed).now(), "current": PASSWORD}
    to, text = only(told(lambda: otto.post("/you/second-factor/", fields)))
    assert (to, "Set up a second factor" in text, seed in text) == ("otto@example.com", True, False)
    to, text = only(told(lambda: jane.post("/team/second-factor/", {"person": person.pk})))
    assert (to, "Took away the second factor of Otto Oper" in text) == ("otto@example.com", True)
    assert "done by Jane Bloggs (jane@example.com)" in text
    assert not factor.has(person)


def test_a_link_for_a_new_password_is_told_without_the_link(teams, told):
    jane = teams[0]
    otto = beside(jane, "Otto Oper", Role.OPERATOR).person
    made: list[str] = []

    def link():
        made.append(invitations.sign_in_link(actor=jane, operation=uuid4(), person_id=otto.pk)[1])

    to, text = only(told(link))
    assert (to, "Made a link by which Otto Oper sets a new password" in text) == ("otto@example.com", True)
    assert made[0] not in text
    to, text = only(told(lambda: invitations.link_from_the_server(account=jane.account, person=otto)))
    assert (to, "done by whoever runs the server" in text) == ("otto@example.com", True)


def test_a_new_owner_is_told_to_all_owners(teams, told):
    jane = teams[0]
    otto, vera = beside(jane, "Otto Oper", Role.OPERATOR).person, beside(jane, "Vera V", Role.VIEWER).person

    def change(person, role):
        return told(lambda: team.change_role(actor=jane, operation=uuid4(), person_id=person.pk, powers=Powers(role)))

    mails = change(otto, Role.OWNER)
    assert sorted(to for to, _ in mails) == ["jane@example.com", "otto@example.com"]
    assert all("Otto Oper is owner now, and was operator" in text for _, text in mails)
    assert change(vera, Role.OPERATOR) == []


def test_somebody_who_joins_as_an_owner_is_told_to_all_owners(teams, told):
    jane, powers = teams[0], Powers(Role.OWNER)
    _, token = invitations.invite(actor=jane, operation=uuid4(), email="new@example.com", powers=powers)
    mails = told(lambda: invitations.join(token=token, name="New One", password=NEW, address="127.0.0.9"))
    assert sorted(to for to, _ in mails) == ["jane@example.com", "new@example.com"]


def test_somebody_new_who_comes_by_the_sinch_account_is_told_to_the_owners(teams, told):
    jane = teams[0]
    Person.objects.filter(pk=jane.person.pk).update(login=None)
    mails = told(lambda: signin.enter(sinch.User(id="another", name="Zed Zed", email="zed@example.com"), jane.account))
    assert {to for to, _ in mails} == {jane.person.email, "zed@example.com"}
    assert all("Joined the team as owner, by a sign-in with the Sinch account" in text for _, text in mails)


def test_too_many_wrong_tries_are_told_once(acme, told):
    def guess():
        for _ in range(12):
            Client().post("/login/", OTTO | {"password": "wrong"})

    to, text = only(told(guess))
    assert (to, "After too many wrong ones" in text) == ("otto@example.com", True)


def test_a_browser_that_is_new_is_told_and_one_that_is_known_is_not(acme, told):
    first, second = Client(), Client()
    assert told(lambda: first.post("/login/", OTTO)) == []
    to, text = only(told(lambda: second.post("/login/", OTTO)))
    assert (to, "in a browser in which you had not signed in before" in text) == ("otto@example.com", True)
    assert "from the address 127.0.0.1" in text
    for known in (first, second):
        known.post("/logout/")
        assert told(lambda known=known: known.post("/login/", OTTO)) == []


def test_a_new_browser_is_told_after_a_code_and_after_a_sinch_sign_in_too(db, sinch, told):
    assert told(lambda: Client().post("/login/", SINCH)) == []
    jane, seed = Person.objects.get(), factor.new_seed()
    assert only(told(lambda: Client().post("/login/", SINCH)))[0] == jane.email
    codes = factor.begin(jane, seed, pyotp.TOTP(seed).now()) or []
    half = Client()
    assert told(lambda: half.post("/login/", SINCH)) == []
    assert only(told(lambda: half.post("/login/code/", {"code": codes[0]})))[0] == jane.email


def test_another_team_in_the_same_browser_is_no_new_one(teams, told):
    member(teams[0].account, "Otto Oper", Role.VIEWER)
    member(teams[1].account, "Otto Oper", Role.VIEWER)
    otto = Client()
    otto.post("/login/", OTTO)
    for row in (*teams, teams[0]):
        fields = {"organisation": row.account.organisation_id}
        assert told(lambda fields=fields: otto.post("/login/organisation/", fields)) == []


def test_nothing_is_told_where_mail_is_not_set_up(signed_in, told, settings):
    settings.MAIL_IS_SET_UP = False
    person = Person.objects.get(login="otto@example.com")
    assert told(lambda: signed_in("jane").post("/team/link/", {"person": person.pk})) == []


def test_what_goes_wrong_with_a_notice_breaks_no_page(signed_in, told, settings):
    jane = signed_in("jane")
    person = Person.objects.get(login="otto@example.com")
    settings.TASKS = {"default": {"BACKEND": "nothing.like.that"}}
    answers = []
    told(lambda: answers.append(jane.post("/team/role/", {"person": person.pk, "role": "owner"}).status_code))
    assert answers == [302]


def test_a_notice_waits_in_the_queue_for_the_worker(db, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    mail.queue("bob@example.com", "Hello", "text", "link")
    assert outbox.outbox == []
    assert DBTaskResult.objects.ready().get().args_kwargs["args"][0] == "bob@example.com"


def test_many_notices_of_one_kind_keep_no_other_kind_from_being_sent(signed_in, told):
    otto, jane = signed_in("operator"), signed_in("jane")
    person = Person.objects.get(login="otto@example.com")
    for number in range(12):
        fields = {"login": "otto@example.com", "name": f"Otto {'x' * (number + 2)}", "current": PASSWORD}
        told_of = told(lambda fields=fields: otto.post("/you/password/", fields))
        assert len(told_of) == (1 if number < 10 else 0)
    assert only(told(lambda: jane.post("/team/link/", {"person": person.pk})))[0] == "otto@example.com"


def test_a_change_that_was_refused_is_not_told(signed_in, told):
    person = with_password(Person.objects.get(login="otto@example.com"), "otto@example.com")
    otto = signed_in("operator")
    assert told(lambda: otto.post("/team/second-factor/", {"person": person.pk})) == []
    assert told(lambda: otto.post("/you/password/", {"login": "x@example.com", "current": "wrong"})) == []
