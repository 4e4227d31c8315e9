"""The website widget keeps the contract. It fetches; nothing is sent to it, so nothing can fail on the way out."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from bot.assistant import Assistant
from bot.settings import Settings
from connectors.web import receive
from tests.connectors.contract import Bubble, ChannelContract, Driver, House, Kind

FETCHES = "the browser fetches; there is no platform in between that a send could fail on"
ONLY_WORDS = "the widget has a text box and buttons only; there is nothing to attach"


class WebDriver(Driver):
    """A browser."""

    def __init__(self, house: House, client: TestClient) -> None:
        self.house, self.client, self.last = house, client, None
        self.head: dict[str, str] = {}

    def opened(self) -> dict[str, str]:
        if not self.head:
            token = self.client.post("/api/web/conversations", json={}).json()["token"]
            self.head = {"Authorization": f"Bearer {token}"}
        return self.head

    def prepares(self, text: str) -> Any:
        self.opened()
        return {"event_id": str(uuid.uuid4()), "text": text}

    def delivers(self, event: Any) -> int:
        self.last = event
        return self.client.post("/api/web/messages", json=event, headers=self.head).status_code

    def writes(self, text: str) -> None:
        assert self.delivers(self.prepares(text)) == 202

    def again(self, event: Any) -> None:
        assert self.delivers(event) == 200

    def presses(self, title: str) -> None:
        buttons = [button for message in self.messages() for button in message["buttons"]]
        payload = next(button["payload"] for button in reversed(buttons) if button["title"] == title)
        assert self.delivers({**self.prepares(title), "payload": payload}) == 202

    def presses_forged(self, payload: str) -> None:
        assert self.delivers({**self.prepares("x"), "payload": payload}) == 202

    def writes_unsigned(self, text: str) -> int:
        event = self.prepares(text)
        return self.client.post("/api/web/messages", json=event, headers={"Authorization": "Bearer wrong"}).status_code

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/api/web/messages", headers=self.opened()).json()["messages"]
        return found

    def sees(self) -> list[Bubble]:
        ours = [message for message in self.messages() if message["author"] != "resident"]
        return [Bubble(_readable(message), tuple(button["title"] for button in message["buttons"])) for message in ours]

    def sends(self, kind: Kind) -> None:
        raise NotImplementedError

    def check(self) -> None:
        assert {row.status for row in self.house.outgoing()} <= {"pending", "sent"}


def _readable(message: dict[str, Any]) -> str:
    cards = [f"{card['title']} {card['what']} {card['why']} {[reach['label'] for reach in card['reach']]}" for card in message["cards"]]
    return "\n".join([message["text"], *cards])


@pytest.fixture
def driver(sessions: sessionmaker[Session], assistant: Assistant, now: datetime, settings: Settings) -> Iterator[WebDriver]:
    """A browser on our own page."""
    house = House(sessions, assistant, now)
    app = FastAPI()
    receive.install(app)
    app.state.sessions, app.state.live, app.state.settings, app.state.clock = sessions, house.live, settings, lambda: house.now
    with TestClient(app) as client:
        yield WebDriver(house, client)


class TestWeb(ChannelContract):
    cannot = {
        **dict.fromkeys(("sticker", "image", "voice", "video", "file", "location", "contact"), ONLY_WORDS),
        **dict.fromkeys(("429", "5xx", "400", "timeout", "lost answer", "down"), FETCHES),
        "late take-over": "what is committed is shown at once: nothing waits between the turn and the page",
        "ten thousand": "refused with advice at the entrance: tests/connectors/web/test_web_api.py",
        "empty": "refused with advice at the entrance: tests/connectors/web/test_web_api.py",
        "edited": "the widget does not let people edit what they sent",
        "unsent": "the widget does not let people take back one message; everything can be deleted",
        "blocked": "there is no way to block a page that one opens oneself",
        "group": "a page has one reader, the holder of its token",
        "old event": "events have no time of their own; the token ends with the conversation",
        "unknown event": "there is one kind of event; other bodies are refused: tests/connectors/web/test_web_api.py",
    }
