"""A database of an earlier day is brought up to date with everything that is in it."""

from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import Engine, text

from bot.database import _config, migrate, open_database, pending_changes
from bot.settings import Settings

FIRST = "13182b40c043"


@pytest.fixture
def earlier(settings: Settings, tmp_path) -> Engine:
    """A database as the first migration made it, with an admin, a caseworker, and a case."""
    engine = open_database(settings.model_copy(update={"data_dir": tmp_path / "earlier"}))
    with engine.begin() as connection:
        command.upgrade(_config(connection), FIRST)
    with engine.begin() as connection:
        for login, role in (("a", "admin"), ("b", "caseworker")):
            connection.execute(
                text(
                    "INSERT INTO staff (login, name, role, password_hash, failed_logins, session_version, created_at)"
                    " VALUES (:login, :login, :role, '', 0, 1, '2026-01-01')"
                ),
                {"login": login, "role": role},
            )
        connection.execute(text("INSERT INTO audit (staff_id, action, subject, created_at) VALUES (1, 'log_in', 'staff:1', '2026-01-01')"))
        connection.execute(
            text(
                "INSERT INTO conversations (channel, channel_user_hash, holder, created_at, last_message_at)"
                " VALUES ('web', 'x', 'bot', '2026-01-01', '2026-01-01')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO cases (reference, conversation_id, status, urgency, sheet, consented_at)"
                " VALUES ('2345-6789', 1, 'new', 'normal', x'00', '2026-01-01 00:00:00.000000')"
            )
        )
    return engine


def test_what_was_there_is_kept_and_belongs_to_one_office(earlier: Engine) -> None:
    migrate(earlier)
    assert pending_changes(earlier) == []
    with earlier.connect() as connection:
        assert list(connection.execute(text("SELECT login, roles, organisation_id FROM staff ORDER BY id"))) == [
            ("a", '["admin", "supervisor"]', 1), ("b", '["caseworker"]', 1),
        ]  # fmt: skip
        assert list(connection.execute(text("SELECT reference, organisation_id, sensitive FROM cases"))) == [("2345-6789", 1, 1)]
        assert connection.scalar(text("SELECT count(*) FROM audit")) == 1
        assert list(connection.execute(text("PRAGMA foreign_key_check"))) == []
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_an_office_without_a_name_gets_one_at_the_next_start(earlier: Engine, sessions, now: datetime) -> None:
    from sqlalchemy.orm import Session

    from bot.models import Organisation
    from bot.organisations import ensure_organisation

    migrate(earlier)
    with Session(earlier) as session:
        assert session.get_one(Organisation, 1).municipalities == []
        assert ensure_organisation(session, "見本市", now).name == "見本市"
        session.commit()
        assert ensure_organisation(session, "別の名", now).name == "見本市"
