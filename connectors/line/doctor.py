"""What `madoguchi doctor` finds out about LINE: from the settings, and by asking LINE itself (read-only requests)."""

import re
from collections.abc import Iterator
from pathlib import Path

import urllib3
from linebot.v3.messaging import ApiException, MessagingApi

from bot.doctor import Finding, Level, finding, is_https
from bot.settings import Settings
from connectors.line.send import make_client
from connectors.line.settings import LineSettings
from connectors.line.wording import wording

AREA = "line"
WEBHOOK_PATH = "/line/webhook"
_WORDS = Path(__file__).with_name("doctor.yml")
_SECRET = re.compile(r"[0-9a-f]{32}")
_TIMEOUT_SECONDS = 10.0


def check(line: LineSettings, settings: Settings, *, ask: bool) -> list[Finding]:
    """Return what was found. `ask`: ask LINE, too."""
    if not (line.secret or line.token):
        return [_found("note", "unused")]
    missing = [_found("missing", name) for name, value in (("no_secret", line.secret), ("no_token", line.token)) if not value]
    if missing:
        return missing
    found = [_found("ok", "keys_ok")]
    if not _SECRET.fullmatch(line.secret):
        found = [_found("note", "odd_secret")]
    if not is_https(settings):
        found.append(_found("missing", "needs_https", url=settings.base_url))
    if not ask:
        return [*found, _found("note", "not_asked")]
    try:
        return [*found, *_asked(MessagingApi(make_client(line)), settings)]
    except ApiException as refused:
        return [*found, _found("missing", "token_refused" if refused.status in (401, 403) else "no_answer")]
    except urllib3.exceptions.HTTPError:
        return [*found, _found("missing", "no_answer")]


def _asked(api: MessagingApi, settings: Settings) -> Iterator[Finding]:
    bot = api.get_bot_info(_request_timeout=_TIMEOUT_SECONDS)
    yield _found("ok", "bot_ok", account=bot.basic_id)
    yield _found("note", "chat_on") if bot.chat_mode == "chat" else _found("ok", "chat_off")
    yield _webhook(api, f"{settings.base_url.rstrip('/')}{WEBHOOK_PATH}")
    quota = api.get_message_quota(_request_timeout=_TIMEOUT_SECONDS)
    used = api.get_message_quota_consumption(_request_timeout=_TIMEOUT_SECONDS).total_usage
    if quota.value is not None:
        near = used >= quota.value * 0.8
        yield _found("note" if near else "ok", "quota_near" if near else "quota", used=used, limit=quota.value)
    menus = api.get_rich_menu_list(_request_timeout=_TIMEOUT_SECONDS).richmenus
    yield _found("ok", "menu_ok") if any(menu.name == wording().rich_menu.name for menu in menus) else _found("note", "no_menu")


def _webhook(api: MessagingApi, url: str) -> Finding:
    try:
        endpoint = api.get_webhook_endpoint(_request_timeout=_TIMEOUT_SECONDS)
    except ApiException as refused:
        if refused.status == 404:
            return _found("missing", "no_webhook", url=url)
        raise
    if endpoint.endpoint != url:
        return _found("missing", "webhook_other", found=endpoint.endpoint, url=url)
    return _found("ok", "webhook_ok", url=url) if endpoint.active else _found("missing", "webhook_off")


def _found(level: Level, name: str, **values: object) -> Finding:
    return finding(level, AREA, name, _WORDS, **values)
