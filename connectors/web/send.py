"""What goes out to the browser: the conversation as JSON, and live as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from bot.inbox import SILENT, is_typing, mark_delivered, timeline
from bot.live import Live
from bot.models import Conversation, Message
from connectors.web.easy import easily

LOOK_AGAIN_SECONDS = 3.0
"""How long a stream waits for the bell before it looks by itself (another process may have written)."""
PING_SECONDS = 15


@dataclass(frozen=True)
class News:
    """What a browser does not have yet. `oldest`: the id of the first message that is still there, or 0."""

    messages: list[dict[str, Any]]
    typing: bool
    holder: str
    oldest: int

    def as_json(self) -> dict[str, Any]:
        """Return it in the shape of GET /api/web/messages."""
        return {"messages": self.messages, "typing": self.typing, "holder": self.holder, "oldest": self.oldest}

    @property
    def state(self) -> dict[str, Any]:
        """Return what a `typing` event carries."""
        return {"typing": self.typing, "holder": self.holder}


def read_news(session: Session, conversation_id: int, after: int, easy: bool = False) -> News | None:
    """Return what came after message `after`; None when the conversation is gone. `easy`: in plain Japanese with readings."""
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        return None
    # In this order: an answer that comes in between is then in the timeline, never missed while nobody seems to be typing.
    typing = is_typing(session, conversation_id)
    messages = [easily(view.as_json()) if easy else view.as_json() for view in timeline(session, conversation_id, after)]
    oldest = session.scalar(select(func.min(Message.id)).where(Message.conversation_id == conversation_id, Message.kind.not_in(SILENT)))
    return News(messages, typing, conversation.holder, oldest or 0)


def note_delivery(session: Session, conversation_id: int, messages: list[dict[str, Any]], now: datetime) -> None:
    """Note that these messages were handed to the browser."""
    if messages:
        mark_delivered(session, conversation_id, messages[-1]["id"], now)


@dataclass
class LiveFeed:
    """One browser's stream: catches up from `after`, then follows. Ends when the conversation is deleted."""

    sessions: sessionmaker[Session]
    live: Live
    clock: Callable[[], datetime]
    conversation_id: int
    after: int
    easy: bool = False
    _oldest: int = 0
    _state: dict[str, Any] | None = None

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Yield the events of the web API; the first comes at once, so that a browser knows that nothing holds them back."""
        yield ServerSentEvent(comment="ready")
        while True:
            # The bell is listened for before looking, so that nothing rings unheard in between.
            bell = asyncio.create_task(self.live.wait(self.conversation_id, LOOK_AGAIN_SECONDS))
            await asyncio.sleep(0)
            try:
                news = await run_in_threadpool(self._read)
                if news is None:
                    yield ServerSentEvent(event="gone", data="{}")
                    return
                for event in self._events_of(news):
                    yield event
                if news.messages:
                    await run_in_threadpool(self._note, news.messages)
                if not (news.typing and news.messages):
                    await bell
            finally:
                bell.cancel()

    def _events_of(self, news: News) -> Iterator[ServerSentEvent]:
        if self._oldest and news.oldest != self._oldest:
            # The person had what they wrote deleted: the page must not keep showing it.
            yield ServerSentEvent(event="reset", data=_json({"oldest": news.oldest}))
        self._oldest = news.oldest
        for message in news.messages:
            self.after = message["id"]
            yield ServerSentEvent(event="message", id=str(message["id"]), data=_json(message))
        if news.state != self._state:
            self._state = news.state
            yield ServerSentEvent(event="typing", data=_json(news.state))

    def _read(self) -> News | None:
        with self.sessions() as session:
            return read_news(session, self.conversation_id, self.after, self.easy)

    def _note(self, messages: list[dict[str, Any]]) -> None:
        with self.sessions() as session:
            note_delivery(session, self.conversation_id, messages, self.clock())


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
