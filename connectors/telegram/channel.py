"""The whole channel: starts and stops with the application, takes updates by polling or webhook, and minds its manners at once."""

import asyncio
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from telegram import BotCommand, Update
from telegram.constants import ChatAction
from telegram.error import RetryAfter, TelegramError

from bot.inbox import is_typing
from bot.models import Conversation
from bot.pace import Pace
from bot.turn import emergency_reply
from connectors.message import Outgoing, Reply
from connectors.telegram.client import CHANNEL, TelegramClient, quietly, reason_of, seconds_of
from connectors.telegram.receive import ALLOWED_UPDATES, Courtesy, House, read_update, receive, words_of
from connectors.telegram.render import render
from connectors.telegram.send import TelegramSender, send_piece
from connectors.telegram.settings import WEBHOOK_PATH, TelegramSettings, telegram_settings
from connectors.telegram.wording import wording
from nlu.emergency import detect_emergency

MAX_BODY_BYTES = 1024 * 1024
_SECRET_HEADER = "x-telegram-bot-api-secret-token"
COURTESIES_PER_SECOND = 8.0
"""Typing signs and button answers; with the sender's requests they stay below Telegram's 30 a second."""
_TYPING_SECONDS = 4.5
"""A typing sign lasts five seconds (Bot API, sendChatAction)."""
_LONGEST_TYPING_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 60.0
_TRIES = 3
_DECLINE_AGAIN_SECONDS = 600.0
log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)


class TelegramChannel:
    """Telegram as the application runs it. `sender` is its way out."""

    def __init__(self, settings: TelegramSettings, house: House, public_url: str) -> None:
        """Raises TelegramMisconfigured when the channel must not start like this."""
        settings.check(public_url)
        self.settings, self.house = settings, house
        self.client = TelegramClient(settings)
        self.sender = TelegramSender(self.client)
        self._webhook_url = f"{public_url.rstrip('/')}{WEBHOOK_PATH}"
        self._manners = Pace(COURTESIES_PER_SECOND)
        self._typing: set[int] = set()
        self._declined: dict[int, float] = {}
        self._warned: set[int] = set()

    def start(self) -> None:
        """Introduce ourselves to Telegram and begin to listen; Telegram may be down, it is tried until it answers."""
        self.client.spawn(self._run())

    def stop_listening(self) -> None:
        """Take no more updates; Telegram keeps them. Sending goes on."""
        self.client.cancel()

    def stop(self) -> None:
        """Stop listening and sending."""
        self.client.close()

    def take(self, data: Mapping[str, Any]) -> None:
        """Store one update and do at once what it asks for. Raises SQLAlchemyError when it has to come again."""
        update = read_update(data)
        if update is None:
            return
        try:
            courtesy = receive(self.house, update)
        except SQLAlchemyError as fault:
            log.error("telegram_update_not_stored", channel=CHANNEL, reason=type(fault).__name__)
            self._answer_emergency(update)
            raise
        self._warned.discard(update.update_id)
        self.client.spawn(self._be_polite(courtesy))

    async def _run(self) -> None:
        await self._insist(self._introduce, "telegram_introduction_failed")
        log.info("telegram_ready", channel=CHANNEL, kind=self.settings.mode)
        if self.settings.mode == "polling":
            await self._poll()

    async def _introduce(self) -> None:
        """Say by which way updates come, and which commands there are."""
        bot = self.client.bot
        if self.settings.mode == "webhook":
            # One connection: updates arrive in the order in which people wrote.
            await bot.set_webhook(self._webhook_url, secret_token=self.settings.secret, allowed_updates=ALLOWED_UPDATES, max_connections=1)
        else:
            await bot.delete_webhook()
        await bot.set_my_commands([BotCommand(name, command.description) for name, command in wording().commands.items()])

    async def _poll(self) -> None:
        """Take updates for ever. Telegram forgets one only after it was stored: the next question says so."""
        offset = 0
        while True:
            updates: list[dict[str, Any]] = []

            async def ask(after: int = offset, into: list[dict[str, Any]] = updates) -> None:
                into.extend(await self._ask_updates(after))

            await self._insist(ask, "telegram_polling_failed")
            for update in updates:
                await self._take_surely(update)
                offset = max(offset, int(update["update_id"]) + 1)

    async def _ask_updates(self, offset: int) -> list[dict[str, Any]]:
        """Return the next updates as they came: the library reads all of them or none, and one of an unknown shape must not hold up the others."""
        # In lower case, which Telegram takes as well; the library answers to the usual spelling by its own method.
        found: list[dict[str, Any]] = await self.client.bot.do_api_request(
            "getupdates",
            {"offset": offset, "timeout": self.settings.poll_seconds, "allowed_updates": ALLOWED_UPDATES},
            read_timeout=self.settings.poll_seconds + self.settings.timeout_seconds,
        )
        return [update for update in found if isinstance(update, dict) and isinstance(update.get("update_id"), int)]

    async def _take_surely(self, data: dict[str, Any]) -> None:
        """Store an update, however long the database is away. One that breaks our own code is tried three times, then left with a line in the log."""
        faults = 0
        pause = 0.5
        while faults < _TRIES:
            try:
                await asyncio.to_thread(self.take, data)
                return
            except SQLAlchemyError:
                pass  # noted by `take`
            except Exception as fault:  # noqa: BLE001 - a fault of ours in one person's update must not silence all others
                faults += 1
                log.error("telegram_update_failed", channel=CHANNEL, attempt=faults, reason=type(fault).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _insist(self, work: Any, event: str) -> None:
        """Do `work` until Telegram has taken it, with growing pauses."""
        pause = 1.0
        while True:
            try:
                await work()
                return
            except TelegramError as fault:
                log.warning(event, channel=CHANNEL, reason=reason_of(fault))
                await asyncio.sleep(seconds_of(fault) if isinstance(fault, RetryAfter) else pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _be_polite(self, courtesy: Courtesy) -> None:
        bot = self.client.bot
        if courtesy.callback is not None:
            query_id, words = courtesy.callback
            await self._in_turn()
            await quietly(lambda: bot.answer_callback_query(query_id, text=words), "telegram_button_not_answered")
        if courtesy.spent is not None:
            chat, message_id = courtesy.spent
            await self._in_turn()
            await quietly(lambda: bot.edit_message_reply_markup(chat, message_id, reply_markup=None), "telegram_buttons_not_removed")
        if courtesy.group is not None:
            await self._decline(courtesy.group)
        if courtesy.typing is not None:
            await self._show_typing(*courtesy.typing)

    async def _in_turn(self) -> None:
        while (wait := await asyncio.to_thread(self._manners.reserve, "")) > 0:
            await asyncio.sleep(wait)

    async def _decline(self, chat: int) -> None:
        """Say once that talks are for two, and leave."""
        now = time.monotonic()
        self._declined = {group: at for group, at in self._declined.items() if now - at < _DECLINE_AGAIN_SECONDS}
        if chat in self._declined:
            return
        self._declined[chat] = now
        bot = self.client.bot
        await quietly(lambda: bot.send_message(chat, wording().group.strip()), "telegram_group_not_declined")
        await quietly(lambda: bot.leave_chat(chat), "telegram_group_not_left")

    async def _show_typing(self, conversation_id: int, chat: int) -> None:
        """Show that an answer is being made, for as long as it is."""
        if conversation_id in self._typing:
            return
        self._typing.add(conversation_id)
        until = time.monotonic() + _LONGEST_TYPING_SECONDS
        try:
            while time.monotonic() < until and await asyncio.to_thread(self._is_answering, conversation_id):
                if await asyncio.to_thread(self._manners.reserve, "") > 0:
                    return  # so many people write at once that there are better uses for our requests
                if not await quietly(lambda: self.client.bot.send_chat_action(chat, ChatAction.TYPING), "telegram_typing_not_shown"):
                    return
                await self.house.live.wait(conversation_id, _TYPING_SECONDS)
        finally:
            self._typing.discard(conversation_id)

    def _is_answering(self, conversation_id: int) -> bool:
        try:
            with self.house.sessions() as session:
                conversation = session.get(Conversation, conversation_id)
                return conversation is not None and conversation.holder == "bot" and is_typing(session, conversation_id)
        except SQLAlchemyError:
            return False

    def _answer_emergency(self, update: Update) -> None:
        """Give the lifelines, once, when not even the database answers. The update comes again, and may then be answered again."""
        found = words_of(update)
        if found is None or update.update_id in self._warned:
            return
        chat, words = found
        signs = detect_emergency(words) if words else []
        if signs:
            self._warned.add(update.update_id)
            self.client.spawn(self._send_emergency(chat, emergency_reply(signs, self.house.clock())))

    async def _send_emergency(self, chat: int, reply: Reply) -> None:
        for piece in render(Outgoing(0, "bot", reply)):
            await quietly(partial(send_piece, self.client, chat, piece), "telegram_emergency_not_sent")


def install(app: FastAPI, settings: TelegramSettings | None = None, public_url: str | None = None) -> TelegramChannel | None:
    """Put the channel into `app`, whose state has sessions, clock, live and settings; None when there is no token.

    Raises TelegramMisconfigured. The caller starts and stops the channel and hands its sender to the outbox.
    """
    settings = settings or telegram_settings()
    if not settings.configured:
        return None

    def clock() -> datetime:
        moment: datetime = app.state.clock()
        return moment

    house = House(app.state.sessions, clock, app.state.live)
    channel = TelegramChannel(settings, house, app.state.settings.base_url if public_url is None else public_url)
    app.state.telegram = channel
    if settings.mode == "webhook":
        app.include_router(router)
    return channel


@router.post(WEBHOOK_PATH)
async def webhook(request: Request) -> Response:
    """Take an update. 200 when it is stored, 403 for a wrong secret, 400 for what is no update, 503 when it should come again."""
    channel: TelegramChannel = request.app.state.telegram
    shown = request.headers.get(_SECRET_HEADER, "").encode("utf-8", "replace")
    if not hmac.compare_digest(shown, channel.settings.secret.encode()):
        log.warning("telegram_secret_refused", channel=CHANNEL)
        return Response(status_code=403)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return Response(status_code=413)
    try:
        data = json.loads(bytes(body))
    except ValueError:
        return Response(status_code=400)
    if not isinstance(data, dict):
        return Response(status_code=400)
    try:
        await asyncio.to_thread(channel.take, data)
    except SQLAlchemyError:
        return Response(status_code=503)
    return Response(status_code=200)
