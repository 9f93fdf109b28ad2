"""Who follows a link: somebody new sets a password, somebody with a sign-in signs in and accepts. No password is
compared at a link, and one that was set by a link opens the team of the link alone."""

import re

import pyotp
import pytest
from django.core import mail
from django.test import Client

from numberadmin.accounts import factor
from numberadmin.accounts.models import Account, Guess, Invitation, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from tests.accounts.conftest import GLOBEX
from tests.dashboard import found
from tests.services.people import PASSWORD, member, with_password

pytestmark = pytest.mark.django_db
KNOWN_TO_BEN, NEW = "words that ben has chosen", "words of their very own"
ACME, THEIRS, TRIALS = sample.DEMO_ORGANISATION, sample.GLOBEX_ORGANISATION, sample.GLOBEX_WITHOUT_ACCOUNTING


@pytest.fixture
def hank(globex):
    """Owner of Globex by the Sinch account, with a password of his own; Ben is another owner there."""
    person = with_password(Person.objects.get(name="Hank Rivers"), "hank@example.com")
    member(account(THEIRS), "Ben Bow", Role.OWNER)
    return person


@pytest.fixture
def ben(hank):
    return signed_in("ben@example.com")


@pytest.fixture
def mia(hank):
    """Somebody of Globex, who signs in with PASSWORD."""
    return member(account(THEIRS), "Mia May", Role.OPERATOR).person


def account(organisation):
    return Account.objects.get(organisation_id=organisation)


def signed_in(email, password=PASSWORD):
    client = Client()
    client.post("/login/", {"kind": "member", "identity": email, "password": password})
    return client


def inside(client, organisation=""):
    """Whether the browser is in, and in that organisation."""
    if client.get("/you/").status_code != 200:
        return False
    return not organisation or Account.objects.get(pk=client.session["account"]).organisation_id == organisation


def shown_link(owner):
    return found(r'value="http://[^/"]+(/join/[^"]+)"', owner.get("/team/").content.decode())


def invitation(owner, email, role="viewer"):
    owner.post("/team/invite/", {"email": email, "role": role})
    return shown_link(owner)


def sign_in_link(owner, person):
    owner.post("/team/link/", {"person": person.pk})
    return shown_link(owner)


def follow(path, client=None):
    client = client or Client()
    client.get(path)
    return client


def takes_over(owner, person):
    """An owner makes a sign-in link for somebody and uses it: knows the password from then on."""
    follow(sign_in_link(owner, person)).post("/join/", {"password": KNOWN_TO_BEN})


def by_sinch(organisation):
    client = Client()
    client.post("/login/", GLOBEX)
    return client, client.post("/login/organisation/", {"organisation": organisation})


def accepted(path, email, password, given=""):
    """Signs in from the link's page and accepts, with a new password where one is `given`."""
    client = follow(path)
    fields = {"kind": "member", "identity": email, "password": password, "next": "/join/"}
    assert client.post("/login/", fields)["Location"] == "/join/"
    return client, client.post("/join/", {"password": given})


def test_at_a_link_no_password_is_compared_not_even_the_right_one(acme, ben):
    path = invitation(ben, "otto@example.com")
    for password in [*(f"a wrong password {turn}" for turn in range(7)), PASSWORD]:
        client = follow(path)
        response = client.post("/join/", {"name": "Otto Oper", "password": password})
        assert (response.status_code, inside(client)) == (422, False)
        assert "has a sign-in here already" in response.content.decode()
    assert not Guess.objects.filter(key__startswith="identity", wrong__gt=0).exists()
    assert signed_in("otto@example.com").get("/you/").status_code == 200


def test_new_links_give_no_new_tries_at_a_password(acme, ben):
    statuses, clients = [], [follow(invitation(ben, "otto@example.com")) for _ in range(4)]
    for turn in range(10):
        client = clients[turn % 4]
        fields = {"kind": "member", "identity": "otto@example.com", "password": f"wrong {turn}", "next": "/join/"}
        statuses.append(client.post("/login/", fields).status_code)
    assert statuses == [422] * 8 + [429] * 2
    assert "Otto Oper" in Entry.objects.filter(account=acme, state="failed").latest("id").message


def test_the_page_of_a_link_is_the_same_whether_the_e_mail_has_a_sign_in_or_not(acme, ben):
    pages = []
    for email in ("otto@example.com", "nia2@example.com"):
        page = follow(invitation(ben, email)).get("/join/").content.decode()
        pages.append(re.sub(r'value="[^"]{40,}"', "", page).replace(email, ""))
    assert pages[0] == pages[1]
    assert "Sign in and accept" in pages[0]


def test_a_weak_password_is_refused_before_anything_is_told_of_the_e_mail(acme, ben):
    pages = []
    for email in ("otto@example.com", "nia2@example.com"):
        response = follow(invitation(ben, email)).post("/join/", {"name": "Nia", "password": "short"})
        pages.append(found(r'role="alert"><span>(.*?)</span>', response.content.decode()))
    assert pages[0] == pages[1]


def test_who_has_a_sign_in_signs_in_and_accepts(acme, ben):
    client = follow(invitation(ben, "otto@example.com", "auditor"))
    assert 'value="otto@example.com"' in client.get("/login/?kind=member&next=/join/").content.decode()
    client, response = accepted(invitation(ben, "otto@example.com", "auditor"), "otto@example.com", PASSWORD)
    assert response.status_code == 302
    assert inside(client, THEIRS)
    assert Membership.objects.get(person__login="otto@example.com", account=account(THEIRS)).role == "auditor"
    joined = Entry.objects.get(action="join")
    assert (joined.account, joined.actor_name, joined.address) == (account(THEIRS), "Otto Oper", "127.0.0.1")
    assert "invited by Ben Bow" in joined.message


def test_who_is_signed_in_already_only_accepts(acme, ben):
    otto = signed_in("otto@example.com")
    page = follow(invitation(ben, "otto@example.com"), otto).get("/join/").content.decode()
    assert re.search(r"You join as (<[^>]+>)+Otto Oper", page)
    assert 'name="password"' not in page
    otto.post("/join/")
    assert inside(otto, THEIRS)


def test_accepting_wants_the_second_factor_of_whoever_has_one(acme, ben):
    otto, seed = Person.objects.get(login="otto@example.com"), factor.new_seed()
    codes = factor.begin(otto, seed, pyotp.TOTP(seed).now()) or []
    client = follow(invitation(ben, "otto@example.com"))
    fields = {"kind": "member", "identity": "otto@example.com", "password": PASSWORD, "next": "/join/"}
    assert client.post("/login/", fields)["Location"] == "/login/code/"
    assert client.post("/join/", {"name": "Otto", "password": NEW}).status_code == 422
    assert client.post("/login/code/", {"code": codes[0]})["Location"] == "/join/"
    client.post("/join/")
    assert inside(client, THEIRS)


def test_who_is_in_no_team_any_more_signs_in_to_accept_and_for_nothing_else(acme, ben):
    Membership.objects.filter(person__login="otto@example.com").update(is_active=False)
    path = invitation(ben, "otto@example.com")
    assert not inside(signed_in("otto@example.com"))
    client, _ = accepted(path, "otto@example.com", PASSWORD)
    assert inside(client, THEIRS)


def test_somebody_else_who_is_signed_in_does_not_accept(acme, ben):
    vera = signed_in("vera@example.com")
    page = follow(invitation(ben, "otto@example.com"), vera).get("/join/").content.decode()
    assert re.search(r"You are signed in as (<[^>]+>)+Vera Vogel", page)
    assert vera.post("/join/", {"name": "Vera", "password": NEW}).status_code == 422
    assert not Membership.objects.filter(person__name="Vera Vogel", account=account(THEIRS)).exists()


def test_a_password_changed_between_sign_in_and_accepting_ends_it(acme, ben):
    client = follow(invitation(ben, "otto@example.com"))
    client.post("/login/", {"kind": "member", "identity": "otto@example.com", "password": PASSWORD, "next": "/join/"})
    with_password(otto := Person.objects.get(login="otto@example.com"), "otto@example.com")
    otto.set_password(NEW)
    otto.save()
    assert client.post("/join/", {"name": "Otto", "password": KNOWN_TO_BEN}).status_code == 422
    assert not Membership.objects.filter(person=otto, account=account(THEIRS)).exists()


def test_a_password_set_by_a_link_opens_no_team_that_is_entered_afterwards_by_sinch(ben, hank):
    takes_over(ben, hank)
    client, entered = by_sinch(TRIALS)
    assert entered["Location"] == "/you/#password"
    assert "Set a new one here" in client.get("/you/").content.decode()
    thief = signed_in("hank@example.com", KNOWN_TO_BEN)
    assert inside(thief, THEIRS)
    thief.post("/login/organisation/", {"organisation": TRIALS})
    assert not inside(thief, TRIALS)
    assert "Globex Trials" not in thief.get("/login/organisation/").content.decode()
    assert "Globex Trials" not in thief.get("/you/").content.decode()


def test_a_new_password_set_where_only_sinch_opens_is_ones_own_everywhere(ben, hank):
    takes_over(ben, hank)
    client, _ = by_sinch(TRIALS)
    fields = {"login": "hank@example.com", "name": "Hank Rivers", "current": KNOWN_TO_BEN}
    page = client.post("/you/password/", fields | {"password": KNOWN_TO_BEN}, follow=True).content.decode()
    assert "Choose a password that is new" in page
    client.post("/you/password/", fields | {"password": NEW})
    assert not inside(signed_in("hank@example.com", KNOWN_TO_BEN))
    mine = signed_in("hank@example.com", NEW)
    for organisation in (THEIRS, TRIALS):
        mine.post("/login/organisation/", {"organisation": organisation})
        assert inside(mine, organisation)


def test_whoever_knows_it_makes_it_no_better_by_changing_it(ben, hank):
    takes_over(ben, hank)
    by_sinch(TRIALS)
    thief = signed_in("hank@example.com", KNOWN_TO_BEN)
    fields = {"login": "hank@example.com", "name": "Hank Rivers", "current": KNOWN_TO_BEN, "password": NEW}
    thief.post("/you/password/", fields)
    assert Person.objects.get(pk=hank.pk).check_password(NEW)
    thief = signed_in("hank@example.com", NEW)
    thief.post("/login/organisation/", {"organisation": TRIALS})
    assert not inside(thief, TRIALS)
    page = thief.post("/you/password/", fields | {"name": "Other", "current": NEW, "password": ""}, follow=True)
    assert "Sign in to that team first" in page.content.decode()


def test_nobody_is_invited_by_who_could_not_come_in_once_there_are_two(ben, hank):
    takes_over(ben, hank)
    client, _ = by_sinch(TRIALS)
    client.post("/team/invite/", {"email": "nia@example.com", "role": "viewer"})
    assert not Invitation.objects.filter(account__organisation_id=TRIALS).exists()


def test_a_team_that_takes_somebody_in_again_is_not_opened_by_it(acme, ben, mia, signed_in_owner):
    there = Membership.objects.create(person=mia, account=acme, role=Role.OWNER, is_active=False)
    takes_over(ben, mia)
    page = signed_in_owner.post("/team/activate/", {"person": mia.pk}, follow=True).content.decode()
    assert "invite them anew" in page
    thief = signed_in("mia@example.com", KNOWN_TO_BEN)
    assert inside(thief, THEIRS)
    thief.post("/login/organisation/", {"organisation": acme.organisation_id})
    assert not inside(thief, ACME)
    Membership.objects.filter(person=mia).exclude(pk=there.pk).update(is_active=False)
    assert not inside(signed_in("mia@example.com", KNOWN_TO_BEN))


@pytest.fixture
def signed_in_owner(acme):
    return signed_in("owen@example.com")


def test_who_accepts_with_a_password_of_another_teams_link_sets_a_new_one(acme, ben, mia, signed_in_owner):
    takes_over(ben, mia)
    path = invitation(signed_in_owner, "mia@example.com", "owner")
    client, refused = accepted(path, "mia@example.com", KNOWN_TO_BEN, KNOWN_TO_BEN)
    assert refused.status_code == 422
    assert 'autocomplete="new-password"' in refused.content.decode()
    assert client.post("/join/").status_code == 422
    client.post("/join/", {"password": NEW})
    assert inside(client, ACME)
    assert not inside(signed_in("mia@example.com", KNOWN_TO_BEN))
    mine = signed_in("mia@example.com", NEW)
    mine.post("/login/organisation/", {"organisation": account(THEIRS).organisation_id})
    assert inside(mine, THEIRS)


def test_a_password_that_came_with_an_invitation_is_of_that_team_too(acme, ben, signed_in_owner):
    client = follow(invitation(ben, "nia@example.com"))
    client.post("/join/", {"name": "Nia N", "password": KNOWN_TO_BEN})
    Membership.objects.create(person=Person.objects.get(name="Nia N"), account=acme, role=Role.OWNER)
    thief = signed_in("nia@example.com", KNOWN_TO_BEN)
    assert inside(thief, THEIRS)
    thief.post("/login/organisation/", {"organisation": acme.organisation_id})
    assert not inside(thief, ACME)


def test_the_session_that_is_open_ends_where_its_password_came_from_elsewhere(acme, mia):
    Membership.objects.create(person=mia, account=acme, role=Role.VIEWER)
    client = signed_in("mia@example.com")
    client.post("/login/organisation/", {"organisation": acme.organisation_id})
    assert inside(client, ACME)
    Person.objects.filter(pk=mia.pk).update(password_from=account(THEIRS))
    assert not inside(client)


def test_a_link_that_can_be_mailed_is_shown_to_nobody_but_the_person(ben, mia, settings):
    settings.MAIL_IS_SET_UP = True
    ben.post("/team/link/", {"person": mia.pk})
    page = ben.get("/team/").content.decode()
    assert "data-link" not in page
    assert "It was sent to mia@example.com" in page
    path = found(r"http://[^/]+(/join/\S+)", str(mail.outbox[0].body))
    assert (mail.outbox[0].to, path in page) == (["mia@example.com"], False)
    client = follow(path)
    client.post("/join/", {"password": NEW})
    assert inside(client, THEIRS)


def test_a_link_that_could_not_be_mailed_is_taken_back(ben, mia, settings):
    settings.MAIL_IS_SET_UP, settings.EMAIL_BACKEND = True, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = ben.post("/team/link/", {"person": mia.pk}, follow=True).content.decode()
    assert "could not be sent, so there is no link" in page
    assert "data-link" not in page
    assert Invitation.objects.get().closed_at


def test_which_e_mails_are_taken_is_found_out_a_few_times_only(acme, signed_in_owner):
    fields = {"name": "Owen Own", "current": PASSWORD}
    said = [
        signed_in_owner.post("/you/password/", fields | {"login": "otto@example.com"}, follow=True).content.decode()
        for _ in range(6)
    ]
    assert all("cannot be your sign-in" in page for page in said[:5])
    assert "too many wrong tries" in said[5]
    assert Entry.objects.filter(actor__name="Owen Own", message__contains="wrong new e-mail").count() == 5
