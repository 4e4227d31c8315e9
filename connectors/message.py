"""The only types that cross the border between a channel and the assistant."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.reply import Ask, Button, Card, Reach, Reply, ReplyKind

__all__ = ["Ask", "Button", "Card", "Incoming", "IncomingKind", "Reach", "Reply", "ReplyKind"]

IncomingKind = Literal["text", "button", "sticker", "image", "voice", "video", "file", "location", "contact", "unknown"]


@dataclass(frozen=True)
class Incoming:
    """One thing a person sent, whatever the channel. What the person wrote, and who they are, stays out of its repr.

    `channel_user`: the channel's own id of the person (the web: the token that we gave out). `event_id`: the channel's own id
    of the event; the same id again is the same event. `text`: as typed, empty where there is none. `payload`: of a pressed button.
    `sent_at`: aware, when the channel says it was sent, or when it arrived.
    """

    channel: str
    channel_user: str = field(repr=False)
    event_id: str
    kind: IncomingKind
    text: str = field(repr=False)
    payload: str | None = field(repr=False)
    sent_at: datetime
