"""What a channel hands over when a person did something: the only types that cross that border inwards."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

IncomingKind = Literal["text", "button", "sticker", "image", "voice", "video", "file", "location", "contact", "unknown"]


@dataclass(frozen=True)
class ReplyHandle:
    """A channel's right to answer once, at no cost, until a moment (aware). Only LINE has one: its reply token."""

    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class Incoming:
    """One thing a person sent, whatever the channel. What the person wrote, and who they are, stays out of its repr.

    `channel_user`: the channel's own id of the person (the web: the token that we gave out). `event_id`: the channel's own id
    of the event; the same id again is the same event. `text`: as typed, empty where there is none; of a place that was shared, its
    address. `payload`: of a pressed button (a channel that pushes: its `bot.buttons.button_data`). `sent_at`: aware, when the channel says it was sent, or when it arrived.
    `message_id`: the channel's own id of the message, by which it is edited or unsent later. `reply`: how to answer it, if the channel says so.
    `command`: the dialogue's payload that one of the channel's own commands or menu cells stands for; set by the channel, never taken from what came in.
    """

    channel: str
    channel_user: str = field(repr=False)
    event_id: str
    kind: IncomingKind
    text: str = field(repr=False)
    payload: str | None = field(repr=False)
    sent_at: datetime
    message_id: str | None = None
    reply: ReplyHandle | None = field(default=None, repr=False)
    command: str | None = None
