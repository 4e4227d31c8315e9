"""Settings of the notices, from the environment (MADOGUCHI_NOTIFY_…) or a .env file."""

from functools import cache
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotifySettings(BaseSettings):
    """Without a mail server and a webhook nobody is told outside the console."""

    model_config = SettingsConfigDict(env_prefix="MADOGUCHI_NOTIFY_", env_file=".env", extra="ignore")

    smtp_host: str = ""
    """The mail server; empty: no e-mail."""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; none only for a server on the same machine."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    sender: str = ""
    """The address that e-mails come from."""
    webhook_url: str = ""
    """Where a short JSON goes for each notice; empty: nowhere."""
    webhook_secret: SecretStr = SecretStr("")
    """Signs the webhook's body (HMAC-SHA256), so that the receiver knows it is from here."""
    emergency_minutes: int = 15
    """How long an emergency may stay unseen before supervisors are told, again and again up to three times."""
    case_hours: int = 24
    """How long a new case may stay unopened before supervisors are told, again and again up to three times."""
    timeout_seconds: float = 20.0

    @property
    def has_mail(self) -> bool:
        """Whether e-mails can be sent."""
        return bool(self.smtp_host and self.sender)


@cache
def notify_settings() -> NotifySettings:
    """Return the settings, read once."""
    return NotifySettings()
