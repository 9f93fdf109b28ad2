"""A browser without JavaScript: it reads the forms of a page and sends them as they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from numberadmin.sandbox import sample
from tests import place as places
from tests.place import Place

Attributes = dict[str, str]


@dataclass
class Form:
    action: str = ""
    id: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)


class Markup(HTMLParser):
    """The elements of a page by their start tags, and its forms with what they would send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Attributes] = []
        self.forms: list[Form] = []
        self.fields: list[tuple[str, Attributes]] = []
        self.feed(text)
        for owner, item in self.fields:
            for form in self.forms:
                if form.id and form.id == owner:
                    form.fields.append((item["name"], item.get("value", "")))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        item = {name: value or "" for name, value in attrs}
        self.elements.append(item)
        if tag == "form":
            self.forms.append(Form(item.get("action", ""), item.get("id", "")))
        if tag == "input" and "name" in item and _is_sent(item):
            if "form" in item:
                self.fields.append((item["form"], item))
            else:
                self.forms[-1].fields.append((item["name"], item.get("value", "")))

    def with_attribute(self, name: str) -> list[Attributes]:
        return [item for item in self.elements if name in item]


def _is_sent(item: Attributes) -> bool:
    return item.get("type") not in ("checkbox", "radio") or "checked" in item


class Reader:
    """Somebody who reads pages and sends their forms."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        self.page = requests.Response()

    def open(self, path: str) -> Markup:
        self.page = self.session.get(urljoin(self.base, path), timeout=30)
        return Markup(self.page.text)

    def send(self, action: str, where: str = "", **changes: Any) -> Markup:
        """Sends the page's form to `action` that holds the value `where`; has to be answered by a redirect."""
        fields = self.fields(action, where)
        return self.post(action, [item for item in fields if item[0] not in changes], **changes)

    def fields(self, action: str, where: str = "") -> list[tuple[str, str]]:
        """What the page's form to `action` would send."""
        forms = [form.fields for form in Markup(self.page.text).forms if form.action == action]
        return next(fields for fields in forms if not where or where in dict(fields).values())

    def post(self, action: str, fields: list[tuple[str, str]], **changes: Any) -> Markup:
        for name, values in changes.items():
            fields = [*fields, *((name, value) for value in (values if isinstance(values, list) else [values]))]
        url = urljoin(self.page.url, action)
        self.sent = fields
        self.page = self.session.post(url, data=fields, headers={"Referer": self.page.url}, timeout=30)
        self.redirected = [answer.status_code for answer in self.page.history]
        return Markup(self.page.text)

    def messages(self) -> list[str]:
        return [item["data-message"] for item in Markup(self.page.text).with_attribute("data-message")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with places.place(tmp_path_factory.mktemp("dashboard")) as found:
        yield found


@pytest.fixture
def jane(place: Place) -> Reader:
    reader = Reader(place.base)
    reader.open("/login/")
    reader.send("/login/", identity=sample.DEMO_IDENTITY, password=sample.DEMO_PASSWORD)
    return reader
