"""What `madoguchi doctor` finds out about Telegram: from the settings, and by asking Telegram itself (read-only requests)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from telegram import Bot, BotCommand, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.doctor import Finding, Level, finding
from bot.settings import Settings
from connectors.telegram.settings import WEBHOOK_PATH, TelegramSettings
from connectors.telegram.wording import wording

AREA = "telegram"
MANY_WAITING = 20
"""More updates than this that wait say that nobody takes them."""
_WORDS = Path(__file__).with_name("doctor.yml")
_NOT_STARTING = ("odd_token", "no_secret", "odd_secret", "needs_https", "odd_port")
"""What `TelegramSettings.problems` can name; each has its words in doctor.yml."""
_TOKYO = ZoneInfo("Asia/Tokyo")
_TIMEOUT_SECONDS = 10.0


def check(telegram: TelegramSettings, settings: Settings, *, ask: bool) -> list[Finding]:
    """Return what was found. `ask`: ask Telegram, too."""
    if not telegram.configured:
        return [_found("note", "unused")]
    problems = telegram.problems(settings.base_url)
    if problems:
        return [_found("missing", name, url=settings.base_url) for name in _NOT_STARTING if name in problems]
    found = [_found("ok", "settings_ok", mode=telegram.mode)]
    if not ask:
        return [*found, _found("note", "not_asked")]
    try:
        me, webhook, commands = asyncio.run(_ask(telegram))
    except InvalidToken:
        return [*found, _found("missing", "token_refused")]
    except TelegramError:  # its words may hold the token
        return [*found, _found("missing", "no_answer")]
    return [*found, *_about_bot(me), *_about_updates(webhook, telegram, settings), _about_commands(commands)]


async def _ask(telegram: TelegramSettings) -> tuple[User, WebhookInfo, tuple[BotCommand, ...]]:
    request = HTTPXRequest(read_timeout=_TIMEOUT_SECONDS, connect_timeout=_TIMEOUT_SECONDS)
    bot = Bot(telegram.bot_token, base_url=f"{telegram.api_url.rstrip('/')}/bot", request=request)
    async with bot:  # asks getMe
        return bot.bot, await bot.get_webhook_info(), await bot.get_my_commands()


def _about_bot(me: User) -> Iterator[Finding]:
    yield _found("ok", "bot_ok", account=me.username)
    yield _found("note", "groups_on") if me.can_join_groups else _found("ok", "groups_off")
    if me.can_read_all_group_messages:
        yield _found("note", "reads_groups")


def _about_updates(webhook: WebhookInfo, telegram: TelegramSettings, settings: Settings) -> Iterator[Finding]:
    url = f"{settings.base_url.rstrip('/')}{WEBHOOK_PATH}"
    if telegram.mode == "polling":
        yield _found("note", "webhook_left", found=webhook.url) if webhook.url else _found("ok", "polling_ok")
    elif not webhook.url:
        yield _found("missing", "no_webhook_yet", url=url)
    elif webhook.url != url:
        yield _found("missing", "webhook_other", found=webhook.url, url=url)
    else:
        yield _found("ok", "webhook_ok", url=url)
        if webhook.last_error_date is not None:
            yield _found("note", "webhook_failing", at=f"{webhook.last_error_date.astimezone(_TOKYO):%Y-%m-%d %H:%M}", url=url)
    if webhook.pending_update_count > MANY_WAITING:
        yield _found("note", "waiting", count=webhook.pending_update_count)


def _about_commands(commands: tuple[BotCommand, ...]) -> Finding:
    ours = {command.command for command in commands} >= set(wording().commands)
    return _found("ok", "commands_ok") if ours else _found("note", "no_commands")


def _found(level: Level, name: str, **values: object) -> Finding:
    return finding(level, AREA, name, _WORDS, **values)
