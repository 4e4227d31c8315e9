"""What `madoguchi doctor` looks at: whether everything is there for the service to run and to be reached. Changes nothing.

The findings' words are in doctor.yml, one sentence for what was found and one for what to do. Channels bring their own
(`connectors/*/doctor.py`); `bot.bootstrap.diagnose` puts them together.
"""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from alembic.runtime.migration import MigrationContext
from cryptography.exceptions import InvalidTag
from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.database import newest_revision
from bot.encryption import use_key_file
from bot.errors import KeyFileError
from bot.models import Message, Staff
from bot.office_hours import parse_hours
from bot.settings import Settings
from bot.training import needs_training
from knowledge.database import open_engine

PREFIX = "MADOGUCHI_"
_WORDS = Path(__file__).with_name("doctor.yml")

Level = Literal["ok", "note", "missing"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `missing`: it does not work until this is done; `note`: it works, but look at it."""

    level: Level
    area: str
    name: str
    text: str
    todo: str = ""


@cache
def words(path: Path = _WORDS) -> dict[str, dict[str, str]]:
    """Return the sentences of a doctor file: name -> {text, todo}."""
    found: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def finding(level: Level, area: str, name: str, path: Path | None = None, **values: object) -> Finding:
    """Return the finding `name` of a doctor file with its words filled in. Raises KeyError for an unknown name."""
    said = words(path or _WORDS)[name]
    return Finding(level, area, name, said["text"].format(**values), said.get("todo", "").format(**values) if level != "ok" else "")


def check_names(shapes: Sequence[type[BaseSettings]]) -> list[Finding]:
    """Return what was found about the settings as they are written: names that nothing reads, values that do not fit.

    Values never appear: some are secrets. Empty when every name is known and every value fits.
    """
    known = {f"{shape.model_config.get('env_prefix')}{name}".upper() for shape in shapes for name in shape.model_fields}
    written = {name.upper() for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith(PREFIX)}
    found = [finding("missing", "base", "unknown_setting", setting=name) for name in sorted(written - known)]
    for shape in shapes:
        try:
            shape()
        except ValidationError as faults:
            prefix = shape.model_config.get("env_prefix") or ""
            found += [finding("missing", "base", "unfit_setting", setting=f"{prefix}{fault['loc'][0]}".upper()) for fault in faults.errors()]
    return found


def check_base(settings: Settings) -> list[Finding]:
    """Return what was found about the service itself: key, database, staff, model, addresses, names."""
    return [*_key_and_database(settings), _model(settings), _address(settings), _cookies(settings), _organisation(settings), _hours(settings)]


def is_https(settings: Settings) -> bool:
    """Return whether people reach the service by an address that is safe to use from outside."""
    return settings.base_url.startswith("https://")


def _key_and_database(settings: Settings) -> Iterable[Finding]:
    """Look at both together: a database without its key cannot be read by anybody."""
    url, key = make_url(settings.url), settings.key_file
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield _key(key)
        yield finding("note", "base", "database_not_yet", path_=url.database)
        return
    engine = open_engine(settings.url)
    try:
        with engine.connect() as connection:
            if not key.exists() and _has_messages(connection):
                yield finding("missing", "base", "key_lost", path_=key)
                return
            yield _key(key)
            yield from _database(connection, key)
    except SQLAlchemyError as fault:
        yield finding("missing", "base", "database_closed", reason=type(fault).__name__)
    finally:
        engine.dispose()


def _key(key: Path) -> Finding:
    if not key.exists():
        return finding("note", "base", "key_not_yet", path_=key)
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        return finding("missing", "base", "key_open", path_=key)
    return finding("ok", "base", "key_ok")


def _database(connection: Connection, key: Path) -> Iterable[Finding]:
    if MigrationContext.configure(connection).get_current_revision() != newest_revision():
        yield finding("note", "base", "database_old")
        return
    try:
        if key.exists():
            use_key_file(key)
            with Session(connection) as session:
                session.scalars(select(Message.content).limit(1)).first()
    except (KeyFileError, InvalidTag):
        yield finding("missing", "base", "key_other", path_=key)
        return
    yield finding("ok", "base", "database_ok")
    at_work = select(func.count()).select_from(Staff).where(Staff.deactivated_at.is_(None), Staff.joined_at.is_not(None))
    yield finding("ok", "base", "staff_ok") if connection.scalar(at_work) else finding("note", "base", "no_staff")


def _has_messages(connection: Connection) -> bool:
    return connection.dialect.has_table(connection, Message.__tablename__) and connection.scalar(select(Message.id).limit(1)) is not None


def _model(settings: Settings) -> Finding:
    return finding("note", "base", "model_old") if needs_training(settings.models_dir) else finding("ok", "base", "model_ok")


def _address(settings: Settings) -> Finding:
    if not settings.public_url:
        return finding("note", "base", "no_public_url", url=settings.base_url)
    if not is_https(settings):
        return finding("missing", "base", "public_url_http", url=settings.base_url)
    return finding("ok", "base", "public_url_ok", url=settings.base_url)


def _cookies(settings: Settings) -> Finding:
    return finding("missing", "base", "cookies_open") if is_https(settings) and not settings.secure_cookies else finding("ok", "base", "cookies_ok")


def _organisation(settings: Settings) -> Finding:
    return finding("ok", "base", "organisation_ok") if settings.organisation_name else finding("note", "base", "no_organisation")


def _hours(settings: Settings) -> Finding:
    if not settings.office_hours:
        return finding("note", "base", "no_hours")
    try:
        parse_hours(settings.office_hours)
    except ValueError:
        return finding("missing", "base", "hours_unread")
    return finding("ok", "base", "hours_ok")
