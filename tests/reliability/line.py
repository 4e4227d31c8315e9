"""The run over LINE: events by webhook as LINE delivers them, again when not taken; replies over a LINE that fails every fifth time."""

import threading
import time
from pathlib import Path

import httpx

from bot.outbox import Outgoing
from bot.reply import Reply
from connectors.line.render import render
from tests.connectors.fakes.line import SECRET, TOKEN, FakeLine, readable, redelivered, webhook
from tests.reliability.judge import Verdict, judge_pushes, judge_record, judge_shown, people_of
from tests.reliability.plan import Delivery, arrivals
from tests.reliability.server import Killer, Server, Watcher

_WORKERS = 6


def run(folder: Path, plans: dict[int, list[Delivery]], *, kills: int, failures: float, port: int, patience_seconds: float) -> Verdict:
    """Play all conversations and judge."""
    line = FakeLine()
    line.start()
    server = Server(
        folder,
        port,
        {
            "MADOGUCHI_LINE_CHANNEL_SECRET": SECRET,
            "MADOGUCHI_LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "MADOGUCHI_LINE_API_URL": line.url,
            "MADOGUCHI_LINE_DATA_URL": line.url,
        },
    )
    server.begin()
    line.failure_rate = failures
    work = sum(len(arrivals(deliveries)) + 1 for deliveries in plans.values())
    killer = Killer(server, kills, work, random_seconds=2.0)
    killer.start()
    watcher = Watcher(server)
    watcher.start()
    posts = [threading.Thread(target=_deliver, args=(line, f"http://127.0.0.1:{port}", dict(list(plans.items())[number::_WORKERS]))) for number in range(_WORKERS)]
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
    line.stop()
    sent = {_person(number): arrivals(deliveries) for number, deliveries in plans.items()}
    verdict, outgoing = judge_record(server.engine, "line", sent, people_of(server.engine, "line"))
    expected = {
        person: [
            (readable(part.to_dict()), row.status == "uncertain")
            for row in rows
            for part in render([Outgoing(row.id, row.author, Reply.model_validate(row.content), row.plain)], private=False)
        ]
        for person, rows in outgoing.items()
    }
    shown: dict[str, list[str]] = {person: [] for person in sent}
    pushed: dict[str, list[str]] = {person: [] for person in sent}
    for bubble in line.shown:
        shown[bubble.person].append(bubble.text)
        if bubble.request.startswith("push:"):
            pushed[bubble.person].append(bubble.text)
            verdict.expect(bubble.request != "push:None", "a push without a retry key")
    judge_shown(verdict, expected, shown)
    judge_pushes(verdict, expected, pushed)
    verdict.expect(line.problems == [], f"LINE's limits were broken: {sorted(set(line.problems))[:5]}")
    verdict.expect(killer.done == kills, f"only {killer.done} kills")
    verdict.figures |= {"kills": killer.done, "found gone by itself": watcher.found_gone, "requests to LINE": len(line.requests), "by reply token": line.replies, "by push": line.pushes}
    return verdict


def _person(number: int) -> str:
    return f"U{number:032x}"


def _deliver(line: FakeLine, url: str, plans: dict[int, list[Delivery]]) -> None:
    """Deliver, conversation after conversation, several at a time; what is not taken with 200 comes again."""
    events: dict[str, dict[str, object]] = {}
    with httpx.Client(base_url=url, timeout=10) as client:
        waiting = {number: list(deliveries) for number, deliveries in plans.items()}
        while waiting:
            for number in list(waiting)[:40]:
                delivery = waiting[number].pop(0)
                if delivery.again:
                    event = redelivered(events[delivery.event])
                else:
                    event = events[delivery.event] = line.text(_person(number), delivery.text)
                    event["webhookEventId"] = delivery.event
                _until_taken(client, event)
                if not waiting[number]:
                    del waiting[number]


def _until_taken(client: httpx.Client, event: dict[str, object]) -> None:
    body, headers = webhook(event)
    while True:
        try:
            if client.post("/line/webhook", content=body, headers=headers).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
        body, headers = webhook(redelivered(event))
