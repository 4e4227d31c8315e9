"""A web application with nothing but the website channel, on this test's own database. Nobody answers unless the test does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import inbox
from bot.live import Live
from bot.models import Conversation, Message
from bot.reply import Button, Reply
from bot.settings import Settings
from connectors.web import receive


@dataclass
class Web:
    """The running channel as a test sees it."""

    client: TestClient
    sessions: sessionmaker[Session]
    now: datetime
    live: Live = field(default_factory=Live)

    def begin(self) -> dict[str, str]:
        """Open a conversation and return the header that belongs to it."""
        token = self.client.post("/api/web/conversations", json={"municipality": None}).json()["token"]
        return {"Authorization": f"Bearer {token}"}

    def say(self, head: dict[str, str], text: str, event_id: str = "event-0001", **more: str) -> tuple[int, dict[str, object]]:
        """Send a message; returns status and body."""
        response = self.client.post("/api/web/messages", json={"event_id": event_id, "text": text, **more}, headers=head)
        return response.status_code, response.json()

    def conversation_id(self) -> int:
        """Return the newest conversation."""
        with self.sessions() as session:
            return session.scalars(select(Conversation.id).order_by(Conversation.id.desc())).first() or 0

    def answer(self, text: str, buttons: tuple[Button, ...] = (), **more: object) -> int:
        """Answer everything that waits with one message; returns its id."""
        with self.sessions() as session:
            for waiting in session.scalars(select(Message).where(Message.direction == "in")):
                waiting.status = "done"
            reply = Reply.model_validate({"text": text, "buttons": list(buttons), **more})
            added = inbox.add_reply(session, self.conversation_id(), reply, in_reply_to=None, now=self.now)
            session.commit()
            return added.id

    def stored(self) -> list[tuple[str, dict[str, object]]]:
        """Return kind and content of what residents sent, in order, without the silent start."""
        with self.sessions() as session:
            rows = session.scalars(select(Message).where(Message.direction == "in", Message.kind != "start").order_by(Message.id))
            return [(row.kind, row.content) for row in rows]

    def stored_out(self) -> list[str]:
        """Return what we said, as it is kept."""
        with self.sessions() as session:
            return [row.content["text"] for row in session.scalars(select(Message).where(Message.direction == "out").order_by(Message.id))]

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def web(sessions: sessionmaker[Session], settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The website channel, ready."""
    monkeypatch.setattr("connectors.web.plain.WAIT_SECONDS", 0.05)
    app = FastAPI()
    receive.install(app)
    with TestClient(app, follow_redirects=False) as client:
        web = Web(client, sessions, now)
        app.state.sessions, app.state.live, app.state.settings = sessions, web.live, settings
        app.state.clock = lambda: web.now
        yield web
