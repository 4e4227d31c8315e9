"""LINE with everything real but LINE itself."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from bot.assistant import Assistant
from bot.pace import Pace
from connectors.line import receive
from connectors.line.settings import LineSettings
from tests.connectors.contract import House
from tests.connectors.fakes.line import SECRET, TOKEN, FakeLine
from tests.connectors.line_driver import LineDriver


@pytest.fixture(scope="session")
def line_server() -> Iterator[FakeLine]:
    """A LINE that runs for the whole session."""
    line = FakeLine()
    line.hang_seconds = 1.0
    line.start()
    yield line
    line.stop()


@pytest.fixture
def line(line_server: FakeLine) -> FakeLine:
    """The running LINE, as if it were new."""
    for kept in (line_server.shown, line_server.problems, line_server.requests, line_server.failures, line_server.left, line_server.loading):
        kept.clear()
    line_server.rich_menus.clear()
    line_server.webhook_endpoint, line_server.webhook_active, line_server.chat_mode = "https://example.invalid/line/webhook", True, "bot"
    line_server.monthly_limit, line_server.failure_rate = None, 0.0
    line_server.pushes = line_server.replies = 0
    return line_server


@pytest.fixture
def line_config(line: FakeLine) -> LineSettings:
    """Settings that lead to the pretended LINE."""
    return LineSettings(
        channel_secret=SecretStr(SECRET), channel_access_token=SecretStr(TOKEN), api_url=line.url, data_url=line.url, timeout_seconds=0.5, _env_file=None
    )  # type: ignore[call-arg]


@pytest.fixture
def driver(sessions: sessionmaker[Session], assistant: Assistant, now: datetime, line: FakeLine, line_config: LineSettings) -> Iterator[LineDriver]:
    """A person on LINE."""
    house = House(sessions, assistant, now)
    line.clock = lambda: house.now.timestamp()
    app = FastAPI()
    sender = receive.install(app, line_config)
    assert sender is not None
    sender.pace = Pace(10_000, monotonic=lambda: house.now.timestamp(), sleep=lambda _seconds: None)
    house.senders = {"line": sender}
    app.state.sessions, app.state.live, app.state.clock = sessions, house.live, lambda: house.now
    with TestClient(app) as client:
        yield LineDriver(house, client, line)
