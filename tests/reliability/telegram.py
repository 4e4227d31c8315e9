"""The run over Telegram: updates to the webhook as Telegram delivers them; messages over a Telegram that fails every fifth time.

Telegram has no retry key: what was sent again in doubt may have come twice, is marked, and is counted here.
"""

import re
import threading
import time
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from bot.models import Message
from bot.outbox import Outgoing
from bot.reply import Reply
from connectors.telegram.render import render
from connectors.telegram.wording import wording
from tests.connectors.fakes.telegram import SECRET, TOKEN, FakeTelegram
from tests.reliability.judge import Verdict, judge_record, judge_shown, people_of
from tests.reliability.plan import Delivery, arrivals
from tests.reliability.server import Killer, Server, Watcher

_WORKERS = 6
_FIRST_CHAT = 10_000


def run(folder: Path, plans: dict[int, list[Delivery]], *, kills: int, failures: float, port: int, patience_seconds: float) -> Verdict:
    """Play all conversations and judge."""
    telegram = FakeTelegram()
    telegram.start()
    server = Server(
        folder,
        port,
        {
            "MADOGUCHI_PUBLIC_URL": "https://madoguchi.invalid",
            "MADOGUCHI_TELEGRAM_TOKEN": TOKEN,
            "MADOGUCHI_TELEGRAM_MODE": "webhook",
            "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": SECRET,
            "MADOGUCHI_TELEGRAM_API_URL": telegram.url,
        },
    )
    server.begin()
    telegram.failure_rate = failures
    work = sum(len(arrivals(deliveries)) + 1 for deliveries in plans.values())
    killer = Killer(server, kills, work, random_seconds=2.0)
    killer.start()
    watcher = Watcher(server)
    watcher.start()
    posts = [threading.Thread(target=_deliver, args=(telegram, f"http://127.0.0.1:{port}", dict(list(plans.items())[number::_WORKERS]))) for number in range(_WORKERS)]
    for thread in posts:
        thread.start()
    for thread in posts:
        thread.join()
    until = time.monotonic() + patience_seconds
    while server.count("in", "new") or killer.is_alive() or server.count("out", "pending"):
        assert time.monotonic() < until, f"still waiting: {server.count('in', 'new')} to answer, {server.count('out', 'pending')} to send"
        time.sleep(1)
    watcher.over = True
    server.end()
    telegram.stop()
    sent = {_person(number): arrivals(deliveries) for number, deliveries in plans.items()}
    verdict, outgoing = judge_record(server.engine, "telegram", sent, {talk: str(user) for talk, user in people_of(server.engine, "telegram").items()})
    expected = {person: [(text, row.status == "uncertain") for row in rows for text in _texts(row)] for person, rows in outgoing.items()}
    covered = f"{wording().private_notice}\n\n"  # stands before what came long after the person's last word
    shown: dict[str, list[str]] = {person: [] for person in sent}
    for bubble in telegram.shown:
        shown[bubble.person].append(bubble.text.removeprefix(covered))
    judge_shown(verdict, expected, shown)
    verdict.expect(telegram.problems == [], f"Telegram's limits were broken: {sorted(set(telegram.problems))[:5]}")
    verdict.expect(killer.done == kills, f"only {killer.done} kills")
    verdict.figures |= {"kills": killer.done, "found gone by itself": watcher.found_gone, "requests to Telegram": len(telegram.requests), "messages taken": telegram.sent, "refused as too fast": telegram.too_fast}
    return verdict


def _person(number: int) -> str:
    return str(_FIRST_CHAT + number)


def _texts(row: Message) -> list[str]:
    pieces = render(Outgoing(row.id, row.author, Reply.model_validate(row.content), row.plain))
    return [(piece.text if piece.plain else unescape(re.sub(r"<[^>]*>", "", piece.text))).strip() for piece in pieces]


def _deliver(telegram: FakeTelegram, url: str, plans: dict[int, list[Delivery]]) -> None:
    """Deliver, conversation after conversation, several at a time; what is not taken with 200 comes again."""
    updates: dict[str, dict[str, Any]] = {}
    with httpx.Client(base_url=url, timeout=10, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}) as client:
        waiting = {number: list(deliveries) for number, deliveries in plans.items()}
        while waiting:
            for number in list(waiting)[:40]:
                delivery = waiting[number].pop(0)
                if not delivery.again:
                    updates[delivery.event] = telegram.message(_FIRST_CHAT + number, text=delivery.text)
                _until_taken(client, updates[delivery.event])
                if not waiting[number]:
                    del waiting[number]


def _until_taken(client: httpx.Client, update: dict[str, Any]) -> None:
    while True:
        try:
            if client.post("/telegram/webhook", json=update).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
