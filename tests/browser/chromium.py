"""What browser tests share: whether there is a Chromium, a real server, axe."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Page

CHROMIUM = os.environ.get("MADOGUCHI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def need_chromium() -> None:
    """Where Chromium is absent, skip the test and say so; fail it when REQUIRE_BROWSER=1."""
    if CHROMIUM and Path(CHROMIUM).exists():
        return
    reason = "Chromium is not there. Install it (Debian: apt install chromium) or name it in MADOGUCHI_CHROMIUM."
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


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
