"""Deleting what is older than what residents were told: a daily purge that really deletes."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from bot.arrivals import forget_seen
from bot.inbox import erase_conversation
from bot.models import Conversation

_DAY_SECONDS = 24 * 60 * 60
log = structlog.get_logger(__name__)


def purge(session: Session, now: datetime, retention_days: int) -> int:
    """Delete every conversation whose last message is older than `retention_days`, cases included. Returns how many."""
    limit = now - timedelta(days=retention_days)
    old = session.scalars(select(Conversation).where(Conversation.last_message_at < limit)).all()
    for conversation in old:
        erase_conversation(session, conversation)
    forget_seen(session, now)
    session.commit()
    if old and session.get_bind().dialect.name == "sqlite":
        # Without it, deleted pages would live on in the write-ahead log.
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return len(old)


async def purge_daily(sessions: sessionmaker[Session], clock: Callable[[], datetime], retention_days: int) -> None:
    """Purge now and once a day, as long as the application runs."""
    while True:
        count = await asyncio.to_thread(_purge_once, sessions, clock(), retention_days)
        log.info("purged", count=count)
        await asyncio.sleep(_DAY_SECONDS)


def _purge_once(sessions: sessionmaker[Session], now: datetime, retention_days: int) -> int:
    with sessions() as session:
        return purge(session, now, retention_days)
