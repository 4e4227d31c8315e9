"""The only types that cross the border between a channel and the assistant."""

from bot.incoming import Incoming, IncomingKind, ReplyHandle
from bot.outbox import Blocked, Delivery, Failed, Outcome, Outgoing, Retry, Sender, Sent
from bot.reply import Ask, Button, Card, Reach, Reply, ReplyKind

__all__ = [
    "Ask", "Blocked", "Button", "Card", "Delivery", "Failed", "Incoming", "IncomingKind", "Outcome", "Outgoing", "Reach", "Reply", "ReplyHandle",
    "ReplyKind", "Retry", "Sender", "Sent",
]  # fmt: skip
