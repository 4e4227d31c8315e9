"""A real Chromium, a real server, and axe."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path(os.environ.get("MADOGUCHI_CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium. Where it is absent the test is skipped, or fails when MADOGUCHI_REQUIRE_BROWSER=1."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not there. Install Chromium (Debian: apt install chromium) or name it in MADOGUCHI_CHROMIUM."
        if os.environ.get("MADOGUCHI_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Run the application on a free port and give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="wsproto"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def axe_finds_nothing(page: Page) -> None:
    """Run all of axe's rules on the page as it stands."""
    found = Axe().run(page).response
    assert found["passes"], "axe looked at nothing"
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found["violations"]] == []


def no_sideways_scrolling(page: Page) -> None:
    """The page is not wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
