"""Settings of the website channel, from the environment (MADOGUCHI_WEB_…) or a .env file."""

from functools import cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """Each with a default that serves one municipality on one machine."""

    model_config = SettingsConfigDict(env_prefix="MADOGUCHI_WEB_", env_file=".env", extra="ignore")

    exit_url: str = "/blank"
    """Where "close at once" leads: a page that has nothing to do with this one. /blank is an empty page of ours."""
    municipality: str = ""
    """The municipality that this site belongs to, as the widget on our own pages tells it; empty: none."""
    messages_per_minute: int = 20
    """How many messages one conversation may send in a minute."""
    openings_per_minute: int = 60
    """How many conversations one address may open in a minute; a whole office may stand behind one address."""


@cache
def web_settings() -> WebSettings:
    """Return the settings, read once."""
    return WebSettings()
