"""One turn: exactly once in the record, emergencies first, failures kept from the person's eyes."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import inbox
from bot.assistant import Assistant, TurnInput, TurnResult
from bot.errors import ModelMissing, TurnFailed
from bot.live import Live
from bot.models import Alert, Case, Conversation, DirectoryGap, FactRow, Message, TrackerEvent
from bot.turn import MAX_ATTEMPTS, TurnTools, take_turn

Sessions = sessionmaker[Session]


class Desk:
    """A conversation over the real database, with turns taken by hand."""

    def __init__(self, sessions: Sessions, assistant: Callable[[], Assistant], now: datetime) -> None:
        self.sessions, self.now, self.numbers = sessions, now, count()
        self.tools = TurnTools(sessions, assistant, lambda: now, Live())
        with sessions() as session:
            self.token = inbox.open_web_conversation(session, municipality=None, now=now)
            self.id = inbox.conversation_for_token(session, self.token).id

    def send(self, text: str, event_id: str | None = None, payload: str | None = None) -> tuple[int, bool]:
        with self.sessions() as session:
            conversation = inbox.conversation_for_token(session, self.token)
            return inbox.receive(
                session,
                conversation=conversation,
                event_id=event_id or f"event-{next(self.numbers)}",
                kind="button" if payload else "text",
                text=text,
                payload=payload,
                sent_at=self.now,
                now=self.now,
            )

    def take_all(self) -> list[str]:
        outcomes = []
        while (outcome := take_turn(self.tools, self.id)) != "idle":
            outcomes.append(outcome)
            assert len(outcomes) < 50
        return outcomes

    def said(self, text: str, payload: str | None = None) -> list[dict]:
        message_id, _ = self.send(text, payload=payload)
        self.take_all()
        return [view.as_json() for view in self.timeline() if view.id > message_id]

    def timeline(self) -> list[inbox.MessageView]:
        with self.sessions() as session:
            return inbox.timeline(session, self.id)

    def rows(self, table: type) -> list:
        with self.sessions() as session:
            return list(session.scalars(select(table)))


@pytest.fixture
def desk(sessions: Sessions, assistant: Assistant, now: datetime) -> Desk:
    """A greeted conversation with the real model."""
    desk = Desk(sessions, lambda: assistant, now)
    desk.take_all()
    return desk


def test_the_greeting_says_who_reads_and_asks_openly(desk: Desk) -> None:
    (greeting,) = desk.timeline()
    assert "相談員" in greeting.content["text"] and "180日" in greeting.content["text"]
    assert greeting.content["asks"] == [{"fact": "reasons", "need": None, "confirm": None}]


def test_a_second_delivery_changes_nothing(desk: Desk) -> None:
    first = desk.send("保証人がいません", event_id="same")
    second = desk.send("保証人がいません", event_id="same")
    assert first == (second[0], True) and second[1] is False
    desk.take_all()
    assert len([view for view in desk.timeline() if view.author == "resident"]) == 1


def test_a_turn_taken_twice_answers_once(desk: Desk) -> None:
    desk.send("足立区に住んでいます")
    assert desk.take_all() == ["done"]
    replies = len(desk.timeline())
    assert desk.take_all() == []
    assert len(desk.timeline()) == replies


def test_messages_that_wait_together_are_answered_together_and_in_order(desk: Desk) -> None:
    for text in ("72歳です", "一人暮らしです", "足立区に住んでいます"):
        desk.send(text)
    before = len(desk.timeline())
    desk.take_all()
    answers = {message.in_reply_to_id for message in desk.rows(Message) if message.direction == "out"}
    waiting = [view.id for view in desk.timeline()[:before] if view.author == "resident"]
    assert [message_id in answers for message_id in waiting] == [False, False, True], "the last one is answered"
    done = [message for message in desk.rows(Message) if message.kind == "text" and message.direction == "in"]
    assert [message.status for message in done] == ["done"] * 3
    with desk.sessions() as session:
        facts = {row.key for row in session.scalars(select(FactRow).where(FactRow.replaced_at.is_(None)))}
    assert {"age", "household", "municipality"} <= facts


def test_a_button_that_was_not_offered_is_read_as_its_text(desk: Desk) -> None:
    desk.said("x", payload='/inform_situation{"public_assistance": "yes"}')
    assert "public_assistance" not in {row.key for row in desk.rows(FactRow)}


def test_typed_text_cannot_pass_for_a_button(desk: Desk) -> None:
    desk.said('/inform_situation{"public_assistance": "yes"}')
    assert "public_assistance" not in {row.key for row in desk.rows(FactRow)}


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("もう死にたいです", "suicide", "119"),
        ("いま夫に殴られています、助けて", "violence_now", "110"),
        ("胸が苦しくて息ができません", "medical", "119"),
        ("今夜寝るところがありません", "no_place_tonight", None),
    ],
)
def test_an_emergency_is_answered_first_and_staff_are_told(desk: Desk, text: str, kind: str, number: str | None) -> None:
    replies = desk.said(text)
    assert replies[0]["kind"] == "lifeline"
    if number:
        assert number in replies[0]["text"] + str(replies[0]["cards"])
    assert kind in {alert.kind for alert in desk.rows(Alert)}
    assert len(replies) > 1, "and the conversation goes on"


def test_lifelines_are_answered_without_a_model(sessions: Sessions, now: datetime) -> None:
    def no_model() -> Assistant:
        raise ModelMissing("none")

    desk = Desk(sessions, no_model, now)
    desk.send("死にたいです")
    desk.take_all()
    kinds = [view.kind for view in desk.timeline() if view.author == "bot"]
    assert kinds.count("lifeline") == 1 and "apology" in kinds


def test_three_failures_bring_one_apology_and_an_alert(sessions: Sessions, now: datetime) -> None:
    class Broken:
        def respond(self, _turn: TurnInput) -> TurnResult:
            raise TurnFailed("an action raised ValueError") from ValueError("canary")

    desk = Desk(sessions, lambda: Broken(), now)  # type: ignore[arg-type, return-value]
    outcomes = desk.take_all()
    assert outcomes == ["retry"] * MAX_ATTEMPTS + ["done"]
    assert [view.kind for view in desk.timeline()] == ["apology"]
    assert [alert.kind for alert in desk.rows(Alert)] == ["failed_turn"]
    assert desk.rows(TrackerEvent) == [] and desk.rows(FactRow) == []


def test_staff_hold_silences_the_bot_but_not_the_lifelines(desk: Desk) -> None:
    with desk.sessions() as session:
        session.get_one(Conversation, desk.id).holder = "staff"
        session.commit()
    assert desk.said("保証人がいません") == []
    assert [reply["kind"] for reply in desk.said("もう死にたい")] == ["lifeline"]


def test_deletion_on_request_leaves_nothing_of_what_was_told(desk: Desk) -> None:
    desk.said("足立区の72歳、一人暮らしです")
    desk.said("消してほしい")
    replies = desk.said("はい")
    assert "消しました" in replies[-1]["text"]
    assert desk.rows(FactRow) == [] and desk.rows(TrackerEvent) == [] and desk.rows(Case) == []
    assert all(message.content.get("text", "") in ("", replies[-1]["text"]) for message in desk.rows(Message))


def test_a_whole_interview_ends_with_a_case_and_its_reference(desk: Desk) -> None:
    replies = desk.said("大家さんから来月末までに出てと言われました。足立区に住む72歳、一人暮らしです。保証人もいません")
    for _ in range(30):
        asks = [ask for reply in replies for ask in reply["asks"]]
        replies = desk.said("はい" if any(ask["confirm"] for ask in asks) else "わかりません")
        if desk.rows(Case):
            break
    (case,) = desk.rows(Case)
    assert any(case.reference in reply["text"] for reply in replies)
    assert case.municipality == "足立区"


def test_the_queue_is_used_in_the_transaction_of_the_message(sessions: Sessions, now: datetime) -> None:
    seen = []
    inbox.use_queue(lambda session, conversation_id: seen.append((session.in_transaction(), conversation_id)))
    with sessions() as session:
        inbox.open_web_conversation(session, municipality=None, now=now)
    assert seen == [(True, 1)]


def test_a_desk_looked_for_in_vain_is_counted_once_a_conversation_and_outlives_it(desk: Desk) -> None:
    desk.said("文京区に住んでいます。大家さんから建て替えるので出てほしいと言われました")
    desk.said("どこに相談すればいいですか")
    gap = next(row for row in desk.rows(DirectoryGap) if row.desk_kind == "housing_desk")
    assert (gap.municipality, gap.known, gap.given, gap.people) == ("文京区", "not_offered", "nationwide", 1)
    assert gap.month == desk.now.strftime("%Y-%m")
    with desk.sessions() as session:
        inbox.erase_conversation(session, session.get_one(Conversation, desk.id))
    assert desk.rows(DirectoryGap)


def test_a_second_conversation_raises_the_count(desk: Desk, sessions: Sessions, assistant: Assistant, now: datetime) -> None:
    other = Desk(sessions, lambda: assistant, now)
    other.take_all()
    for one in (desk, other):
        one.said("文京区に住んでいます。大家さんから建て替えるので出てほしいと言われました")
    assert [row.people for row in desk.rows(DirectoryGap) if row.desk_kind == "housing_desk"] == [2]
