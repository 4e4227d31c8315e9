"""What comes in from Telegram: an update is read, taken once under its update_id, and stored before Telegram hears that we have it.

Of an update only the chat's id and what was said are read; names, pictures and telephone numbers of profiles are not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session, sessionmaker
from telegram import CallbackQuery, ChatMemberUpdated, InaccessibleMessage, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import filters

from bot import arrivals
from bot.buttons import has_passed, pressed_button
from bot.live import Live
from bot.models import Conversation
from connectors.message import Incoming, IncomingKind
from connectors.telegram.client import CHANNEL
from connectors.telegram.wording import read_command, wording
from knowledge.municipalities import load_municipalities

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
_PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER, ChatMemberStatus.RESTRICTED)
_KINDS: tuple[tuple[str, IncomingKind], ...] = (
    ("text", "text"), ("sticker", "sticker"), ("photo", "image"), ("voice", "voice"), ("audio", "voice"), ("video", "video"),
    ("video_note", "video"), ("animation", "video"), ("document", "file"), ("venue", "location"), ("location", "location"), ("contact", "contact"),
)  # fmt: skip
_DEEP_LINK = "desk_"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class House:
    """What receiving works with."""

    sessions: sessionmaker[Session]
    clock: Callable[[], datetime]
    live: Live


@dataclass(frozen=True)
class Courtesy:
    """What is done at once for an update, beside storing it; the conversation does not hang on it.

    `typing`: conversation and chat in which an answer is being made. `callback`: a pressed button's id, and a line to show or None.
    `spent`: chat and message whose buttons go. `group`: a group to decline and leave.
    """

    typing: tuple[int, int] | None = None
    callback: tuple[str, str | None] | None = None
    spent: tuple[int, int] | None = None
    group: int | None = None


NOTHING = Courtesy()


def read_update(data: Mapping[str, Any]) -> Update | None:
    """Return Telegram's update; None, and a line in the log, for one that has not the shape that we know."""
    try:
        return Update.de_json(dict(data), None)
    except (TypeError, KeyError, ValueError, AttributeError) as fault:
        log.warning("telegram_update_unreadable", channel=CHANNEL, reason=type(fault).__name__)
        return None


def receive(house: House, update: Update) -> Courtesy:
    """Store what the update brings, in a transaction. Raises SQLAlchemyError when it has to come again."""
    chat = update.effective_chat
    if chat is None:
        return NOTHING
    if chat.type != ChatType.PRIVATE:
        return _in_group(update)
    with house.sessions() as session:
        if update.callback_query is not None:
            return _pressed(house, session, update, update.callback_query)
        if update.my_chat_member is not None:
            _membership(house, session, update, update.my_chat_member)
            return NOTHING
        message = update.message or update.edited_message
        if message is None or filters.StatusUpdate.ALL.check_update(update):
            return NOTHING  # a pinned message, a new background: nobody said anything
        taken = _said(house, session, update, message)
        return _after(house, session, taken, chat.id)


def words_of(update: Update) -> tuple[int, str] | None:
    """Return the private chat and the words of an update, to look for an emergency when nothing can be stored."""
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return None
    return message.chat.id, message.text or message.caption or ""


def _said(house: House, session: Session, update: Update, message: Message) -> arrivals.Taken:
    now = house.clock()
    text = message.text or message.caption or ""
    if update.edited_message is not None:
        if not text:
            return arrivals.Taken(None, False)  # a shared place that moves on: nobody said anything
        return arrivals.edit(session, _incoming(update, message, text, message.edit_date or message.date), now)
    command = read_command(message.text or "")
    if command is None:
        return arrivals.take_in(session, _incoming(update, message, text, message.date), now)
    name, rest = command
    known = wording().commands.get(name)
    if name == "start":
        return arrivals.begin(session, _incoming(update, message, "", message.date), now, site_municipality=_municipality(rest))
    if known is None and rest:
        return arrivals.take_in(session, _incoming(update, message, text, message.date), now)
    known = known or wording().commands["help"]
    # What stands after a command is read too: somebody may cry for help there.
    said = "\n".join(filter(None, [known.text, rest]))
    return arrivals.take_in(session, _incoming(update, message, said, message.date, command=known.payload), now)


def _incoming(update: Update, message: Message, text: str, sent_at: datetime, command: str | None = None) -> Incoming:
    kind: IncomingKind = next((kind for name, kind in _KINDS if getattr(message, name, None)), "unknown")
    if kind == "location":
        text = (message.venue.address or "") if message.venue else ""
    return Incoming(
        channel=CHANNEL,
        channel_user=str(message.chat.id),
        event_id=str(update.update_id),
        kind=kind if command is None else "button",
        text=text,
        payload=None,
        sent_at=sent_at,
        message_id=str(message.message_id),
        command=command,
    )


def _pressed(house: House, session: Session, update: Update, query: CallbackQuery) -> Courtesy:
    """Take a pressed button once, and only while its question is still open; its keyboard goes in any case."""
    message = query.message
    if message is None or query.data is None:
        return Courtesy(callback=(query.id, None))
    now, chat = house.clock(), message.chat.id
    spent = None if isinstance(message, InaccessibleMessage) else (chat, message.message_id)
    conversation = arrivals.find_conversation(session, CHANNEL, str(chat))
    if conversation is None or pressed_button(session, conversation, query.data) is None or has_passed(session, conversation, query.data):
        return Courtesy(callback=(query.id, wording().button_passed), spent=spent)
    # The button, not the tap, is the event: a double tap has two update ids.
    incoming = Incoming(CHANNEL, str(chat), f"button:{query.data}", "button", "", query.data, now)
    taken = arrivals.take_in(session, incoming, now)
    after = _after(house, session, taken, chat)
    return Courtesy(typing=after.typing, callback=(query.id, None if taken.is_new else wording().button_used), spent=spent)


def _membership(house: House, session: Session, update: Update, change: ChatMemberUpdated) -> None:
    """Note that a person blocked us, or lets us write again."""
    user, event_id = str(change.chat.id), str(update.update_id)
    if change.new_chat_member.status == ChatMemberStatus.BANNED:
        arrivals.block(session, CHANNEL, user, event_id, house.clock())
    elif change.new_chat_member.status in _PRESENT:
        arrivals.unblock(session, CHANNEL, user, event_id, house.clock())


def _in_group(update: Update) -> Courtesy:
    """Leave a group that we were brought into, with a word; what people write there is neither kept nor looked at."""
    chat = update.effective_chat
    if chat is None or (update.my_chat_member is not None and update.my_chat_member.new_chat_member.status not in _PRESENT):
        return NOTHING
    return Courtesy(group=chat.id)


def _after(house: House, session: Session, taken: arrivals.Taken, chat: int) -> Courtesy:
    if not taken.is_new or taken.conversation_id is None:
        return NOTHING
    house.live.ring(taken.conversation_id)
    conversation = session.get(Conversation, taken.conversation_id)
    bot_answers = conversation is not None and conversation.holder == "bot"
    return Courtesy(typing=(taken.conversation_id, chat)) if bot_answers else NOTHING


def _municipality(payload: str) -> str | None:
    """Return the municipality of a link such as t.me/…?start=desk_13113 (its code in JIS X 0402); None for any other."""
    code = payload.removeprefix(_DEEP_LINK)
    if code == payload:
        return None
    return next((place.name for place in load_municipalities() if place.code == code), None)
