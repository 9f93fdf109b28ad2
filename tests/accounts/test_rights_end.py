"""What somebody may no longer do, nothing that they made before does for them."""

import pytest
from django.test import Client

from numberadmin.accounts.models import Account, Invitation, Membership, Person
from numberadmin.accounts.roles import Role
from numberadmin.audit.models import Entry
from numberadmin.services import invitations
from numberadmin.services.models import Request
from tests.dashboard import found
from tests.services.people import member

pytestmark = pytest.mark.django_db
NEW = {"name": "Ben Again", "password": "quite another long one"}


@pytest.fixture
def ben(acme, signed_in):
    """Another owner, signed in, beside Owen."""
    member(acme, "Ben Bow", Role.OWNER)
    return signed_in("ben")


def person(name):
    return Person.objects.get(name=name).pk


def link(owner, path="/team/invite/", **fields):
    owner.post(path, fields or {"email": "second@example.com", "role": "owner"})
    return found(r'value="http://[^/"]+(/join/[^"]+)"', owner.get("/team/").content.decode())


def follow(path, **fields):
    client = Client()
    client.get(path)
    return client.post("/join/", fields or NEW), client


@pytest.mark.parametrize(
    ("path", "fields"), [("/team/deactivate/", {}), ("/team/role/", {"role": "operator"})], ids=["out", "no owner"]
)
def test_links_of_an_owner_who_is_one_no_longer_open_nothing(acme, ben, signed_in, path, fields):
    invited, sign_in = link(ben), link(ben, "/team/link/", person=person("Vera Vogel"))
    owner = signed_in("owner")
    page = owner.post(path, {"person": person("Ben Bow"), **fields}, follow=True).content.decode()
    assert "2 links that they had made or were to use closed." in page
    for path in (invited, sign_in):
        response, client = follow(path)
        assert response.status_code == 404
        assert client.get("/inventory/").status_code == 302
    assert not Person.objects.filter(login="second@example.com").exists()
    assert "data-invitation=" not in owner.get("/team/").content.decode()


def test_a_link_stays_shut_whatever_way_its_maker_lost_the_role(acme, ben):
    path = link(ben)
    Membership.objects.filter(person=person("Ben Bow")).update(role=Role.VIEWER)
    assert follow(path)[0].status_code == 404
    Membership.objects.filter(person=person("Ben Bow")).update(role=Role.OWNER)
    assert follow(path)[0].status_code == 302


def test_a_link_for_somebody_who_was_put_out_sets_no_password(acme, signed_in):
    owner = signed_in("owner")
    path = link(owner, "/team/link/", person=person("Vera Vogel"))
    owner.post("/team/deactivate/", {"person": person("Vera Vogel")})
    assert follow(path)[0].status_code == 404
    owner.post("/team/activate/", {"person": person("Vera Vogel")})
    assert follow(path)[0].status_code == 404


def test_a_link_stays_shut_whatever_way_somebody_was_put_out(acme, signed_in):
    path = link(signed_in("owner"), "/team/link/", person=person("Vera Vogel"))
    Membership.objects.filter(person=person("Vera Vogel")).update(is_active=False)
    assert not invitations.still_open(acme).exists()
    assert follow(path)[0].status_code == 404
    Membership.objects.filter(person=person("Vera Vogel")).update(is_active=True)
    assert follow(path)[0].status_code == 302


def test_a_link_of_the_server_for_somebody_who_was_put_out_is_over_and_no_error(acme, signed_in):
    token = invitations.link_from_the_server(account=acme, person=Person.objects.get(name="Vera Vogel"))
    signed_in("owner").post("/team/deactivate/", {"person": person("Vera Vogel")})
    response, _ = follow(f"/join/?invite={token}")
    assert response.status_code == 404
    assert "opens nothing any more" in response.content.decode()


def test_a_name_makes_nobody_the_server(acme, ben):
    """The mark is a column: an owner who is called like the program makes links like any other."""
    Person.objects.filter(name="Ben Bow").update(name="numberadmin")
    path = link(ben, "/team/link/", person=person("Vera Vogel"))
    other = Account.objects.create(organisation_id="42", name="Other")
    Membership.objects.create(person=Person.objects.get(name="Vera Vogel"), account=other)
    assert follow(path)[0].status_code == 422
    assert [row.by_server for row in Invitation.objects.all()] == [False]


@pytest.mark.parametrize(("path", "fields"), [("/team/deactivate/", {}), ("/team/role/", {"role": "viewer"})])
def test_a_request_of_somebody_who_may_not_buy_any_more_waits_no_longer(acme, signed_in, path, fields):
    buyer = Person.objects.get(name="Bea Buy")
    Request.objects.create(account=acme, operation="6" * 32, asked_by=buyer, mark="m", lines=[])
    page = signed_in("owner").post(path, {"person": buyer.pk, **fields}, follow=True)
    assert "1 request of theirs for a checkout ended." in page.content.decode()
    assert Request.objects.get().state == "declined"
    assert "1 request of theirs" in Entry.objects.latest("id").message


@pytest.mark.parametrize("path", ["/team/activate/", "/team/role/", "/team/deactivate/"])
def test_an_invitation_from_before_gives_nobody_back_what_was_changed_since(acme, signed_in, path):
    """Vera was put out, was to come back as an owner, and then something else was decided."""
    vera, owner = person("Vera Vogel"), signed_in("owner")
    owner.post("/team/deactivate/", {"person": vera})
    link_as_owner = link(owner, email="vera@example.com", role="owner")
    Membership.objects.filter(person=vera).update(is_active=path != "/team/activate/")
    owner.post(path, {"person": vera, "role": "auditor"})
    client = signed_in("vera") if path != "/team/deactivate/" else Client()
    client.get(link_as_owner)
    assert client.post("/join/").status_code == 404
    row = Membership.objects.get(person=vera)
    assert (row.role, row.is_active) == ("auditor" if "role" in path else "viewer", path != "/team/deactivate/")


def test_who_is_in_the_team_takes_no_role_by_a_link(acme, ben, signed_in):
    Membership.objects.filter(person=person("Vera Vogel")).update(is_active=False)
    path = link(ben, email="vera@example.com", role="owner")
    Membership.objects.filter(person=person("Vera Vogel")).update(is_active=True)
    vera = signed_in("vera")
    vera.get(path)
    assert "in the team of Acme Telecom already" in vera.post("/join/").content.decode()
    assert Membership.objects.get(person=person("Vera Vogel")).role == "viewer"


def test_a_link_of_an_owner_who_stays_one_opens_what_it_should(acme, ben, signed_in):
    path = link(ben)
    signed_in("owner").post("/team/deactivate/", {"person": person("Vera Vogel")})
    assert follow(path)[1].get("/inventory/").status_code == 200
