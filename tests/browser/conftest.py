"""The dashboard and the sandbox as one place, and people who look at it in Chromium."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState

from numberadmin.sandbox import sample
from tests import place as places
from tests.dashboard import Visitor
from tests.place import Place
from tests.tools import chromium

SUPPORT, REMINDERS = list(sample.DEMO_APPLICATIONS)[:2]
# What a browser notes on its console of an answer with an error's status, and of a request that was cut off.
EXPECTED = ("the server responded with a status of 4", "net::ERR_FAILED", "htmx:sendError", "htmx:afterRequest")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = os.environ.get("CHROMIUM") or chromium.installed()
    assert path, "there is no Chromium on this machine: make test installs one"
    flags = [flag for flag in chromium.FLAGS if flag != "--headless"]
    return {"executable_path": path, "args": flags}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """With the names of the applications given."""
    with places.place(tmp_path_factory.mktemp("dashboard")) as found:
        visitor = Visitor(found.base)
        visitor.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
        visitor.get("/inventory/")
        for key, name in sample.DEMO_APPLICATIONS.items():
            visitor.post("/inventory/applications/", application_key=key, name=name)
        yield found


Look = Callable[..., Page]


@pytest.fixture
def look(browser: Browser, place: Place) -> Iterator[Look]:
    """Opens a browser at the dashboard; in the end its console has to be clean."""
    trouble: list[str] = []
    contexts: list[BrowserContext] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in EXPECTED):
            trouble.append(message.text)

    def opened(**options: Any) -> Page:
        context = browser.new_context(base_url=place.base, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []


def sign_in(page: Page) -> Page:
    page.goto("/login/")
    page.get_by_label("E-mail, number or user name").fill(sample.DEMO_IDENTITY)
    page.get_by_label("Password").fill(sample.DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inventory/")
    return page


@pytest.fixture(scope="module")
def cookies(browser: Browser, place: Place) -> StorageState:
    """What the browser of somebody keeps who has signed in."""
    with browser.new_context(base_url=place.base) as context:
        sign_in(context.new_page())
        return context.storage_state()


@pytest.fixture
def jane(look: Look, cookies: StorageState) -> Page:
    """Jane of Acme, signed in, with a wide screen."""
    page = look(viewport={"width": 1440, "height": 900}, storage_state=cookies)
    page.goto("/inventory/")
    return page


@pytest.fixture
def free(jane: Page) -> Callable[[int], list[str]]:
    """Some numbers that are in no application."""

    def numbers(count: int) -> list[str]:
        jane.goto("/inventory/?application=none")
        rows = jane.locator('tr[data-application-key=""]').all()
        return [row.get_attribute("data-number") or "" for row in rows[:count]]

    return numbers
