"""Deleting what was kept long enough: the periods of `knowledge/data/retention.yml`, applied once a day, really deleting."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.arrivals import forget_seen
from bot.database import empty_log
from bot.deletions import record_deletion
from bot.inbox import erase_conversation
from bot.models import AuditEntry, ContactLink, Conversation, Deletion, Invitation, Notice
from knowledge.database import Base
from knowledge.errors import DataError
from knowledge.retention import RETENTION_FILE, load_retention

_DAY_SECONDS = 24 * 60 * 60
_CONVERSATIONS = "conversations"
# Data class -> the table and what is too old in it. Conversations are not here: all that hangs on one goes with it.
_ROWS: dict[str, tuple[type[Base], Callable[[datetime], ColumnElement[bool]]]] = {
    "contact_links": (ContactLink, lambda limit: ContactLink.expires_at < limit),
    "invitations": (Invitation, lambda limit: Invitation.expires_at < limit),
    "notices": (Notice, lambda limit: Notice.created_at < limit),
    "deletions": (Deletion, lambda limit: Deletion.created_at < limit),
    "audit": (AuditEntry, lambda limit: AuditEntry.created_at < limit),
}
log = structlog.get_logger(__name__)


def periods(conversation_days: int) -> dict[str, int]:
    """Return data class -> days for all that is deleted by a period; conversations by the setting that residents are told.

    Raises DataError when the file names a class that nothing here deletes, or lacks one.
    """
    classes = load_retention().classes
    days = {name: one.days for name, one in classes.items() if one.days is not None}
    if set(days) != set(_ROWS) or _CONVERSATIONS not in classes:
        raise DataError(RETENTION_FILE.name, "classes", f"what is deleted by days must be exactly {sorted(_ROWS)}, and there must be {_CONVERSATIONS}")
    return {_CONVERSATIONS: conversation_days, **days}


def purge(session: Session, now: datetime, conversation_days: int, *, dry_run: bool = False) -> dict[str, int]:
    """Delete all that is older than its period and commit. Returns data class -> how many; with `dry_run`, how many there would be."""
    counts: dict[str, int] = {}
    for name, days in periods(conversation_days).items():
        limit = now - timedelta(days=days)
        counts[name] = _purge_conversations(session, now, limit, dry_run) if name == _CONVERSATIONS else _purge_rows(session, name, limit, dry_run)
    if not dry_run:
        forget_seen(session, now)
        session.commit()
        empty_log(session)
    return counts


async def purge_daily(sessions: sessionmaker[Session], clock: Callable[[], datetime], retention_days: int) -> None:
    """Purge now and once a day, as long as the application runs; a day on which it fails is told in the log and the next is tried."""
    while True:
        try:
            counts = await asyncio.to_thread(_purge_once, sessions, clock(), retention_days)
        except SQLAlchemyError as fault:
            log.error("not_purged", reason=type(fault).__name__)
        else:
            log.info("purged", count=sum(counts.values()))
        await asyncio.sleep(_DAY_SECONDS)


def _purge_conversations(session: Session, now: datetime, limit: datetime, dry_run: bool) -> int:
    old = session.scalars(select(Conversation).where(Conversation.last_message_at < limit)).all()
    if not dry_run:
        for conversation in old:
            record_deletion(session, conversation, "period", now)
            erase_conversation(session, conversation)
    return len(old)


def _purge_rows(session: Session, name: str, limit: datetime, dry_run: bool) -> int:
    table, is_old = _ROWS[name]
    count = session.scalar(select(func.count()).select_from(table).where(is_old(limit))) or 0
    if not dry_run:
        session.execute(delete(table).where(is_old(limit)))
    return count


def _purge_once(sessions: sessionmaker[Session], now: datetime, retention_days: int) -> dict[str, int]:
    with sessions() as session:
        return purge(session, now, retention_days)
