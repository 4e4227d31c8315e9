"""What comes in from the website widget: the JSON API under /api/web, and putting the whole channel into the app."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot import inbox
from bot.deletions import record_deletion
from bot.models import Conversation
from connectors.message import Incoming
from connectors.web.cross_origin import CrossOrigin
from connectors.web.errors import JsonRoute, WebError
from connectors.web.limits import BodyLimit, RateLimit, clean_text
from connectors.web.send import PING_SECONDS, LiveFeed, note_delivery, read_news
from connectors.web.settings import web_settings
from connectors.web.unavailable import unavailable

router = APIRouter(prefix="/api/web", route_class=JsonRoute)
_BEARER = "bearer "
_MAX_TITLE = 200


class Opening(BaseModel):
    """The body of POST /conversations."""

    municipality: str | None = Field(default=None, max_length=40)


class Posted(BaseModel):
    """The body of POST /messages: typed text, or a pressed button's payload with its title as text."""

    event_id: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    text: str = ""
    payload: str | None = Field(default=None, max_length=1000)


def install(app: FastAPI) -> None:
    """Put the channel into `app`, whose state has sessions, clock, live and settings."""
    from connectors.web import assets, contact, pages, plain

    app.state.web_message_limit = RateLimit(web_settings().messages_per_minute)
    app.state.web_opening_limit = RateLimit(web_settings().openings_per_minute)
    app.include_router(router)
    app.include_router(pages.router)
    app.include_router(plain.router)
    app.include_router(contact.router)
    app.include_router(assets.router)
    app.add_middleware(BodyLimit, prefixes=("/api/web/", "/plain", "/contact/"))
    app.add_middleware(CrossOrigin, prefixes=("/api/web/", "/static/web/", "/widget.js"))


def token_of(authorization: Annotated[str, Header()] = "") -> str:
    """Return the token of the Authorization header. Raises WebError (401) when there is none."""
    if not authorization.lower().startswith(_BEARER):
        raise WebError(401, "unknown_conversation")
    return authorization[len(_BEARER) :].strip()


Token = Annotated[str, Depends(token_of)]


def open_conversation(request: Request, municipality: str | None) -> str:
    """Begin a conversation for a browser and return its token. Raises WebError (429) when one address opens too many."""
    now: datetime = request.app.state.clock()
    request.app.state.web_opening_limit.check(request.client.host if request.client else "", now)
    with request.app.state.sessions() as session:
        return inbox.open_web_conversation(session, municipality=municipality or None, now=now)


def accept(request: Request, session: Session, conversation: Conversation, incoming: Incoming) -> tuple[int, bool]:
    """Store what came in and wake those who watch. Returns (message id, whether it was new). Raises WebError (429)."""
    now: datetime = request.app.state.clock()
    request.app.state.web_message_limit.check(str(conversation.id), now)
    stored = inbox.receive(
        session,
        conversation=conversation,
        event_id=incoming.event_id,
        kind=incoming.kind,
        text=incoming.text,
        payload=incoming.payload,
        sent_at=incoming.sent_at,
        now=now,
    )
    request.app.state.live.ring(conversation.id)
    return stored


@router.post("/conversations", status_code=201)
def post_conversation(request: Request, opening: Opening) -> dict[str, str]:
    """Begin a conversation; the greeting is on its way."""
    return {"token": open_conversation(request, opening.municipality)}


@router.post("/messages", status_code=202, response_model=None)
def post_message(request: Request, posted: Posted, token: Token, response: Response) -> dict[str, int] | JSONResponse:
    """Take a message; 202 when it is new, 200 with the same id when it came before, 503 with lifelines when the database is down."""
    text = clean_text(posted.text if posted.payload is None else posted.text[:_MAX_TITLE])
    incoming = Incoming(
        channel="web",
        channel_user=token,
        event_id=posted.event_id,
        kind="text" if posted.payload is None else "button",
        text=text,
        payload=posted.payload,
        sent_at=request.app.state.clock(),
    )
    try:
        with request.app.state.sessions() as session:
            conversation = inbox.conversation_for_token(session, token)
            message_id, is_new = accept(request, session, conversation, incoming)
    except SQLAlchemyError:
        return unavailable(text, request.app.state.clock())
    if not is_new:
        response.status_code = 200
    return {"id": message_id}


@router.get("/messages")
def get_messages(request: Request, token: Token, after: Annotated[int, Query(ge=0)] = 0, easy: bool = False) -> dict[str, Any]:
    """Return what came after a message, whether an answer is being made, and who holds the chat. `easy`: in plain Japanese."""
    with request.app.state.sessions() as session:
        conversation = inbox.conversation_for_token(session, token)
        news = read_news(session, conversation.id, after, easy)
        if news is None:
            raise WebError(401, "unknown_conversation")
        note_delivery(session, conversation.id, news.messages, request.app.state.clock())
        return news.as_json()


@router.get("/stream")
def get_stream(
    request: Request, token: Token, last_event_id: Annotated[str, Header()] = "", easy: bool = False
) -> EventSourceResponse:
    """Follow the conversation as server-sent events, from the message after Last-Event-ID."""
    state = request.app.state
    with state.sessions() as session:
        conversation_id = inbox.conversation_for_token(session, token).id
    after = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19 else 0
    feed = LiveFeed(state.sessions, state.live, state.clock, conversation_id, after, easy)
    return EventSourceResponse(feed.events(), ping=PING_SECONDS, ping_message_factory=lambda: ServerSentEvent(comment="ping"))


@router.delete("/conversation", status_code=204)
def delete_conversation(request: Request, token: Token) -> None:
    """Delete the conversation and everything in it."""
    with request.app.state.sessions() as session:
        conversation = inbox.conversation_for_token(session, token)
        conversation_id = conversation.id
        record_deletion(session, conversation, "asked", request.app.state.clock())
        inbox.erase_conversation(session, conversation)
    request.app.state.live.ring(conversation_id)
