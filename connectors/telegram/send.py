"""Sending on Telegram: one message a request, one a second to each chat, thirty a second in all.

Telegram has no retry key. A request whose answer did not arrive may have been taken; when it is repeated, the message counts as
uncertain and is counted (`bot.outbox` does both).
"""

from collections.abc import Sequence

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.pace import Pace
from connectors.message import Blocked, Delivery, Failed, Outcome, Outgoing, Retry, Sent
from connectors.telegram.client import CHANNEL, TelegramClient, is_not_begun, reason_of, seconds_of
from connectors.telegram.render import Piece, render

REQUESTS_PER_SECOND = 20.0
"""Telegram takes about 30 (Bots FAQ, "My bot is hitting limits"); typing signs and button answers need some of them (`channel`)."""
CHAT_SECONDS = 1.25
"""Telegram asks for at most one message a second to a chat (same place); the rest is for a request that is under way longer than the next."""
_WAIT_FOR_STAFF_SECONDS = 300.0
"""When the token is wrong, people have to put it right; until then nothing is lost."""
_LONGEST_FLOOD_SECONDS = 3600.0


class TelegramSender:
    """Telegram's way out, as `bot.outbox` uses it. Safe from any thread."""

    channel = CHANNEL
    idempotent = False

    def __init__(self, client: TelegramClient, pace: Pace | None = None) -> None:
        """Send by `client`. `pace`: other limits than Telegram's, for tests."""
        self.pace = pace or Pace(REQUESTS_PER_SECOND, CHAT_SECONDS)
        self._client = client

    def fits(self, messages: Sequence[Outgoing]) -> int:
        """Return 1: each of our messages is one of Telegram's, or several."""
        return 1

    def send(self, delivery: Delivery) -> Outcome:
        """Send one part of one message."""
        pieces = render(delivery.messages[0], private=not delivery.awaited)
        if delivery.part >= len(pieces):
            return Sent() if pieces else Failed("empty")
        try:
            self._client.call(send_piece(self._client, int(delivery.channel_user), pieces[delivery.part]))
        except TelegramError as fault:
            return outcome_of(fault)
        return Sent(more=delivery.part + 1 < len(pieces))


async def send_piece(client: TelegramClient, chat: int, piece: Piece) -> None:
    """Send one of Telegram's messages. Raises TelegramError."""
    await client.bot.send_message(
        chat,
        piece.text,
        parse_mode=None if piece.plain else ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=piece.keyboard,
    )


def outcome_of(fault: TelegramError) -> Outcome:
    """Return what a failed request means for its message."""
    reason = reason_of(fault)
    match fault:
        case RetryAfter():
            # Telegram does not say whether the chat or the whole bot was too fast, so everybody waits.
            return Retry(reason, min(seconds_of(fault), _LONGEST_FLOOD_SECONDS), whole_channel=True)
        case Forbidden():
            return Blocked()
        case InvalidToken() | Conflict():
            return Retry(reason, _WAIT_FOR_STAFF_SECONDS, whole_channel=True)
        case BadRequest():
            return Blocked("chat_not_found") if "chat not found" in fault.message.lower() else Failed(reason)
        case NetworkError():
            return Retry(reason, unknown=not is_not_begun(fault))
    return Retry(reason, unknown=True)
