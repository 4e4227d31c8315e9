"""Settings of the Telegram channel, from the environment (MADOGUCHI_TELEGRAM_…) or a .env file. It runs when there is a token."""

import re
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.telegram.errors import TelegramMisconfigured

WEBHOOK_PATH = "/telegram/webhook"
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""Telegram takes 1 to 256 of these signs (Bot API, setWebhook); fewer than 16 could be guessed."""
_PORTS = (None, 443, 80, 88, 8443)
"""Telegram delivers to no other port (Bot API, setWebhook)."""


class TelegramSettings(BaseSettings):
    """What BotFather gave us, and how messages come in."""

    model_config = SettingsConfigDict(env_prefix="MADOGUCHI_TELEGRAM_", env_file=".env", extra="ignore")

    token: SecretStr | None = None
    """The bot's token from @BotFather."""
    mode: Literal["polling", "webhook"] = "polling"
    """polling: we ask Telegram, no public address is needed. webhook: Telegram calls our public HTTPS address."""
    webhook_secret: SecretStr | None = None
    """Webhook only: what Telegram shows with every call, so that nobody else can speak for residents."""
    api_url: str = "https://api.telegram.org"
    """Where Telegram's servers are; another address only for tests or a Bot API server of one's own."""
    timeout_seconds: float = 10.0
    """How long one request to Telegram may take."""
    poll_seconds: int = 50
    """Polling only: how long Telegram holds a question open when there is nothing new."""

    @property
    def configured(self) -> bool:
        """Whether the channel is wanted."""
        return bool(self.bot_token)

    @property
    def bot_token(self) -> str:
        """The token, empty when there is none."""
        return self.token.get_secret_value().strip() if self.token else ""

    @property
    def secret(self) -> str:
        """The webhook's secret, empty when there is none."""
        return self.webhook_secret.get_secret_value().strip() if self.webhook_secret else ""

    def check(self, public_url: str) -> None:
        """Raise TelegramMisconfigured when the channel must not start with these settings and this public address."""
        for problem in self.problems(public_url).values():
            raise TelegramMisconfigured(problem)

    def problems(self, public_url: str) -> dict[str, str]:
        """Return what is wrong by name (the names of doctor.yml), each with what to do. No secret is quoted."""
        found = {}
        if not _TOKEN.fullmatch(self.bot_token):
            found["odd_token"] = "MADOGUCHI_TELEGRAM_TOKEN is no bot token (digits, a colon, about 35 signs). Copy it again from @BotFather."
        if self.mode == "webhook":
            if not self.secret:
                found["no_secret"] = (
                    "MADOGUCHI_TELEGRAM_MODE=webhook needs MADOGUCHI_TELEGRAM_WEBHOOK_SECRET: without it anybody could write in the name of "
                    "residents. Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
                )
            elif not _SECRET.fullmatch(self.secret):
                found["odd_secret"] = "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET must be 16 to 256 signs of A-Z, a-z, 0-9, _ and -."
            found |= _address_problems(public_url)
        return found


def _address_problems(public_url: str) -> dict[str, str]:
    address = urlsplit(public_url)
    if address.scheme != "https" or not address.hostname:
        return {"needs_https": "MADOGUCHI_TELEGRAM_MODE=webhook needs MADOGUCHI_PUBLIC_URL=https://…, the address that Telegram reaches this server under."}
    if address.port not in _PORTS:
        text = "Telegram calls the ports 443, 80, 88 and 8443 only: change the port in MADOGUCHI_PUBLIC_URL, or use MADOGUCHI_TELEGRAM_MODE=polling."
        return {"odd_port": text}
    return {}


@cache
def telegram_settings() -> TelegramSettings:
    """Return the settings, read once."""
    return TelegramSettings()
