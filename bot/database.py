"""The database file: opened, migrated, checked against the models."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from bot import models as _models  # noqa: F401 - registers the assistant's tables
from bot.encryption import use_key_file
from bot.settings import Settings
from knowledge import models as _knowledge_models  # noqa: F401 - registers the directory's tables
from knowledge.database import Base, open_engine

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(settings: Settings) -> Engine:
    """Return the engine of the configured database, with the encryption key in use. Makes folder and key file if absent."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    use_key_file(settings.key_file)
    return open_engine(settings.url)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date."""
    with engine.connect() as connection:
        # SQLite changes a table by copying it and dropping the old one, which would take the rows that refer to it along.
        _watch_keys(connection, False)
        with connection.begin():
            command.upgrade(_config(connection), "head")
        _watch_keys(connection, True)


def newest_revision() -> str | None:
    """Return the id of the newest migration."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def make_revision(engine: Engine, message: str) -> None:
    """Write a migration for what the models have and the database has not."""
    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def pending_changes(engine: Engine) -> list[object]:
    """Return what the models have and the migrated database has not; empty when all is well."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True, "include_object": _ours})
        return list(compare_metadata(context, Base.metadata))


def empty_log(session: Session) -> None:
    """Empty SQLite's write-ahead log, where what was deleted would live on. Elsewhere nothing is to be done. Call it after a commit."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        session.commit()


def _watch_keys(connection: Connection, on: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
        connection.commit()


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
