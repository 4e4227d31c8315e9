"""LINE's webhook: the signature of the raw body is checked, every event is stored, and LINE has its answer, whatever the model is doing.

LINE waits two seconds. Understanding and answering run elsewhere (`bot.durable`); what may follow here (the dots while an answer
is made, leaving a group) is done after the answer to LINE. An event that cannot be stored answers 500: LINE delivers it again.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from fastapi import APIRouter, BackgroundTasks, FastAPI, Request, Response
from linebot.v3.messaging import TextMessage
from linebot.v3.webhook import SignatureValidator
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from bot import arrivals
from bot.models import Conversation
from bot.turn import emergency_reply
from connectors.line.render import render
from connectors.line.send import CHANNEL, LineSender
from connectors.line.settings import LineSettings, line_settings
from connectors.line.wording import wording
from connectors.message import Incoming, IncomingKind, Outgoing, ReplyHandle
from nlu.emergency import detect_emergency

router = APIRouter(prefix="/line", include_in_schema=False)
MAX_BODY_BYTES = 1024 * 1024
_TOKEN_LIVES = timedelta(seconds=50)
"""LINE says one minute after the event; ten seconds are left for the way."""
_KINDS: dict[str, IncomingKind] = {
    "text": "text", "sticker": "sticker", "image": "image", "audio": "voice", "video": "video", "file": "file", "location": "location",
}  # fmt: skip
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Event:
    """One event as it came, with what every event has."""

    kind: str
    user: str
    source: str
    group: str
    event_id: str
    sent_at: datetime
    token: str
    data: dict[str, Any]

    @property
    def handle(self) -> ReplyHandle | None:
        """The right to answer it."""
        return ReplyHandle(self.token, self.sent_at + _TOKEN_LIVES) if self.token else None


def install(app: FastAPI, settings: LineSettings | None = None) -> LineSender | None:
    """Put the channel into `app` and return its way out; None, and no address, when the channel is not configured."""
    settings = settings or line_settings()
    if not settings.configured:
        return None
    sender = LineSender(settings)
    app.state.line_sender = sender
    app.state.line_validator = SignatureValidator(settings.secret)
    app.include_router(router)
    return sender


@router.post("/webhook")
async def webhook(request: Request, after: BackgroundTasks) -> Response:
    """Take events. 200 when all of them are stored, 400 for a wrong signature or body, 500 when they should come again."""
    body = await _body(request)
    signature = request.headers.get("x-line-signature", "")
    if body is None or not _signed(request, body, signature):
        log.warning("line_signature_refused", channel=CHANNEL)
        return Response(status_code=400)
    events = _events(body)
    if events is None:
        return Response(status_code=400)
    taken = [await run_in_threadpool(_take, request, after, event) for event in events]
    return Response(status_code=200 if all(taken) else 500, background=after)


def _take(request: Request, after: BackgroundTasks, event: _Event) -> bool:
    """Store one event; False when it has to come again."""
    sender: LineSender = request.app.state.line_sender
    if event.source != "user":
        if event.kind in ("join", "message", "postback"):
            after.add_task(_decline_group, sender, event)
        return True
    if not event.user:
        return True
    try:
        with request.app.state.sessions() as session:
            taken = _store(session, event, request.app.state.clock())
            bot_answers = taken is not None and taken.is_new and _bot_holds(session, taken.conversation_id)
    except SQLAlchemyError as fault:
        log.error("line_event_not_stored", channel=CHANNEL, reason=type(fault).__name__)
        after.add_task(_answer_emergency, sender, event, request.app.state.clock())
        return False
    if taken is not None and taken.is_new and taken.conversation_id is not None:
        request.app.state.live.ring(taken.conversation_id)
        if bot_answers and event.kind != "unfollow":
            after.add_task(sender.show_loading, event.user)
    return True


def _store(session: Any, event: _Event, now: datetime) -> arrivals.Taken | None:
    match event.kind:
        case "message":
            return arrivals.take_in(session, _message(event), now)
        case "postback":
            data = _dict(event.data.get("postback")).get("data")
            return arrivals.take_in(session, _incoming(event, "button", "", str(data or "")), now)
        case "follow":
            return arrivals.begin(session, _incoming(event, "unknown", "", None), now)
        case "unfollow":
            return arrivals.block(session, CHANNEL, event.user, event.event_id, now)
        case "unsend":
            message_id = str(_dict(event.data.get("unsend")).get("messageId") or "")
            return arrivals.unsend(session, CHANNEL, event.user, event.event_id, message_id, now)
        case "messageEdited":
            return arrivals.edit(session, _message(event), now)
    return None


def _message(event: _Event) -> Incoming:
    message = _dict(event.data.get("message"))
    kind = _KINDS.get(str(message.get("type")), "unknown")
    text = message.get({"text": "text", "location": "address"}.get(kind, ""), "")
    return _incoming(event, kind, str(text or ""), None, str(message.get("id") or "") or None)


def _incoming(event: _Event, kind: IncomingKind, text: str, payload: str | None, message_id: str | None = None) -> Incoming:
    return Incoming(CHANNEL, event.user, event.event_id, kind, text, payload, event.sent_at, message_id, event.handle)


def _bot_holds(session: Any, conversation_id: int | None) -> bool:
    conversation = session.get(Conversation, conversation_id) if conversation_id is not None else None
    return conversation is not None and conversation.holder == "bot"


def _decline_group(sender: LineSender, event: _Event) -> None:
    """Say once that talks are for two, and leave: what a group writes is neither read nor kept."""
    if event.token:
        sender.answer_once(event.token, [TextMessage(text=wording().group.strip())])
    sender.leave(event.source, event.group)


def _answer_emergency(sender: LineSender, event: _Event, now: datetime) -> None:
    """Give the lifelines when not even the database answers. The event comes again, and may then be answered again."""
    text = str(_dict(event.data.get("message")).get("text") or "")
    signs = detect_emergency(text) if text else []
    if signs and event.token:
        sender.answer_once(event.token, render([Outgoing(0, "bot", emergency_reply(signs, now))], private=False))


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _signed(request: Request, body: bytes, signature: str) -> bool:
    try:
        return bool(request.app.state.line_validator.validate(body.decode(), signature))
    except UnicodeDecodeError:
        return False


def _events(body: bytes) -> list[_Event] | None:
    """Return the events of a signed body, those without the common parts left out; None when it is no webhook body."""
    try:
        found = json.loads(body)["events"]
    except (ValueError, KeyError, TypeError):
        return None
    return [event for event in map(_event, found) if event is not None] if isinstance(found, list) else None


def _event(data: Any) -> _Event | None:
    if not isinstance(data, dict) or data.get("mode") == "standby":
        return None
    source, stamp, event_id = _dict(data.get("source")), data.get("timestamp"), data.get("webhookEventId")
    if not isinstance(stamp, int) or not 0 < stamp < 10**14 or not isinstance(event_id, str):
        return None
    kind = str(source.get("type") or "")
    return _Event(
        kind=str(data.get("type") or ""),
        user=str(source.get("userId") or ""),
        source=kind,
        group=str(source.get(f"{kind}Id") or ""),
        event_id=event_id[:100],
        sent_at=datetime.fromtimestamp(stamp / 1000, UTC),
        token=str(data.get("replyToken") or ""),
        data=data,
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
