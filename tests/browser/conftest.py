"""A real Chromium and the widget's own test server. Where there is no Chromium these tests say so and are skipped."""

import os
import shutil
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.widget_server import WidgetServer, start

CHROMIUM = (
    os.environ.get("MADOGUCHI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-features=LocalNetworkAccessChecks"]


# Not for the whole session: while Playwright runs, no other test can run an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, started once a module."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found (looked for chromium, chromium-browser, google-chrome and MADOGUCHI_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WidgetServer]:
    """The widget's test server on a free port, started once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    running, stop = start(tmp_path_factory.mktemp("widget") / "var", port)
    yield running
    stop()


@pytest.fixture
def server(running_server: WidgetServer) -> WidgetServer:
    """The widget's test server as if nobody had been there."""
    running_server.reset()
    return running_server


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile on a small phone, in Japan."""
    context = chromium.new_context(
        viewport={"width": 320, "height": 640}, locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce"
    )
    context.set_default_timeout(8000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail."""
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    assert failures == []
