import pytest

from numberadmin.sandbox.control import Control
from tests.sandbox.people import Person, refused


def test_organisations_come_as_a_list_with_ids_as_texts(jane: Person) -> None:
    (acme,) = jane.ask("GET", "/v1/organisations", host="api").json()
    assert (acme["id"], acme["name"], acme["countryId"]) == ("8888123", "Acme Telecom", "US")


def test_they_can_be_told_to_come_as_one_object(jane: Person, control: Control) -> None:
    control.set(organisations_shape="object")
    assert jane.ask("GET", "/v1/organisations", host="api").json()["id"] == "8888123"


def test_a_person_may_own_several_with_little_said_about_them(hank: Person) -> None:
    script, trials = hank.ask("GET", "/v1/organisations", host="api").json()
    assert "<script>alert(1)</script>" in script["name"]
    assert set(trials) == {"id", "name"}


PATHS = [("GET", ""), ("GET", "/shop"), ("PUT", "/shop"), ("POST", "/shop")]


@pytest.mark.parametrize(("verb", "rest"), PATHS)
@pytest.mark.parametrize("organisation", ["8888123", "1", "x"])
def test_another_owners_organisation_is_closed(hank: Person, verb: str, rest: str, organisation: str) -> None:
    body = {"groupId": 13, "quantity": 1, "referenceIds": ["x"]} if verb != "GET" else None
    answer = hank.ask(verb, f"/v1/organisations/id/{organisation}/numbers{rest}", body)
    assert refused(answer) == 40300
    assert organisation in answer.json()["message"]


HOSTS = [
    ("portal", "GET", "/v1/organisations"),
    ("user", "GET", "/v1/organisations"),
    ("api", "GET", "/v1/organisations/id/8888123/numbers"),
    ("portal", "POST", "/v1/instance"),
    ("api", "POST", "/v1/users/email/demo@example.com/authentication"),
    ("portal", "GET", "/v1/applications"),
]


@pytest.mark.parametrize(("host", "verb", "path"), HOSTS)
def test_what_belongs_to_another_host_is_not_found(jane: Person, host: str, verb: str, path: str) -> None:
    assert refused(jane.ask(verb, path, host=host)) == 40400


def test_a_verb_that_is_not_there_is_refused(jane: Person) -> None:
    assert refused(jane.ask("DELETE", "/v1/organisations", host="api")) == 40500
