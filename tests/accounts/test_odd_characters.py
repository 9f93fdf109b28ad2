"""What no database keeps comes by cookie, query or form, and never becomes an error or a row."""

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from numberadmin import text
from numberadmin.audit.models import Entry
from numberadmin.taken import cleaned
from tests.accounts.test_routes import OPEN, ROUTES, fields, path

ODD = "a\0b"
NAMES = (
    *("replaces", "account", "next", "q", "reason", "note", "label", "title", "code", "accept", "seen", "session"),
    *("organisation", "page", "from", "application", "number", "at"),
)
CHANGING = {"deactivate", "logout"}
COOKIE = 'sessionid="\\000abcdefghij"; csrftoken="\\000"; device="\\000"; link="\\000"; messages="\\000"'
ANY = st.text(alphabet=st.characters(codec=None), max_size=5)


@pytest.mark.django_db
def test_nul_in_any_field_of_any_form_is_a_page_and_is_kept_nowhere(signed_in):
    asked = {name: f"{value}{ODD}" for name, value in fields().items()} | dict.fromkeys(NAMES, ODD)
    client, stranger = signed_in("owner"), Client()
    for name in sorted({*ROUTES, *OPEN} - CHANGING):
        for who in (stranger, client):
            assert who.post(path(name), asked).status_code < 500, name
    assert "\\x00" not in str(list(Entry.objects.values()))


@pytest.mark.django_db
def test_nul_in_a_query_or_a_cookie_is_a_page(signed_in):
    client, stranger = signed_in("owner"), Client()
    question = "?" + "&".join(f"{name}=a%00b" for name in (*NAMES, "%00"))
    for name in [*ROUTES, *OPEN]:
        assert client.get(path(name) + question).status_code < 500, name
        assert stranger.get(path(name) + question, headers={"Cookie": COOKIE}).status_code < 500, name


@pytest.mark.django_db
def test_a_part_in_an_encoding_that_there_is_not_is_a_page(client):
    part = b"--x\r\nContent-Disposition: form-data; name*=bogus''a\r\n\r\nb\r\n--x--\r\n"
    assert client.generic("POST", "/login/", part, content_type="multipart/form-data; boundary=x").status_code < 500


def plain(texts) -> bool:
    whole = "".join(texts)
    return "\0" not in whole and whole.encode(errors="ignore").decode() == whole


@bounds(max_examples=100, deadline=None)
@given(st.dictionaries(ANY, st.lists(ANY, min_size=1)))
def test_every_field_that_is_left_can_be_kept_and_the_others_are_untouched(values):
    sent = QueryDict(mutable=True)
    for name, texts in values.items():
        sent.setlist(name, texts)
    found = cleaned(sent)
    assert all(plain((name, *texts)) for name, texts in found.lists())
    untouched = {name: texts for name, texts in values.items() if text.clean(name) == name}
    for name, texts in untouched.items():
        assert {one for one in texts if text.clean_lines(one) == one} <= set(found.getlist(name))
