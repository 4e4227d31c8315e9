"""Taking back one message: its words, and whatever was read from it and nothing else, go."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Alert, FactRow, Message, TrackerEvent

_SPOKEN = ("user", "user_featurization")


def erase_message(session: Session, message: Message, now: datetime) -> None:
    """Erase what the message said: its text, the words in alerts and in the tracker, and facts that rest on it alone. The caller commits.

    That an emergency was told to staff stays, without the words: somebody may be on their way.
    """
    message.content, message.kind, message.reply_handle = {"text": "", "payload": None}, "erased", None
    if message.status == "new":
        message.status, message.done_at = "erased", now
    for alert in session.scalars(select(Alert).where(Alert.message_id == message.id)):
        alert.words = []
    for row in session.scalars(select(FactRow).where(FactRow.conversation_id == message.conversation_id)):
        _take_from_fact(session, row, message.id)
    for event in session.scalars(select(TrackerEvent).where(TrackerEvent.conversation_id == message.conversation_id)):
        _take_from_event(event, message.id)
    session.flush()


def _take_from_fact(session: Session, row: FactRow, message_id: int) -> None:
    evidence = row.record.get("evidence") or []
    left = [item for item in evidence if item.get("message_id") != message_id]
    if len(left) == len(evidence):
        return
    if left or row.author != "resident":
        row.record = {**row.record, "evidence": left}
    else:
        session.delete(row)


def _take_from_event(event: TrackerEvent, message_id: int) -> None:
    """Empty what Rasa kept of the message; the intent stays, so that the dialogue still replays."""
    data: dict[str, Any] = event.data
    if data.get("event") in _SPOKEN and (data.get("metadata") or {}).get("message_id") == message_id:
        intent = (data.get("parse_data") or {}).get("intent", {})
        event.data = {
            **data,
            "text": "",
            "parse_data": {"intent": intent, "entities": [], "text": ""},
            "metadata": {"message_id": message_id},
        }
    elif data.get("event") == "slot" and data.get("name") == "interview" and (data.get("value") or {}).get("unsaid"):
        event.data = {**data, "value": {**data["value"], "unsaid": []}}
