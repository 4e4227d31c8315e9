"""What a person writes appears in no log, no error, no address."""

import logging
import sqlite3
import time
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot import bootstrap
from bot.assistant import Assistant
from bot.logs import configure_logging
from bot.settings import Settings

CANARY = "カナリア小鳥遊7731"


def app_with(assistant: Assistant, settings: Settings) -> bootstrap.Parts:
    parts = bootstrap.assemble(settings.model_copy(update={"models_dir": settings.data_dir / "none"}))
    parts.assistant = assistant
    return parts


def wait_for_answer(client: TestClient, headers: dict[str, str]) -> dict:
    deadline = time.monotonic() + 60
    while True:
        news = client.get("/api/web/messages", headers=headers).json()
        if not news["typing"]:
            return news
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_canary_reaches_no_log_and_no_address(
    assistant: Assistant, settings: Settings, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = app_with(assistant, settings)
    configure_logging(logging.DEBUG)  # even then
    logging.getLogger("rasa").setLevel(logging.DEBUG)
    logging.getLogger("dbos").setLevel(logging.DEBUG)
    addresses: list[str] = []
    with TestClient(bootstrap.create_app(parts)) as client:
        client.event_hooks["request"].append(lambda request: addresses.append(str(request.url)))
        token = client.post("/api/web/conversations", json={}).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        client.post("/api/web/messages", json={"event_id": "event-0001", "text": f"{CANARY}です。72歳です"}, headers=headers)
        wait_for_answer(client, headers)

        def fail(*_args: object, **_more: object) -> None:
            raise ValueError(f"{CANARY} in an exception")

        monkeypatch.setattr("actions.interview.next_move", fail)
        client.post("/api/web/messages", json={"event_id": "event-0002", "text": f"{CANARY}と申します"}, headers=headers)
        news = wait_for_answer(client, headers)
        assert news["messages"][-1]["kind"] == "apology"
        refused = client.post("/api/web/messages", json={"event_id": "x", "text": CANARY * 900}, headers=headers)
        assert refused.status_code == 422 and CANARY not in refused.text
    written = "".join(capfd.readouterr())
    assert "turn_failed" in written, "the failure itself is logged"
    assert CANARY not in written and CANARY not in "".join(addresses) and token not in written + "".join(addresses)
    assert CANARY not in database_bytes(settings.data_dir)


def database_bytes(folder: Path) -> str:
    """Everything in the database file and its log, as text."""
    with sqlite3.connect(folder / "madoguchi.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return "".join(path.read_bytes().decode("utf-8", "ignore") for path in folder.glob("madoguchi.db*"))


def test_the_database_holds_no_readable_words(assistant: Assistant, settings: Settings) -> None:
    parts = app_with(assistant, settings)
    with TestClient(bootstrap.create_app(parts)) as client:
        token = client.post("/api/web/conversations", json={}).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        client.post("/api/web/messages", json={"event_id": "event-0001", "text": f"{CANARY}。足立区の72歳です"}, headers=headers)
        assert len(wait_for_answer(client, headers)["messages"]) >= 3
    content = database_bytes(settings.data_dir)
    assert CANARY not in content and token not in content
    assert "conversations" in content, "the file was read"


def test_records_of_libraries_lose_their_content(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    logging.getLogger("rasa.core.processor").warning("said %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("bot.turn").exception("failed")
    written = capfd.readouterr().err
    assert CANARY not in written and "rasa.core.processor" in written and "ValueError" in written
    assert datetime.now().strftime("%Y") in written
