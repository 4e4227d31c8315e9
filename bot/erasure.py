"""Taking back one message: its words, and whatever was read from it and nothing else, go."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Alert, Case, FactRow, Message, TrackerEvent

_STAYS = ("lifeline", "notice")


def erase_message(session: Session, message: Message, now: datetime) -> None:
    """Erase what the message said: its text, our answers that repeat it, the words in alerts and in the tracker, facts that rest on it alone.

    That an emergency was told to staff stays, without the words: somebody may be on their way. A summary that was shown later
    is not searched for the same words. The caller commits.
    """
    message.content, message.kind, message.reply_handle = {"text": "", "payload": None}, "erased", None
    if message.status == "new":
        message.status, message.done_at = "erased", now
    answers = select(Message).where(Message.in_reply_to_id == message.id, Message.kind.not_in(_STAYS))
    for answer in session.scalars(answers):
        answer.content = {**answer.content, "text": "", "easy_text": "", "cards": []}  # its buttons say nothing and may still be pressed
        answer.kind = "erased"
        if answer.status == "pending" and answer.author == "bot":
            answer.status, answer.reason, answer.done_at = "withheld", "unsent", now
    for alert in session.scalars(select(Alert).where(Alert.message_id == message.id)):
        alert.words = []
    for case in session.scalars(select(Case).where(Case.conversation_id == message.conversation_id)):
        case.sheet = _without_words(case.sheet, message.id)
    for row in session.scalars(select(FactRow).where(FactRow.conversation_id == message.conversation_id)):
        _take_from_fact(session, row, message.id)
    events = session.scalars(select(TrackerEvent).where(TrackerEvent.conversation_id == message.conversation_id).order_by(TrackerEvent.id))
    ours = False
    for event in events:
        if event.data.get("event") == "user":
            ours = (event.data.get("metadata") or {}).get("message_id") == message.id
        if ours:
            _empty(event, message.id)
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


def _without_words(sheet: dict[str, Any], message_id: int) -> dict[str, Any]:
    """Return the sheet as it was agreed to without the words of this message; what it says in its own words stays."""
    gone = {word for fact in sheet.get("facts", []) if message_id in fact.get("message_ids", []) for word in fact.get("words", [])}
    return {name: [_quiet(line, gone) for line in part] if isinstance(part, list) else part for name, part in sheet.items()}


def _quiet(line: Any, gone: set[str]) -> Any:
    if not isinstance(line, dict) or not isinstance(line.get("words"), list):
        return line
    return {**line, "words": [word for word in line["words"] if word not in gone]}


def _empty(event: TrackerEvent, message_id: int) -> None:
    """Empty what Rasa kept of the message and of our answer; the intent stays, so that the dialogue still replays."""
    data: dict[str, Any] = event.data
    if data.get("event") == "user":
        intent = (data.get("parse_data") or {}).get("intent", {})
        event.data = {**data, "text": "", "parse_data": {"intent": intent, "entities": [], "text": ""}, "metadata": {"message_id": message_id}}
    elif data.get("event") == "bot":
        event.data = {**data, "text": "", "data": {}, "metadata": {}}
    elif data.get("event") == "slot" and data.get("name") == "interview" and (data.get("value") or {}).get("unsaid"):
        event.data = {**data, "value": {**data["value"], "unsaid": []}}
