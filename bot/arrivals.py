"""What came in from a channel that pushes to us (LINE, Telegram): taken once under the channel's own event id, in one transaction.

Every function commits. A second delivery of the same event changes nothing, even after what it said was deleted: a keyed
hash of each event id is kept for KEEP_SEEN, and what is older than OLDEST is not taken any more.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from bot.buttons import pressed_button
from bot.encryption import keyed_hash
from bot.erasure import erase_message
from bot.inbox import enqueue_send, store_message
from bot.incoming import Incoming
from bot.models import Conversation, Message, SeenEvent, UtcDateTime
from nlu.values.places import find_municipalities

OLDEST = timedelta(days=3)
"""Channels deliver again for a day or so; what is older is a replay."""
KEEP_SEEN = timedelta(days=7)


@dataclass(frozen=True)
class Taken:
    """The conversation that an event belongs to (None: it belongs to none), and whether the event was new."""

    conversation_id: int | None
    is_new: bool


def take_in(session: Session, incoming: Incoming, now: datetime) -> Taken:
    """Store what a person sent and put their conversation in line; the first time, the greeting comes before the answer."""
    if now - incoming.sent_at > OLDEST:
        return Taken(None, False)
    if not _first_time(session, incoming.channel, incoming.event_id, now) or _was_unsent(session, incoming):
        session.commit()
        return Taken(_conversation_id(session, incoming), False)
    return _take(session, incoming, now)


def begin(session: Session, incoming: Incoming, now: datetime, *, site_municipality: str | None = None) -> Taken:
    """Greet a person who opened the chat without writing (LINE: added us as a friend; Telegram: /start); one who comes back is asked on.

    `site_municipality`: whose link they came by, kept with a conversation's beginning.
    """
    if now - incoming.sent_at > OLDEST or not _first_time(session, incoming.channel, incoming.event_id, now):
        session.commit()
        return Taken(_conversation_id(session, incoming), False)
    known = find_conversation(session, incoming.channel, incoming.channel_user)
    conversation = known or _new_conversation(session, incoming.channel, incoming.channel_user, now)
    _unblock(session, conversation)
    content: dict[str, Any] = {"text": "", "payload": "/resume_conversation"} if known else {"text": "", "payload": None}
    if site_municipality and not known:
        content["site_municipality"] = site_municipality
    store_message(
        session,
        conversation,
        event_id=incoming.event_id if known else "start",
        kind="resume" if known else "start",
        content=content,
        now=now,
        channel_message_id=None,
        reply_handle=_handle(incoming),
    )
    session.commit()
    return Taken(conversation.id, True)


def block(session: Session, channel: str, channel_user: str, event_id: str, now: datetime) -> Taken:
    """Note that the person blocked us: nothing is sent to them from now on."""
    fresh = _first_time(session, channel, event_id, now)
    conversation = find_conversation(session, channel, channel_user)
    if fresh and conversation is not None:
        conversation.blocked_at = now
    session.commit()
    return Taken(conversation.id if conversation else None, fresh)


def unblock(session: Session, channel: str, channel_user: str, event_id: str, now: datetime) -> Taken:
    """Note that the person lets us write again; what a caseworker wrote in between is sent now."""
    fresh = _first_time(session, channel, event_id, now)
    conversation = find_conversation(session, channel, channel_user)
    if fresh and conversation is not None:
        _unblock(session, conversation)
    session.commit()
    return Taken(conversation.id if conversation else None, fresh)


def unsend(session: Session, channel: str, channel_user: str, event_id: str, message_id: str, now: datetime) -> Taken:
    """Erase our copy of a message that the person took back, and what was read from it. It may take us before the message does."""
    fresh = _first_time(session, channel, event_id, now)
    _first_time(session, channel, _unsent(message_id), now)
    conversation = find_conversation(session, channel, channel_user)
    if conversation is not None:
        for message in _by_channel_id(session, conversation, message_id):
            erase_message(session, message, now)
    session.commit()
    return Taken(conversation.id if conversation else None, fresh)


def edit(session: Session, incoming: Incoming, now: datetime) -> Taken:
    """Take an edited message: its old words are gone, and the new ones are read in their place.

    While nobody has read the old words, the new ones take their place in the order; later they come as a further message, and
    what was read from the old ones alone is forgotten, as from a message that was taken back.
    """
    if incoming.message_id is None or now - incoming.sent_at > OLDEST:
        return Taken(None, False)
    if not _first_time(session, incoming.channel, incoming.event_id, now) or _was_unsent(session, incoming):
        session.commit()
        return Taken(_conversation_id(session, incoming), False)
    # The lock is held from here: no turn begins to read the old words meanwhile.
    conversation = find_conversation(session, incoming.channel, incoming.channel_user)
    old = [row for row in _by_channel_id(session, conversation, incoming.message_id) if row.kind != "erased"] if conversation else []
    if old and old[-1].status == "new" and not old[-1].attempts:
        old[-1].content = {"text": _kept_text(incoming), "payload": None}
        session.commit()
        return Taken(old[-1].conversation_id, True)
    for row in old:
        erase_message(session, row, now)
    return _take(session, incoming, now)


def open_conversation(session: Session, channel: str, channel_user: str, now: datetime) -> Conversation:
    """Return the person's conversation; a new one begins with the silent start that the greeting answers. The caller commits."""
    known = find_conversation(session, channel, channel_user)
    if known is not None:
        return known
    conversation = _new_conversation(session, channel, channel_user, now)
    store_message(session, conversation, event_id="start", kind="start", content={"text": "", "payload": None}, now=now)
    return conversation


def find_conversation(session: Session, channel: str, channel_user: str) -> Conversation | None:
    """Return the conversation of the channel's own user id, if there is one."""
    return session.scalar(select(Conversation).where(Conversation.channel == channel, Conversation.channel_user_hash == keyed_hash(channel_user)))


def forget_seen(session: Session, now: datetime) -> None:
    """Delete the hashes of events that are too old to be taken anyway. The caller commits."""
    session.execute(delete(SeenEvent).where(SeenEvent.seen_at < now - KEEP_SEEN))


def _take(session: Session, incoming: Incoming, now: datetime) -> Taken:
    conversation = open_conversation(session, incoming.channel, incoming.channel_user, now)
    _unblock(session, conversation)
    pressed = pressed_button(session, conversation, incoming.payload) if incoming.payload is not None else None
    text, payload = pressed or (_kept_text(incoming), incoming.command)  # a button that we did not offer is read as the text that came with it
    store_message(
        session,
        conversation,
        event_id=incoming.event_id,
        kind=incoming.kind,
        content={"text": text, "payload": payload},
        now=now,
        channel_message_id=incoming.message_id,
        reply_handle=_handle(incoming),
    )
    session.commit()
    return Taken(conversation.id, True)


def _new_conversation(session: Session, channel: str, channel_user: str, now: datetime) -> Conversation:
    conversation = Conversation(
        channel=channel,
        channel_user_hash=keyed_hash(channel_user),
        channel_user=channel_user,
        holder="bot",
        created_at=now,
        last_message_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def _unblock(session: Session, conversation: Conversation) -> None:
    """Let messages go out again; what a caseworker wrote in between is sent now, what the bot said has passed."""
    if conversation.blocked_at is None:
        return
    conversation.blocked_at = None
    held = (Message.conversation_id == conversation.id, Message.direction == "out", Message.status == "blocked", Message.author == "staff")
    session.execute(update(Message).where(*held).values(status="pending", due_at=None, reason=None, retry_key=None))
    enqueue_send(session, conversation)


def _first_time(session: Session, channel: str, event_id: str, now: datetime) -> bool:
    """Note the event and return whether it was not known. It takes the write lock, so two deliveries cannot pass at once."""
    event_hash = keyed_hash(f"{channel}:{event_id}")
    known = select(SeenEvent.event_hash).where(SeenEvent.event_hash == event_hash)
    row = select(literal(event_hash), literal(now, UtcDateTime)).where(~known.exists())
    inserted: CursorResult[Any] = session.execute(insert(SeenEvent).from_select(["event_hash", "seen_at"], row))  # type: ignore[assignment]
    return inserted.rowcount == 1


def _unsent(message_id: str) -> str:
    return f"unsent:{message_id}"


def _was_unsent(session: Session, incoming: Incoming) -> bool:
    if incoming.message_id is None:
        return False
    return session.get(SeenEvent, keyed_hash(f"{incoming.channel}:{_unsent(incoming.message_id)}")) is not None


def _conversation_id(session: Session, incoming: Incoming) -> int | None:
    conversation = find_conversation(session, incoming.channel, incoming.channel_user)
    return conversation.id if conversation else None


def _by_channel_id(session: Session, conversation: Conversation, message_id: str) -> list[Message]:
    rows = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == "in", Message.channel_message_id == message_id
    )
    return list(session.scalars(rows.order_by(Message.id)))


def _kept_text(incoming: Incoming) -> str:
    """Return the words to keep: nothing where nothing can be seen; of a shared place only the municipality, since no more is needed."""
    text = incoming.text.encode("utf-8", "replace").decode("utf-8")
    if incoming.kind != "location":
        return text if any(unicodedata.category(sign)[0] not in "CZ" for sign in text) else ""
    found = find_municipalities(text, asked=True)
    return found[0].name if found and not found[0].ambiguous else ""


def _handle(incoming: Incoming) -> dict[str, Any] | None:
    if incoming.reply is None:
        return None
    return {"token": incoming.reply.token, "until": incoming.reply.until.isoformat(), "used_by": None}

