"""The run over the website: a browser that posts until it is taken and fetches with answers that get lost every fifth time."""

import random
import threading
import time
from pathlib import Path

import httpx

from tests.reliability.judge import Verdict, judge_record, judge_shown
from tests.reliability.plan import Delivery, arrivals
from tests.reliability.server import Killer, Server, Watcher

_WORKERS = 6


class Browser:
    """One person's page: posts, and fetches what is new; an answer may be lost on the way."""

    def __init__(self, client: httpx.Client, losses: float, seed: int) -> None:
        self.client, self.losses, self.dice = client, losses, random.Random(seed)
        self.head = {"Authorization": f"Bearer {self.ask('POST', '/api/web/conversations', json={}).json()['token']}"}
        self.seen: list[tuple[int, str]] = []
        self.after = 0

    def ask(self, method: str, path: str, **request: object) -> httpx.Response:
        while True:
            try:
                response = self.client.request(method, path, **request)  # type: ignore[arg-type]
                if response.status_code < 500 and response.status_code != 429:
                    return response
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def post(self, delivery: Delivery) -> None:
        answer = self.ask("POST", "/api/web/messages", json={"event_id": delivery.event, "text": delivery.text}, headers=self.head)
        assert answer.status_code in (200, 202), answer.status_code

    def fetch(self) -> bool:
        """Fetch; returns whether the page is up to date and nobody is typing."""
        news = self.ask("GET", f"/api/web/messages?after={self.after}", headers=self.head).json()
        if self.dice.random() < self.losses:
            return False
        for message in news["messages"]:
            self.after = message["id"]
            if message["author"] != "resident":
                self.seen.append((message["id"], message["text"]))
        return not news["typing"]


def run(folder: Path, plans: dict[int, list[Delivery]], *, kills: int, failures: float, port: int, patience_seconds: float) -> Verdict:
    """Play all conversations and judge."""
    server = Server(folder, port, {"MADOGUCHI_WEB_MESSAGES_PER_MINUTE": "1000000", "MADOGUCHI_WEB_OPENINGS_PER_MINUTE": "1000000"})
    server.begin()
    work = sum(len(arrivals(deliveries)) + 1 for deliveries in plans.values())
    killer = Killer(server, kills, work, random_seconds=2.0)
    killer.start()
    watcher = Watcher(server)
    watcher.start()
    browsers: dict[int, Browser] = {}
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + patience_seconds
    threads = [
        threading.Thread(target=_live, args=(url, dict(list(plans.items())[number::_WORKERS]), failures, browsers, until)) for number in range(_WORKERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    killer.join(max(1.0, until - time.monotonic()))
    watcher.over = True
    server.end()
    people = _people(server, browsers)
    sent = {f"{number}": arrivals(deliveries) for number, deliveries in plans.items()}
    verdict, outgoing = judge_record(server.engine, "web", sent, people)
    expected = {person: [(row.content["text"], False) for row in rows] for person, rows in outgoing.items()}
    judge_shown(verdict, expected, {f"{number}": [text for _, text in browser.seen] for number, browser in browsers.items()})
    verdict.expect(killer.done == kills, f"only {killer.done} kills")
    verdict.figures |= {"kills": killer.done, "found gone by itself": watcher.found_gone}
    return verdict


def _live(url: str, plans: dict[int, list[Delivery]], losses: float, browsers: dict[int, Browser], until: float) -> None:
    with httpx.Client(base_url=url, timeout=10) as client:
        waiting = {number: list(deliveries) for number, deliveries in plans.items()}
        for number in waiting:
            browsers[number] = Browser(client, losses, number)
        while waiting:
            for number in list(waiting)[:40]:
                browsers[number].post(waiting[number].pop(0))
                browsers[number].fetch()
                if not waiting[number]:
                    del waiting[number]
        for number in plans:
            while not browsers[number].fetch():
                assert time.monotonic() < until, "still waiting for an answer"
                time.sleep(0.05)


def _people(server: Server, browsers: dict[int, Browser]) -> dict[int, str]:
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from bot.encryption import keyed_hash
    from bot.models import Conversation

    names = {keyed_hash(browser.head["Authorization"].removeprefix("Bearer ")): f"{number}" for number, browser in browsers.items()}
    with Session(server.engine) as session:
        rows = session.execute(select(Conversation.id, Conversation.channel_user_hash).where(Conversation.channel == "web"))
        # A page whose opening was killed before the answer left a conversation that nobody has.
        return {conversation_id: names.get(token_hash, "nobody") for conversation_id, token_hash in rows}
