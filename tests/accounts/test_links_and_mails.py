"""How many links and mails a team can make: enough for who works, too few for who floods strangers."""

import os
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail as outbox
from django.db.models import F

from numberadmin.accounts.models import Guess, Invitation
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import invitations, mail
from numberadmin.services.results import TooManyTries
from numberadmin.services.team import Powers
from tests.dashboard import ROOT
from tests.databases import new_database
from tests.services.people import member

pytestmark = pytest.mark.django_db

USE_UP = """
import django; django.setup()
from numberadmin.accounts import guesses
def one():
    try:
        guesses.use_up([guesses.Limit("a day of tests", 5, guesses.DAY), guesses.Limit("tests", 8, guesses.HOUR)])
        return 1
    except guesses.TooMany:
        return 0
print(sum(one() for _ in range(8)))
"""


def invite(actor, email, **more):
    asked = {"operation": uuid4(), **more}
    return invitations.invite(actor=actor, email=email, powers=Powers(Role.VIEWER), **asked)


def later(**by):
    Guess.objects.update(began_at=F("began_at") - timedelta(**by))


def test_a_team_makes_twenty_links_an_hour(teams):
    jane, hank = teams
    for number in range(20):
        invite(jane, f"{number}@example.com")
    with pytest.raises(
        TooManyTries, match=r"at most 20 links an hour.*Nothing was changed\. Try again after \d\d:\d\d"
    ):
        invite(jane, "one-more@example.com")
    assert not Invitation.objects.filter(email="one-more@example.com").exists()
    invite(hank, "one-more@example.com")
    later(minutes=61)
    invite(jane, "one-more@example.com")


def test_one_address_gets_five_links_a_day_of_a_team(teams):
    jane = teams[0]
    for _ in range(5):
        invite(jane, "bob@example.com")
    with pytest.raises(TooManyTries, match="5 a day for one address"):
        invite(jane, "BOB@example.com")
    invite(jane, "carol@example.com")
    later(minutes=61)
    with pytest.raises(TooManyTries):
        invite(jane, "bob@example.com")
    later(hours=24)
    invite(jane, "bob@example.com")


def test_links_for_a_new_password_count_too(teams):
    jane = teams[0]
    bob = member(jane.account, "Bob B", Role.VIEWER).person
    for _ in range(5):
        invitations.sign_in_link(actor=jane, operation=uuid4(), person_id=bob.pk)
    with pytest.raises(TooManyTries):
        invitations.sign_in_link(actor=jane, operation=uuid4(), person_id=bob.pk)
    assert invitations.link_from_the_server(account=jane.account, person=bob)


def test_one_too_many_is_in_the_audit_and_in_the_log(teams, caplog):
    for number in range(21):
        try:
            invite(teams[0], f"{number}@example.com")
        except TooManyTries:
            break
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.state, entry.actor_name) == ("refused", "failed", "Jane Bloggs")
    assert "one link too many" in caplog.text


def test_a_form_sent_twice_uses_up_one(teams):
    operation = uuid4()
    for _ in range(8):
        invite(teams[0], "bob@example.com", operation=operation)
    assert Invitation.objects.count() == 1


def test_one_address_gets_ten_links_by_mail_a_day_from_all_teams(db, settings, caplog):
    settings.MAIL_IS_SET_UP = True
    sent = [mail.send("bob@example.com", "Hello", "text", "link") for _ in range(12)]
    assert sent == [True] * 10 + [False] * 2
    assert len(outbox.outbox) == 10
    assert "bob@" not in caplog.text
    assert mail.send("carol@example.com", "Hello", "text", "link")


def test_a_mail_server_that_is_not_there_breaks_nothing(db, settings):
    settings.MAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert not mail.send("bob@example.com", "Hello", "text", "link")
    assert not mail.send("bob\n@example.com", "Hello", "text", "link")


def test_of_many_at_once_exactly_as_many_pass_as_the_limit_says(tmp_path):
    env = os.environ | {"DATABASE_URL": new_database(tmp_path), "DJANGO_SETTINGS_MODULE": "numberadmin.settings"}
    script = [sys.executable, "-c", USE_UP]
    running = [subprocess.Popen(script, cwd=ROOT, env=env, stdout=subprocess.PIPE) for _ in range(4)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 5
