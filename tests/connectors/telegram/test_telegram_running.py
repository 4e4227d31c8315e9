"""The whole application on Telegram, as it is served: polling, start-up, and what happens while Telegram is away."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

from bot import bootstrap, cli
from bot.assistant import Assistant
from bot.models import Message
from bot.settings import Settings
from connectors.telegram.settings import WEBHOOK_PATH, telegram_settings
from connectors.telegram.wording import wording
from tests.connectors.fakes.telegram import SECRET, TOKEN, FakeTelegram

PERSON = 515151


def wait_until(condition: Callable[[], Any]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, telegram: FakeTelegram) -> Iterator[pytest.MonkeyPatch]:
    """An environment that names the pretended Telegram."""
    for name, value in {"TOKEN": TOKEN, "API_URL": telegram.url, "TIMEOUT_SECONDS": "2", "POLL_SECONDS": "1"}.items():
        monkeypatch.setenv(f"MADOGUCHI_TELEGRAM_{name}", value)
    telegram_settings.cache_clear()
    yield monkeypatch
    telegram_settings.cache_clear()


@contextmanager
def serving(assistant: Assistant | None, settings: Settings) -> Iterator[bootstrap.Parts]:
    parts = bootstrap.assemble(settings.model_copy(update={"models_dir": settings.data_dir / "none"}))
    parts.assistant = assistant
    with TestClient(bootstrap.create_app(parts)):
        yield parts


def incoming(parts: bootstrap.Parts) -> list[str]:
    with parts.sessions() as session:
        rows = session.scalars(select(Message).where(Message.direction == "in", Message.kind == "text").order_by(Message.id))
        return [row.content["text"] for row in rows]


def test_a_person_is_greeted_and_answered_by_polling_at_telegrams_pace(
    environment: pytest.MonkeyPatch, telegram: FakeTelegram, assistant: Assistant, settings: Settings
) -> None:
    telegram.webhook = {"url": "https://left-over.invalid"}
    with serving(assistant, settings):
        wait_until(lambda: telegram.commands)
        assert {command["command"] for command in telegram.commands} == {"start", "help", "human", "pause", "restart", "delete", "privacy"}
        assert telegram.webhook == {}, "a webhook left from before would keep us from polling"
        telegram.queue(telegram.message(PERSON, text="/start"))
        wait_until(lambda: any("困り" in bubble.text for bubble in telegram.seen_by(str(PERSON))))
        telegram.queue(telegram.message(PERSON, text="消してほしい"))
        wait_until(lambda: any(bubble.buttons for bubble in telegram.seen_by(str(PERSON))))
        telegram.queue(telegram.press(PERSON, "いいえ、残す"))
        wait_until(lambda: telegram.toasts == [""] and telegram.messages[int(telegram.seen_by(str(PERSON))[-1].request)].sent_at)
        wait_until(lambda: not telegram.updates)
    assert telegram.actions, "typing was shown"
    assert telegram.problems == [] and telegram.too_fast == 0


def test_an_update_is_forgotten_by_telegram_only_after_it_was_stored(
    environment: pytest.MonkeyPatch, telegram: FakeTelegram, settings: Settings
) -> None:
    broken = telegram.update(message={"text": "no id, no chat"})
    telegram.queue(telegram.message(PERSON, text="一"), broken, telegram.message(PERSON, text="二"))
    repeated = list(telegram.updates)
    with serving(None, settings) as parts:
        wait_until(lambda: incoming(parts) == ["一", "二"])
        wait_until(lambda: not telegram.updates)
    telegram.queue(*repeated)  # as after a kill before Telegram heard that we have them
    with serving(None, settings) as parts:
        wait_until(lambda: not telegram.updates)
        assert incoming(parts) == ["一", "二"]


def test_telegram_may_be_away_when_we_start_and_come_back_later(
    environment: pytest.MonkeyPatch, telegram: FakeTelegram, settings: Settings
) -> None:
    telegram.stop()
    try:
        with serving(None, settings) as parts:
            time.sleep(0.5)
            telegram.start()
            telegram.queue(telegram.message(PERSON, text="もしもし"))
            wait_until(lambda: incoming(parts) == ["もしもし"])
            telegram.stop()
            time.sleep(0.5)
            telegram.start()
            telegram.queue(telegram.message(PERSON, text="まだいますか"))
            wait_until(lambda: incoming(parts) == ["もしもし", "まだいますか"])
    finally:
        telegram.stop()
        telegram.start()


def test_a_second_server_with_our_token_loses_us_nothing(environment: pytest.MonkeyPatch, telegram: FakeTelegram, settings: Settings) -> None:
    with serving(None, settings) as parts:
        wait_until(lambda: telegram.commands and any("getupdates" in path.lower() for path, _ in telegram.requests))
        until = time.monotonic() + 30
        while not telegram.conflicts:  # the other one asks, and Telegram ends the question that we hold open
            assert time.monotonic() < until, "two pollers never met"
            httpx.post(f"{telegram.url}/bot{TOKEN}/getUpdates", data={"timeout": "0"}, timeout=10)
        telegram.queue(telegram.message(PERSON, text="もしもし"))
        wait_until(lambda: incoming(parts) == ["もしもし"])


def test_a_fault_of_ours_in_one_update_silences_nobody_else(
    environment: pytest.MonkeyPatch, telegram: FakeTelegram, settings: Settings
) -> None:
    from connectors.telegram import channel, receive

    real = receive.receive

    def faulty(house: Any, update: Any) -> Any:
        if update.message and update.message.text == "壊れる":
            raise RuntimeError("a fault of ours")
        return real(house, update)

    environment.setattr(channel, "receive", faulty)
    telegram.queue(telegram.message(1, text="壊れる"), telegram.message(PERSON, text="もしもし"))
    with serving(None, settings) as parts:
        wait_until(lambda: incoming(parts) == ["もしもし"])


def test_the_webhook_is_named_with_its_secret_and_never_with_the_token(
    environment: pytest.MonkeyPatch, telegram: FakeTelegram, settings: Settings
) -> None:
    environment.setenv("MADOGUCHI_TELEGRAM_MODE", "webhook")
    environment.setenv("MADOGUCHI_TELEGRAM_WEBHOOK_SECRET", SECRET)
    with serving(None, settings.model_copy(update={"public_url": "https://madoguchi.invalid/"})):
        wait_until(lambda: telegram.commands)
        assert telegram.webhook["url"] == f"https://madoguchi.invalid{WEBHOOK_PATH}"
        assert (telegram.webhook["secret_token"], telegram.webhook["max_connections"]) == (SECRET, "1")
    assert telegram.problems == []


def test_serving_a_webhook_without_its_secret_ends_with_what_to_do(environment: pytest.MonkeyPatch, settings: Settings) -> None:
    environment.setenv("MADOGUCHI_TELEGRAM_MODE", "webhook")
    environment.setenv("MADOGUCHI_DATA_DIR", str(settings.data_dir))
    environment.setattr(cli, "_train_if_needed", lambda _settings: None)
    run = CliRunner().invoke(cli.app, ["serve"])
    assert run.exit_code == 1
    assert "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET" in run.output and TOKEN not in run.output


def test_every_command_leads_where_it_says(environment: pytest.MonkeyPatch, telegram: FakeTelegram, assistant: Assistant, settings: Settings) -> None:
    expected = {
        "help": "合う窓口や制度をいっしょに探す", "human": "人と話したい方がいます", "pause": "いつでも続きから話せます",
        "privacy": "相談員が読むことがあります", "restart": "はじめからやりなおしますか", "delete": "すべて消しますか",
    }  # fmt: skip
    assert set(expected) == set(wording().commands) - {"start"}
    with serving(assistant, settings):
        for person, name in enumerate(expected, start=1):
            telegram.queue(telegram.message(person, text="こんにちは"), telegram.message(person, text=f"/{name}"))
        for person, words in enumerate(expected.values(), start=1):
            wait_until(lambda person=person, words=words: any(words in bubble.text for bubble in telegram.seen_by(str(person))[1:]))
    assert telegram.problems == [] and telegram.too_fast == 0
