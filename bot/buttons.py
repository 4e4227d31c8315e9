"""What a pressed button carries through a channel that is not ours: which button of which message, sealed, nothing to be tampered with.

The payload itself never leaves the house. The seal is a keyed hash, so a made-up reference resolves to nothing.
"""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.encryption import keyed_hash
from bot.models import Conversation, Message

_SEAL_DIGITS = 16
_STILL_OPEN = 40
"""A button of one of our last 40 messages may be pressed; what is older was about something else."""

_BARE_ANSWERS = frozenset(
    f"/{intent}"
    for intent in ("affirm", "deny", "express_uncertainty", "refuse_answer", "correct_answer", "ask_why", "ask_meaning", "repeat_question", "go_back")
)


def button_data(message_id: int, index: int) -> str:
    """Return what the button `index` of our message carries: at most 40 ASCII signs (Telegram takes 64 bytes, LINE 300 characters)."""
    return f"{message_id}.{index}.{_seal(message_id, index)}"


def pressed_button(session: Session, conversation: Conversation, data: str) -> tuple[str, str] | None:
    """Return title and payload of the button that `data` stands for; None when it is none of this conversation's last ones."""
    parts = data.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[:2]):
        return None
    message_id, index = int(parts[0]), int(parts[1])
    if not hmac.compare_digest(_seal(message_id, index).encode(), parts[2].encode("utf-8", "replace")):
        return None
    last = (
        select(Message.id)
        .where(Message.conversation_id == conversation.id, Message.direction == "out")
        .order_by(Message.id.desc())
        .limit(_STILL_OPEN)
    )
    message = session.scalar(select(Message).where(Message.id == message_id, Message.id.in_(last)))
    buttons = (message.content or {}).get("buttons", []) if message is not None else []
    return (buttons[index]["title"], buttons[index]["payload"]) if index < len(buttons) else None


def has_passed(session: Session, conversation: Conversation, data: str) -> bool:
    """Return whether the button answers a question that is not open any more: its bare yes or no would now answer another one.

    A button that says what it means by itself (a fact, a wish for a human) never passes.
    """
    pressed = pressed_button(session, conversation, data)
    if pressed is None:
        return True
    if pressed[1] not in _BARE_ANSWERS:
        return False
    later = select(Message).where(Message.conversation_id == conversation.id, Message.id > int(data.split(".")[0]))
    return any(row.direction == "in" or (row.content or {}).get("buttons") for row in session.scalars(later))


def _seal(message_id: int, index: int) -> str:
    return keyed_hash(f"button:{message_id}:{index}")[:_SEAL_DIGITS]
