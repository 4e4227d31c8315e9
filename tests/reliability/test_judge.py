"""The judge of the reliability run sees what is lost, doubled or out of order."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.models import Conversation, Message
from tests.reliability.judge import Verdict, judge_pushes, judge_record, judge_shown
from tests.reliability.plan import arrivals, plan


@pytest.mark.parametrize(
    ("shown", "twice", "wrong"),
    [
        (["a", "b", "c"], 0, 0),
        (["a", "b", "b", "c"], 1, 0),
        (["a", "b"], 0, 1),
        (["a", "c", "b"], 0, 2),
        (["a", "a", "b", "c"], 0, 1),
        (["a", "b", "c", "x"], 0, 1),
    ],
)
def test_what_people_see_is_compared_with_what_was_said(shown: list[str], twice: int, wrong: int) -> None:
    verdict = Verdict()
    judge_shown(verdict, {"p": [("a", False), ("b", True), ("c", False)]}, {"p": shown})
    assert verdict.figures["replies seen twice"] == twice
    assert (verdict.wrong == []) == (wrong == 0)


@pytest.mark.parametrize(("pushed", "fine"), [(["a", "b"], True), (["a", "a"], True), (["b", "b"], False), (["x"], False)])
def test_a_push_that_came_twice_is_seen(pushed: list[str], fine: bool) -> None:
    verdict = Verdict()
    judge_pushes(verdict, {"p": [("a", False), ("a", False), ("b", True)]}, {"p": pushed})
    assert (verdict.wrong == []) == fine


@pytest.mark.parametrize(
    ("change", "fine"),
    [({}, True), ({"status": "new"}, False), ({"content": {"text": "other"}}, False), ({"done_at": timedelta(hours=-1)}, False)],
)
def test_the_record_is_compared_with_what_arrived(engine: Engine, now: datetime, change: dict[str, object], fine: bool) -> None:
    with Session(engine) as session:
        talk = Conversation(channel="line", channel_user_hash="h", channel_user="p", created_at=now, last_message_at=now)
        session.add(talk)
        session.flush()
        common = {"conversation_id": talk.id, "channel": "line", "created_at": now}
        rows = [
            Message(direction="in", author="resident", event_id=f"e{at}", content={"text": text}, status="done", done_at=now + timedelta(seconds=at), **common)
            for at, text in enumerate(("one", "two"))
        ]
        session.add_all(rows)
        session.flush()
        session.add(Message(direction="out", author="bot", content={"text": "yes"}, status="sent", in_reply_to_id=rows[1].id, **common))
        for name, value in change.items():
            setattr(rows[1], name, now + value if isinstance(value, timedelta) else value)
        session.commit()
        people = {talk.id: "p"}
    verdict, said = judge_record(engine, "line", {"p": ["one", "two"]}, people)
    assert [row.content["text"] for row in said["p"]] == ["yes"]
    assert (verdict.wrong == []) == fine, verdict.wrong


def test_a_plan_has_doubles_and_swaps_and_the_order_of_arrival_is_that_of_first_deliveries() -> None:
    plans = plan(200, 3, 0.1, 0.1, seed=1)
    deliveries = [delivery for line in plans.values() for delivery in line]
    assert 30 < sum(delivery.again for delivery in deliveries) < 90
    assert {len(arrivals(line)) for line in plans.values()} == {3}
    assert any([delivery.event for delivery in line] != sorted(delivery.event for delivery in line) for line in plans.values())
