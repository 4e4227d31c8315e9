"""SIGKILL at ten random moments during 50 messages with duplicates: every message done once, answered, in order."""

import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import open_database
from bot.models import Message
from bot.settings import Settings

KILLS, MESSAGES, CONVERSATIONS = 10, 50, 5
SERVER = Path(__file__).parent / "kill_server.py"


class Server:
    """The application, to be killed and started again."""

    def __init__(self, data_dir: Path, models_dir: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, str(SERVER), str(data_dir), str(models_dir), str(self.port)]
        log = (data_dir.parent / "server.log").open("w")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=SERVER.parents[2], env={**_environment()}
        )
        assert self._answer() == "ready"

    def do(self, command: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self._answer() if command != "end" else ""

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(SERVER.parents[2]), "MADOGUCHI_WEB_MESSAGES_PER_MINUTE": "100000", "MADOGUCHI_WEB_OPENINGS_PER_MINUTE": "100000"}


@pytest.fixture
def server(tmp_path: Path, model: Path) -> Iterator[Server]:
    """The started application with a database of its own."""
    (tmp_path / "var").mkdir()
    server = Server(tmp_path / "var", model.parent)
    server.do("start")
    yield server
    server.do("end")
    server.process.wait(30)


def send_until_taken(client: httpx.Client, method: str, path: str, **request: object) -> httpx.Response:
    """Send like a phone in a tunnel: again and again, until the server takes it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            response = client.request(method, path, **request)  # type: ignore[arg-type]
            if response.status_code < 500:
                return response
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server never came back")


@pytest.mark.timeout(600)
def test_no_message_is_lost_or_doubled_by_kills(server: Server, tmp_path: Path) -> None:
    dice = random.Random(20261120)
    finished = Event()
    kills = []

    def killer() -> None:
        while len(kills) < KILLS and not finished.is_set():
            time.sleep(dice.uniform(0.3, 2.0))
            server.do("kill")
            kills.append(time.monotonic())
            server.do("start")

    client = httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=5)
    tokens = [send_until_taken(client, "POST", "/api/web/conversations", json={}).json()["token"] for _ in range(CONVERSATIONS)]
    thread = Thread(target=killer)
    thread.start()
    sent: dict[str, list[str]] = {token: [] for token in tokens}
    for number in range(MESSAGES):
        token, event = tokens[number % CONVERSATIONS], f"event-{number:04d}"
        body = {"event_id": event, "text": f"{20 + number}歳です"}
        for _ in range(2 if dice.random() < 0.2 else 1):
            answer = send_until_taken(client, "POST", "/api/web/messages", json=body, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code in (200, 202)
        sent[token].append(event)
        time.sleep(dice.uniform(0, 0.4))
    thread.join()
    finished.set()
    wait_until_answered(client, tokens)

    assert len(kills) == KILLS
    engine = open_database(Settings(data_dir=tmp_path / "var", _env_file=None))  # type: ignore[call-arg]
    with Session(engine) as session:
        messages = list(session.scalars(select(Message).order_by(Message.id)))
    incoming = [message for message in messages if message.direction == "in"]
    assert len(incoming) == MESSAGES + CONVERSATIONS
    assert {message.status for message in incoming} == {"done"}
    for events in sent.values():
        arrived = [message for message in incoming if message.event_id in events]
        assert [message.event_id for message in arrived] == events, "order kept"
        done = [message.done_at for message in arrived]
        assert done == sorted(done), "answered in order"
    replies: dict[int, set[object]] = {}
    for message in messages:
        if message.direction == "out":
            replies.setdefault(message.in_reply_to_id, set()).add(message.created_at)
    # What one turn says is written at one moment: a second moment would be a second turn.
    assert {message_id: len(moments) for message_id, moments in replies.items() if len(moments) > 1} == {}, "nothing answered twice"
    last = {message.conversation_id: message.id for message in incoming}
    assert all(message_id in replies for message_id in last.values()), "the last word is the assistant's"


def wait_until_answered(client: httpx.Client, tokens: list[str]) -> None:
    """Return when no conversation waits for an answer."""
    deadline = time.monotonic() + 120
    for token in tokens:
        while True:
            answer = send_until_taken(client, "GET", "/api/web/messages", headers={"Authorization": f"Bearer {token}"}).json()
            if not answer["typing"]:
                break
            assert time.monotonic() < deadline, "still waiting"
            time.sleep(0.2)
