"""What stays when a conversation is deleted: that it was, for staff who look for the case, and numbers for the statistics. Nothing it said."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import handles_cases
from bot.models import Case, Conversation, Deletion, Staff
from bot.tally import add_counts, tally_case, tally_conversation

SHOWN = timedelta(days=30)


def record_deletion(session: Session, conversation: Conversation, why: Literal["asked", "period"], now: datetime) -> None:
    """Write down that this conversation is about to be deleted. The caller deletes it and commits both together. Samples leave nothing."""
    if conversation.sample:
        return
    counts = tally_conversation(session, conversation)
    if not counts:
        return
    case = session.scalar(select(Case).where(Case.conversation_id == conversation.id))
    if case is not None:
        counts.update(tally_case(session, case))
    add_counts(session, counts)
    session.add(
        Deletion(
            why=why,
            channel=conversation.channel,
            reference=case.reference if case else None,
            organisation_id=case.organisation_id if case else None,
            created_at=now,
        )
    )


def recent_deletions(session: Session, staff: Staff, now: datetime) -> list[Deletion]:
    """Return the cases of this person's organisation that were deleted in the last 30 days, newest first; nothing for who handles none."""
    if not handles_cases(staff):
        return []
    theirs = (Deletion.organisation_id == staff.organisation_id) & (Deletion.created_at >= now - SHOWN)
    return list(session.scalars(select(Deletion).where(theirs).order_by(Deletion.id.desc())))
