"""Takes the pictures of the README: `make pictures`. The dashboard on a sandbox, after a little work."""

import os
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from numberadmin.sandbox import sample, start
from tests.dashboard import Visitor, dashboard
from tests.databases import new_database
from tests.tools import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = ViewportSize(width=1440, height=900)
SUPPORT, REMINDERS, TRACKING = list(sample.DEMO_APPLICATIONS)[:3]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        start(seed="demo") as sandbox,
        tempfile.TemporaryDirectory() as folder,
        dashboard(sandbox.urls, new_database(Path(folder))) as base,
    ):
        work(Visitor(base))
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM") or chromium.installed()
            browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
            take(browser.new_page(base_url=base, color_scheme="light", viewport=SIZE), "/inventory/", "inventory-light")
            take(browser.new_page(base_url=base, color_scheme="dark", viewport=SIZE), "/audit/", "audit-dark")
            browser.close()


def take(page: Page, url: str, name: str) -> None:
    page.goto("/login/")
    page.fill("[name=identity]", sample.DEMO_IDENTITY)
    page.fill("[name=password]", sample.DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inventory/")
    page.goto(url)
    page.screenshot(path=FOLDER / f"{name}.png")


def work(jane: Visitor) -> None:
    jane.sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    for key, name in sample.DEMO_APPLICATIONS.items():
        jane.post("/inventory/applications/", application_key=key, name=name)
    jane.get("/shop/")
    jane.post("/shop/reserve/", group_id=1, quantity=2)
    rented = re.findall(r'data-number="(\d+)"', jane.post("/shop/cart/checkout/").text)
    jane.post("/inventory/assign/", numbers=rented, application_key=SUPPORT, reason="Autumn campaign")
    moved = re.findall(r'data-number="(\d+)"', jane.get(f"/inventory/?application={REMINDERS}").text)[:1]
    jane.post("/inventory/assign/", numbers=moved, application_key=TRACKING, move="yes", reason="Wrong desk")
    jane.post("/inventory/unassign/", numbers=rented[:1], reason="One is enough")


if __name__ == "__main__":
    main()
