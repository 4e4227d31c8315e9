"""What `madoguchi doctor` finds out about Telegram, from the settings and by asking."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import Finding
from bot.settings import Settings
from connectors.telegram import doctor
from connectors.telegram.settings import WEBHOOK_PATH, TelegramSettings
from connectors.telegram.wording import wording
from tests.connectors.fakes.base import Failure
from tests.connectors.fakes.telegram import SECRET, FakeTelegram

OUTSIDE = "https://example.invalid"


@pytest.fixture
def ask(telegram: FakeTelegram, telegram_config: TelegramSettings, tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    """Ask the doctor; returns findings by name."""

    def ask(*, ask: bool = True, public_url: str = OUTSIDE, **changed: object) -> dict[str, Finding]:
        house = Settings(data_dir=tmp_path, public_url=public_url, _env_file=None)  # type: ignore[call-arg]
        given = telegram_config.model_copy(update={"mode": "polling", **changed})
        return {one.name: one for one in doctor.check(given, house, ask=ask)}

    telegram.commands = [{"command": name, "description": command.description} for name, command in wording().commands.items()]
    return ask


def test_a_bot_that_is_set_up_is_well_by_either_way(telegram: FakeTelegram, ask: Callable[..., dict[str, Finding]]) -> None:
    polling = ask()
    assert set(polling) == {"settings_ok", "bot_ok", "groups_off", "polling_ok", "commands_ok"}
    telegram.webhook = {"url": f"{OUTSIDE}{WEBHOOK_PATH}"}
    webhook = ask(mode="webhook")
    assert set(webhook) == {"settings_ok", "bot_ok", "groups_off", "webhook_ok", "commands_ok"}
    assert {one.level for one in (*polling.values(), *webhook.values())} == {"ok"}
    assert telegram.problems == [] and telegram.shown == []


@pytest.mark.parametrize(
    ("mode", "changes", "name", "level"),
    [
        ("polling", {"profile": {"can_join_groups": True}}, "groups_on", "note"),
        ("polling", {"profile": {"can_read_all_group_messages": True}}, "reads_groups", "note"),
        ("polling", {"webhook": {"url": "https://other.example/"}}, "webhook_left", "note"),
        ("polling", {"commands": []}, "no_commands", "note"),
        ("polling", {"last_error": {"pending_update_count": 21}}, "waiting", "note"),
        ("webhook", {}, "no_webhook_yet", "missing"),
        ("webhook", {"webhook": {"url": "https://other.example/"}}, "webhook_other", "missing"),
        ("webhook", {"webhook": {"url": f"{OUTSIDE}{WEBHOOK_PATH}"}, "last_error": {"last_error_date": 1790000000}}, "webhook_failing", "note"),
    ],
)
def test_what_is_wrong_at_telegrams_is_said(
    telegram: FakeTelegram, ask: Callable[..., dict[str, Finding]], mode: str, changes: dict[str, object], name: str, level: str
) -> None:
    for field, value in changes.items():
        setattr(telegram, field, value)
    finding = ask(mode=mode)[name]
    assert finding.level == level and finding.todo


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"token": SecretStr("canary")}, "odd_token"),
        ({"mode": "webhook", "webhook_secret": None}, "no_secret"),
        ({"mode": "webhook", "webhook_secret": SecretStr("canary!")}, "odd_secret"),
        ({"mode": "webhook", "public_url": "http://example.invalid"}, "needs_https"),
        ({"mode": "webhook", "public_url": "https://example.invalid:8080"}, "odd_port"),
    ],
)
def test_settings_that_it_would_not_start_with_are_said_without_asking(
    telegram: FakeTelegram, ask: Callable[..., dict[str, Finding]], changed: dict[str, object], name: str
) -> None:
    found = ask(**changed)
    assert [(one.name, one.level) for one in found.values()] == [(name, "missing")]
    assert found[name].todo and "canary" not in str(found)
    assert telegram.requests == []


def test_a_refused_token_and_a_telegram_that_does_not_answer_are_told_apart(telegram: FakeTelegram, ask: Callable[..., dict[str, Finding]]) -> None:
    other = "1234567:canary-token-of-somebody-else-entirely"
    refused = ask(token=SecretStr(other))
    assert refused["token_refused"].level == "missing" and other not in str(refused)
    telegram.fail(Failure(status=503))
    assert ask()["no_answer"].level == "missing"
    assert ask(api_url="http://127.0.0.1:9")["no_answer"].level == "missing"
    assert ask(token=None)["unused"].level == "note"
    assert ask(ask=False, webhook_secret=SecretStr(SECRET))["not_asked"].level == "note"
