"""Settings of the running assistant, from the environment (MADOGUCHI_…) or a .env file."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All settings, each with a default that serves one municipality on one machine."""

    model_config = SettingsConfigDict(env_prefix="MADOGUCHI_", env_file=".env", extra="ignore")

    data_dir: Path = PROJECT_ROOT / "var"
    """Where the database and the key file are kept. Back both up, apart from each other."""
    models_dir: Path = PROJECT_ROOT / "models"
    """Where trained models are kept."""
    database_url: str = ""
    """SQLAlchemy URL; empty: a SQLite file in `data_dir`."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """The address people reach this server under, for links; empty: http://localhost:PORT."""
    organisation_name: str = ""
    """Who runs this service, as residents read it in the greeting; empty: a neutral wording."""
    office_hours: str = ""
    """When the staff of this office answer, as desk lists write it (lines, or pieces after a semicolon); empty: not known."""
    human_wait_minutes: int = 60
    """After how long in which nobody answers a person who asked for a human is told so and given other ways."""
    case_wait_hours: int = 24
    """The same for a person who handed their case over."""
    retention_days: int = 180
    """How long a conversation is kept after its last message, in days; told to residents in the greeting."""
    staff_password: SecretStr | None = None
    """Password of the first staff login; None: one is made and shown once."""
    turn_timeout_seconds: float = 30.0
    secure_cookies: bool = False
    """True behind HTTPS: cookies are then sent over HTTPS only."""

    @property
    def url(self) -> str:
        """The database URL in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'madoguchi.db'}"

    @property
    def key_file(self) -> Path:
        """The file with the encryption key."""
        return self.data_dir / "madoguchi.key"

    @property
    def base_url(self) -> str:
        """The address to print and to build links with."""
        return self.public_url or f"http://localhost:{self.port}"
