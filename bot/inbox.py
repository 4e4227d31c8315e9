"""What came in: stored once under the channel's own event id, and put in line for a turn, in one transaction."""

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.contacts import fill_in
from bot.database import empty_log
from bot.encryption import keyed_hash
from bot.errors import UnknownToken
from bot.models import Alert, Case, Consent, Conversation, FactRow, Message, TrackerEvent
from bot.reply import Reply, in_easy_words

Enqueue = Callable[[Session, int], None]
"""Puts a conversation in line for a turn within the session's transaction."""

SILENT = ("start", "resume", "erased")
"""Kinds of message that nobody wrote: what the greeting answers, a return, and what was taken back."""
_SENDING = "sending"
_enqueue: list[Enqueue] = []
_enqueue_send: dict[str, Enqueue] = {}


def use_queue(enqueue: Enqueue) -> None:
    """Let every received message be followed by `enqueue` in its transaction. Called once at start-up."""
    _enqueue[:] = [enqueue]


def use_send_queue(channels: Iterable[str], enqueue: Enqueue) -> None:
    """Let every outgoing message of these channels be followed by `enqueue` in its transaction. Called once at start-up."""
    _enqueue_send.clear()
    _enqueue_send.update(dict.fromkeys(channels, enqueue))


def enqueue_send(session: Session, conversation: Conversation) -> None:
    """Put what waits to be sent in line within the session's transaction, once a transaction; a channel that fetches has no line."""
    enqueue = _enqueue_send.get(conversation.channel)
    transaction = session.get_transaction()
    if enqueue is None or session.info.get((_SENDING, conversation.id)) is transaction:
        return
    session.info[(_SENDING, conversation.id)] = transaction
    enqueue(session, conversation.id)


@dataclass(frozen=True)
class MessageView:
    """A message as a channel shows it."""

    id: int
    author: str
    kind: str
    created_at: datetime
    content: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the message in the shape of the web API."""
        return {
            "id": self.id,
            "author": self.author,
            "kind": self.kind,
            "created_at": self.created_at.isoformat(),
            "text": fill_in(self.content.get("text", "")),
            "easy_text": fill_in(self.content.get("easy_text", "")),
            "buttons": self.content.get("buttons", []),
            "cards": self.content.get("cards", []),
            "asks": self.content.get("asks", []),
        }


def open_web_conversation(session: Session, *, municipality: str | None, now: datetime) -> str:
    """Begin a conversation and return the token that only this browser gets. The greeting is queued."""
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        channel="web", channel_user_hash=keyed_hash(token), holder="bot", created_at=now, last_message_at=now
    )
    session.add(conversation)
    session.flush()
    # The empty first message is what the greeting answers; a site may say which municipality it belongs to.
    content = {"text": "", "payload": None, **({"site_municipality": municipality} if municipality else {})}
    store_message(session, conversation, event_id="start", kind="start", content=content, now=now)
    session.commit()
    return token


def conversation_for_token(session: Session, token: str) -> Conversation:
    """Return the conversation of a web token. Raises UnknownToken."""
    found = session.scalar(
        select(Conversation).where(Conversation.channel == "web", Conversation.channel_user_hash == keyed_hash(token))
    )
    if found is None:
        raise UnknownToken("This conversation is not there. Start a new one.")
    return found


def receive(
    session: Session,
    *,
    conversation: Conversation,
    event_id: str,
    kind: str,
    text: str,
    payload: str | None,
    sent_at: datetime,
    now: datetime,
) -> tuple[int, bool]:
    """Store what came in and put its conversation in line. Returns (message id, whether it was new)."""
    known = _known(session, conversation, event_id)
    if known is not None:
        return known, False
    if payload is not None and not was_offered(session, conversation, payload):
        payload = None  # a payload that we did not offer is read as the text that came with it
    try:
        message = store_message(session, conversation, event_id=event_id, kind=kind, content={"text": text, "payload": payload}, now=now)
        session.commit()
    except IntegrityError:  # the same event, delivered twice at the same moment
        session.rollback()
        known = _known(session, conversation, event_id)
        if known is None:
            raise
        return known, False
    return message.id, True


def timeline(session: Session, conversation_id: int, after: int = 0) -> list[MessageView]:
    """Return the conversation's messages with an id above `after`, oldest first; the silent start is left out."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.id > after, Message.kind.not_in(SILENT))
        .order_by(Message.id)
    )
    return [MessageView(row.id, row.author, row.kind, row.created_at, row.content or {}) for row in rows]


def mark_delivered(session: Session, conversation_id: int, up_to: int, now: datetime) -> None:
    """Note that the web client has fetched our messages up to `up_to`."""
    waiting = session.scalars(
        select(Message).where(
            Message.conversation_id == conversation_id,
            Message.direction == "out",
            Message.status == "pending",
            Message.id <= up_to,
        )
    ).all()
    for message in waiting:
        message.status, message.done_at = "sent", now
    if waiting:
        session.commit()


def is_typing(session: Session, conversation_id: int) -> bool:
    """Return whether a message still waits for its turn."""
    waiting = exists().where(Message.conversation_id == conversation_id, Message.direction == "in", Message.status == "new")
    return bool(session.scalar(select(waiting)))


def erase_conversation(session: Session, conversation: Conversation) -> None:
    """Delete the conversation and all that hangs on it, the case included."""
    # What hangs on the case (notes, events, referrals) goes with it: foreign keys cascade.
    for table in (Alert, Case, Consent, FactRow, TrackerEvent, Message):
        session.execute(delete(table).where(table.conversation_id == conversation.id))
    session.execute(delete(Conversation).where(Conversation.id == conversation.id))
    session.commit()
    empty_log(session)


def add_reply(session: Session, conversation_id: int, reply: Reply, *, in_reply_to: int | None, now: datetime, author: str = "bot") -> Message:
    """Add an outgoing message to the session, and on a channel that pushes put it in line to be sent; the caller commits."""
    conversation = session.get_one(Conversation, conversation_id)
    if reply.easy_text and _wants_easy_words(session, conversation_id):
        reply = in_easy_words(reply)
    message = Message(
        conversation_id=conversation_id,
        direction="out",
        author=author,
        channel=conversation.channel,
        kind=reply.kind,
        content=reply.model_dump(),
        status="pending",
        in_reply_to_id=in_reply_to,
        created_at=now,
    )
    session.add(message)
    session.flush()
    enqueue_send(session, conversation)
    return message



def _wants_easy_words(session: Session, conversation_id: int) -> bool:
    """Return whether the person reads plain Japanese more easily: they said so, or another language is theirs."""
    row = session.scalar(
        select(FactRow).where(FactRow.conversation_id == conversation_id, FactRow.key == "language", FactRow.replaced_at.is_(None))
    )
    return row is not None and row.record["value"] not in (None, "ja")


def store_message(
    session: Session,
    conversation: Conversation,
    *,
    event_id: str,
    kind: str,
    content: dict[str, Any],
    now: datetime,
    channel_message_id: str | None = None,
    reply_handle: dict[str, Any] | None = None,
) -> Message:
    """Add what came in to the session and put the conversation in line for a turn; the caller commits."""
    message = Message(
        conversation_id=conversation.id,
        direction="in",
        author="resident",
        channel=conversation.channel,
        event_id=event_id,
        kind=kind,
        content=content,
        status="new",
        created_at=now,
        channel_message_id=channel_message_id,
        reply_handle=reply_handle,
    )
    conversation.last_message_at = now
    session.add(message)
    session.flush()
    for enqueue in _enqueue:
        enqueue(session, conversation.id)
    return message


def _known(session: Session, conversation: Conversation, event_id: str) -> int | None:
    return session.scalar(select(Message.id).where(Message.conversation_id == conversation.id, Message.event_id == event_id))


def was_offered(session: Session, conversation: Conversation, payload: str) -> bool:
    """Return whether one of our last messages had a button with exactly this payload."""
    offered = session.scalars(
        select(Message).where(Message.conversation_id == conversation.id, Message.direction == "out").order_by(Message.id.desc()).limit(40)
    )
    return any(hmac.compare_digest(button["payload"], payload) for row in offered for button in (row.content or {}).get("buttons", []))

