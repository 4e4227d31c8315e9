"""Telegram with everything real but Telegram itself."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from bot.assistant import Assistant
from bot.encryption import use_key_file
from bot.pace import Pace
from connectors.telegram import channel as telegram_channel
from connectors.telegram.settings import TelegramSettings
from tests.connectors.contract import House
from tests.connectors.fakes.telegram import SECRET, TOKEN, FakeTelegram
from tests.connectors.telegram_driver import TelegramDriver

PUBLIC_URL = "https://madoguchi.invalid"


@pytest.fixture(scope="session")
def telegram_server() -> Iterator[FakeTelegram]:
    """A Telegram that runs for the whole session."""
    telegram = FakeTelegram()
    telegram.hang_seconds = 1.0
    telegram.start()
    yield telegram
    telegram.stop()


@pytest.fixture
def telegram(telegram_server: FakeTelegram) -> FakeTelegram:
    """The running Telegram, as if it were new."""
    telegram_server.reset()
    return telegram_server


@pytest.fixture
def telegram_config(telegram: FakeTelegram) -> TelegramSettings:
    """Settings for a webhook that lead to the pretended Telegram."""
    return TelegramSettings(
        token=SecretStr(TOKEN), mode="webhook", webhook_secret=SecretStr(SECRET), api_url=telegram.url, timeout_seconds=0.5, _env_file=None
    )  # type: ignore[call-arg]


def _person(house: House, telegram: FakeTelegram, config: TelegramSettings) -> Iterator[TelegramDriver]:
    """A person on Telegram; the pace is not kept, since the test moves the clock."""
    telegram.clock, telegram.keeps_pace = (lambda: house.now.timestamp()), False
    app = FastAPI()
    app.state.sessions, app.state.live, app.state.clock = house.sessions, house.live, lambda: house.now
    channel = telegram_channel.install(app, config, PUBLIC_URL)
    assert channel is not None
    channel.sender.pace = Pace(10_000, monotonic=lambda: house.now.timestamp(), sleep=lambda _seconds: None)
    house.senders = {"telegram": channel.sender}
    with TestClient(app) as client:
        yield TelegramDriver(house, client, telegram, channel)
    channel.stop()


@pytest.fixture
def driver(
    sessions: sessionmaker[Session], assistant: Assistant, now: datetime, telegram: FakeTelegram, telegram_config: TelegramSettings
) -> Iterator[TelegramDriver]:
    """A person on Telegram, with the real model behind."""
    yield from _person(House(sessions, assistant, now), telegram, telegram_config)


@pytest.fixture
def quiet(sessions: sessionmaker[Session], now: datetime, telegram: FakeTelegram, telegram_config: TelegramSettings) -> Iterator[TelegramDriver]:
    """A person on Telegram whose messages are stored and not answered: no model is needed."""
    yield from _person(House(sessions, cast("Assistant", None), now), telegram, telegram_config)


@pytest.fixture
def keys(tmp_path: Path) -> None:
    """A key, which the data of buttons is sealed with."""
    use_key_file(tmp_path / "key")
