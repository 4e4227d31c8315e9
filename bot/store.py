"""Reading and writing what a turn needs: tracker events, facts, the message in hand."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import FactRow, Message, TrackerEvent
from knowledge.facts import Facts, derive

FactRecords = dict[str, dict[str, Any]]


def next_message(session: Session, conversation_id: int) -> Message | None:
    """Return the conversation's oldest message that is not done, if any."""
    return session.scalar(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.direction == "in", Message.status == "new")
        .order_by(Message.id)
        .limit(1)
    )


def more_waits(session: Session, message: Message) -> bool:
    """Return whether the person has written more since `message`: the answer then comes with the last of them."""
    later = select(Message.id).where(
        Message.conversation_id == message.conversation_id,
        Message.direction == "in",
        Message.status == "new",
        Message.kind == "text",
        Message.id > message.id,
    )
    return message.kind == "text" and session.scalar(later.limit(1)) is not None


def is_wordless(message: Message) -> bool:
    """Return whether the message is a picture, a sticker or the like: nothing to read, no button, no beginning."""
    return message.kind not in ("start", "resume") and not (message.content.get("text") or message.content.get("payload"))


def anything_waits(session: Session, message: Message) -> bool:
    """Return whether the person has sent anything more since `message`."""
    later = select(Message.id).where(
        Message.conversation_id == message.conversation_id, Message.direction == "in", Message.status == "new", Message.id > message.id
    )
    return session.scalar(later.limit(1)) is not None


def load_events(session: Session, conversation_id: int) -> list[dict[str, Any]]:
    """Return the tracker events kept so far, oldest first."""
    rows = session.scalars(select(TrackerEvent.data).where(TrackerEvent.conversation_id == conversation_id).order_by(TrackerEvent.id))
    return list(rows)


def add_events(session: Session, conversation_id: int, events: list[dict[str, Any]]) -> None:
    """Append tracker events."""
    session.add_all(TrackerEvent(conversation_id=conversation_id, data=event) for event in events)


def load_facts(session: Session, conversation_id: int) -> FactRecords:
    """Return what counts now: key -> {value, status, evidence}."""
    return {row.key: row.record for row in current_facts(session, conversation_id)}


def current_facts(session: Session, conversation_id: int) -> list[FactRow]:
    """Return the rows that count now, oldest first."""
    rows = select(FactRow).where(FactRow.conversation_id == conversation_id, FactRow.replaced_at.is_(None)).order_by(FactRow.id)
    return list(session.scalars(rows))


def write_facts(
    session: Session, conversation_id: int, facts: FactRecords, now: datetime, *, author: str = "resident", staff_id: int | None = None
) -> list[str]:
    """Make `facts` what counts now; replaced rows stay as history. Returns the keys that changed.

    What staff wrote stays until staff change it: another statement of the person is kept beside it, as one that does not count.
    """
    rows = {row.key: row for row in current_facts(session, conversation_id)}
    if author != "staff":
        facts = _beside_staff(session, conversation_id, facts, rows, now, author)
    changed = [key for key in facts.keys() | rows.keys() if key not in facts or key not in rows or rows[key].record != facts[key]]
    for key in changed:
        if key in rows:
            rows[key].replaced_at = now
        if key in facts:
            session.add(
                FactRow(
                    conversation_id=conversation_id, key=key, record=facts[key], author=author, staff_id=staff_id, created_at=now
                )
            )
    return sorted(changed)


def staff_facts(rows: Iterable[FactRow]) -> FactRecords:
    """Return what staff stated of these rows; what they set to not known binds nobody."""
    return {row.key: row.record for row in rows if row.author == "staff" and row.record["value"] is not None}


def _beside_staff(
    session: Session, conversation_id: int, facts: FactRecords, rows: Mapping[str, FactRow], now: datetime, author: str
) -> FactRecords:
    """Return `facts` with what staff stated in its place, and keep what the person says against it as a row that does not count."""
    theirs = staff_facts(rows.values())
    if not theirs:
        return facts
    for key in theirs.keys() & facts.keys():
        if facts[key]["value"] != theirs[key]["value"] and facts[key]["status"] != "inferred":
            row = FactRow(conversation_id=conversation_id, key=key, record=facts[key], author=author, created_at=now, replaced_at=now)
            session.add(row)
    return dict(derive(cast(Facts, {**facts, **theirs})))  # type: ignore[arg-type]
