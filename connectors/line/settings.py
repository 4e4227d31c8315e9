"""Settings of the LINE channel, from the environment (MADOGUCHI_LINE_…) or a .env file. It runs when secret and token are there."""

from functools import cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class LineSettings(BaseSettings):
    """What LINE Developers shows for our channel, and where LINE's servers are."""

    model_config = SettingsConfigDict(env_prefix="MADOGUCHI_LINE_", env_file=".env", extra="ignore")

    channel_secret: SecretStr | None = None
    """Channel secret (Basic settings): webhooks are signed with it."""
    channel_access_token: SecretStr | None = None
    """Long-lived channel access token (Messaging API)."""
    api_url: str = "https://api.line.me"
    """Where messages are sent; another address only for tests."""
    data_url: str = "https://api-data.line.me"
    """Where the rich menu's image is sent; another address only for tests."""
    timeout_seconds: float = 10.0
    """How long one request to LINE may take."""

    @property
    def configured(self) -> bool:
        """Whether the channel can run."""
        return bool(self.secret and self.token)

    @property
    def secret(self) -> str:
        """The channel secret, empty when there is none."""
        return self.channel_secret.get_secret_value().strip() if self.channel_secret else ""

    @property
    def token(self) -> str:
        """The channel access token, empty when there is none."""
        return self.channel_access_token.get_secret_value().strip() if self.channel_access_token else ""


@cache
def line_settings() -> LineSettings:
    """Return the settings, read once."""
    return LineSettings()
