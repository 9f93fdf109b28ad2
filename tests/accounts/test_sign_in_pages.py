import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.urls import reverse

from numberadmin.accounts.models import Session
from numberadmin.audit.models import Entry
from numberadmin.sandbox import sample
from numberadmin.services import remote

pytestmark = pytest.mark.django_db
JANE = {"identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD}
GLOBEX = {"identity": sample.GLOBEX_IDENTITY, "password": sample.GLOBEX_PASSWORD}
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inventory/?q=415", "HX-Target": "listing"}


@pytest.fixture
def somebody(sinch) -> Client:
    return Client()


def level(response):
    return response.content.decode().partition('data-message="')[2].partition('"')[0]


def test_signing_in_leads_to_the_inventory(somebody):
    response = somebody.post("/login/", JANE, follow=True)
    assert response.redirect_chain[-1][0] == "/inventory/"
    assert "Acme Telecom" in response.content.decode()


def test_a_wrong_password_is_said_on_the_page_and_nobody_is_signed_in(somebody):
    response = somebody.post("/login/", JANE | {"password": "wrong"})
    assert "the password is wrong" in response.content.decode()
    assert level(response) == "error"
    assert somebody.get("/inventory/").status_code == 302


def test_an_unreachable_sinch_is_said_otherwise(somebody, settings):
    settings.SINCH_USER_URL = "http://127.0.0.1:9"
    remote.client.cache_clear()
    page = somebody.post("/login/", JANE).content.decode()
    assert "could not be reached" in page
    assert "password is wrong" not in page


def test_the_password_is_not_given_back_to_the_page(somebody):
    page = somebody.post("/login/", JANE | {"password": "canary-8f2"}).content.decode()
    assert sample.DEMO_IDENTITY in page
    assert "canary-8f2" not in page


def test_several_organisations_are_asked_for(somebody):
    response = somebody.post("/login/", GLOBEX, follow=True)
    assert response.redirect_chain == [("/login/organisation/", 302)]
    assert somebody.get("/inventory/").status_code == 302
    somebody.post("/login/organisation/", {"organisation": sample.GLOBEX_WITHOUT_ACCOUNTING})
    assert somebody.get("/inventory/").status_code == 200


def test_an_organisation_that_was_not_offered_is_not_entered(somebody):
    somebody.post("/login/", GLOBEX)
    response = somebody.post("/login/organisation/", {"organisation": sample.DEMO_ORGANISATION}, follow=True)
    assert level(response) == "error"
    assert somebody.get("/inventory/").status_code == 302


def test_the_name_of_an_organisation_is_text_and_not_markup(somebody):
    page = somebody.post("/login/", GLOBEX, follow=True).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_that_was_asked_for_is_come_back_to(somebody):
    asked = somebody.get("/inventory/?q=415")
    assert asked.url == "/login/?next=%2Finventory%2F%3Fq%3D415"
    response = somebody.post("/login/", JANE | {"next": "/inventory/?q=415"})
    assert response.url == "/inventory/?q=415"


@pytest.mark.parametrize(
    "url",
    ["//evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example", "/\t/evil.example", "\\"],
)
def test_another_site_is_never_come_back_to(somebody, url):
    assert somebody.post("/login/", JANE | {"next": url}).url == "/inventory/"


def test_a_session_that_ended_sends_htmx_to_sign_in_and_back_to_its_page(somebody, sinch):
    somebody.post("/login/", JANE)
    Session.objects.all().delete()
    response = somebody.post("/inventory/refresh/", headers=HTMX)
    assert response["HX-Redirect"] == "/login/?next=%2Finventory%2F%3Fq%3D415"


def test_an_instance_that_sinch_ended_sends_htmx_to_sign_in_with_the_reason(somebody, sinch):
    somebody.post("/login/", JANE)
    somebody.get("/inventory/")
    sinch.expire_instances()
    response = somebody.post("/inventory/refresh/", headers=HTMX)
    assert response["HX-Redirect"] == "/login/?next=%2Finventory%2F%3Fq%3D415"
    assert level(somebody.get("/login/")) == "warning"


def test_the_session_ends_with_the_instance(somebody, sinch):
    sinch.set(instance_lifetime=3)
    somebody.post("/login/", JANE)
    assert 0 < somebody.session.get_expiry_age() <= 3


def test_a_session_never_lasts_longer_than_twelve_hours(somebody):
    somebody.post("/login/", JANE)
    assert somebody.session.get_expiry_age() <= 12 * 3600


def test_the_secret_of_the_instance_is_sealed_in_the_session(somebody, sandbox):
    somebody.post("/login/", JANE)
    stored: SessionBase = somebody.session
    secrets = [instance.secret for instance in sandbox.state.instances.values()]
    assert secrets
    assert not any(secret in str(dict(stored.items())) for secret in secrets)


def test_signing_out_ends_the_session_on_the_server(somebody):
    somebody.post("/login/", JANE)
    cookie = somebody.cookies["sessionid"].value
    response = somebody.post("/logout/")
    assert (response.url, response["Clear-Site-Data"]) == ("/login/", '"cache", "storage"')
    somebody.cookies["sessionid"] = cookie
    assert somebody.get("/inventory/").status_code == 302


def test_the_session_id_changes_at_sign_in(somebody):
    somebody.post("/login/", GLOBEX)
    before = somebody.session.session_key
    somebody.post("/login/organisation/", {"organisation": sample.GLOBEX_ORGANISATION})
    assert somebody.session.session_key != before


def test_signing_in_and_out_is_in_the_audit(somebody):
    somebody.post("/login/", JANE)
    somebody.post("/logout/")
    assert list(Entry.objects.order_by("id").values_list("action", "actor_name")) == [
        ("sign-in", "Jane Bloggs"),
        ("sign-out", "Jane Bloggs"),
    ]


@pytest.mark.parametrize("name", ["home", "shop", "cart", "inventory", "applications", "audit", "export"])
def test_without_a_session_each_page_leads_to_sign_in(somebody, name):
    assert somebody.get(reverse(name)).url.startswith("/login/")


def test_health_needs_no_session(client):
    assert client.get("/healthz").status_code == 200
