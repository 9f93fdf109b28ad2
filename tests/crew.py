"""A team that came together over the pages: its owner, and whoever was invited, each with a browser."""

import re

from numberadmin.sandbox import sample
from tests.dashboard import Visitor

OWNER, OWNER_PASSWORD = "jane@example.com", "jane has a long one"


def owner(base: str) -> Visitor:
    """Signed in with the Sinch account, with a password of her own."""
    jane = Visitor(base)
    jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    jane.post("/you/password/", login=OWNER, name="Jane Bloggs", password=OWNER_PASSWORD)
    return jane


def link(inviting: Visitor, email: str, role: str, **powers: str) -> str:
    """The path of a new invitation."""
    page = inviting.post("/team/invite/", email=email, role=role, **powers).text
    found = re.search(r'value="https?://[^/"]+(/join/\?invite=[^"]+)"', page)
    assert found, "no link was shown"
    return found[1]


def joined(inviting: Visitor, name: str, role: str, **powers: str) -> Visitor:
    """Somebody new, who has followed a link and is signed in; the e-mail is the first name's."""
    first = name.split(maxsplit=1)[0].lower()
    person = Visitor(inviting.base)
    person.get(link(inviting, f"{first}@example.com", role, **powers))
    page = person.post("/join/", name=name, password=f"{first} has a long one")
    assert name in page.text
    return person


def person_id(inviting: Visitor, name: str) -> str:
    """What the team's page calls somebody."""
    rows = re.split(r'data-person="', inviting.get("/team/").text)[1:]
    return next(row.split('"')[0] for row in rows if f"<b><bdi>{name}</bdi></b>" in row)
