"""A real Chromium against a live server. Skipped as a whole only where there is no Chromium; the suite says so."""

import os
import shutil

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in _NAMES if (path := shutil.which(name))), "")
# Playwright's own event loop makes Django think that it is called from asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.browser)
            # Two browsers at once on two cores only slow each other down.
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def signed_in(chromium, live_server, client):
    """signed_in(user, viewport=PHONE) → a page of the live server in this person's session.

    A message on the browser's console (a refused script, a missing file) fails the test.
    """
    contexts, complaints = [], []

    def open_page(user, *, viewport=DESK):
        client.force_login(user)
        context = chromium.new_context(viewport=viewport, locale="zh-CN", accept_downloads=True)
        contexts.append(context)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(15_000)
        page.base = live_server.url
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A 404 that a test provokes is reported on the console as well; everything else is a fault of ours.
    assert [text for text in complaints if "404" not in text] == []


def runs_off_sideways(page) -> bool:
    """Whether the page is wider than its window, which on a phone means scrolling sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
