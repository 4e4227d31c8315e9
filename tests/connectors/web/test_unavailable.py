"""With the database down, words are not taken, but lifelines come in the same answer."""

from datetime import datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from bot.live import Live
from bot.settings import Settings
from connectors.web import receive

HEADERS = {"Authorization": "Bearer token"}


@pytest.fixture
def client(settings: Settings, sessions: object, now: datetime) -> TestClient:
    """The web channel over a database that has no tables: every query fails."""
    app = FastAPI()
    app.state.sessions = sessionmaker(create_engine("sqlite://"))
    app.state.clock, app.state.live, app.state.settings = (lambda: now), Live(), settings
    receive.install(app)
    return TestClient(app)


def test_an_emergency_gets_its_lifelines_though_nothing_can_be_stored(client: TestClient) -> None:
    answer = client.post("/api/web/messages", json={"event_id": "event-0001", "text": "もう死にたいです"}, headers=HEADERS)
    assert answer.status_code == 503
    assert answer.json()["reply"]["kind"] == "lifeline" and answer.json()["reply"]["cards"]
    assert "消えていません" in answer.json()["error"]


def test_other_words_get_the_sentence_alone(client: TestClient) -> None:
    answer = client.post("/api/web/messages", json={"event_id": "event-0002", "text": "部屋を探しています"}, headers=HEADERS)
    assert answer.status_code == 503 and answer.json()["reply"] is None


def test_the_page_without_javascript_shows_them_too_and_keeps_the_words(client: TestClient) -> None:
    answer = client.post("/plain", data={"event_id": "t-event-0003", "text": "もう死にたいです"})
    assert answer.status_code == 503 and "119" in answer.text and "もう死にたいです" in answer.text
