"""When somebody can answer, and what a person is told whom nobody has answered yet: once, at a decent hour, never over a caseworker."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import arrivals, inbox
from bot.cases import hand_over
from bot.incoming import Incoming
from bot.live import Live
from bot.models import Alert, Case, Conversation, FactRow, Message, Staff
from bot.office_hours import answer_time, keep_hours, parse_hours
from bot.organisations import ensure_organisation
from bot.reply import Reply
from bot.waiting import tell_waiting

Sessions = sessionmaker[Session]
FACTS = {"municipality": "足立区", "reasons": ["eviction"], "age": 72}


def at(text: str) -> datetime:
    """Return a moment in Tokyo, in November 2026: 20 is a Friday, 23 a public holiday."""
    return datetime.fromisoformat(f"2026-11-{text}:00").replace(tzinfo=ZoneInfo("Asia/Tokyo"))


class Talk:
    """One person on LINE, whose office answers from nine to five on working days."""

    def __init__(self, sessions: Sessions, hours: str = "平日 9:00-17:00") -> None:
        self.sessions, self.numbers = sessions, count()
        with sessions() as session:
            office = ensure_organisation(session, "見本市", at("20T10:00"))
            if hours:
                keep_hours(office, hours)
            session.commit()
        with sessions() as session:
            taken = arrivals.take_in(session, Incoming("line", "U1", "e0", "text", "こんにちは", None, at("20T09:59")), at("20T09:59"))
            assert taken.conversation_id is not None
            self.id = taken.conversation_id
            for key, value in FACTS.items():
                record = {"value": value, "status": "said", "evidence": []}
                session.add(FactRow(conversation_id=self.id, key=key, record=record, created_at=at("20T09:59")))
            session.commit()

    def asks_for_human(self, moment: datetime) -> None:
        with self.sessions() as session:
            message_id = session.scalars(select(Message.id)).first()
            session.add(Alert(conversation_id=self.id, message_id=message_id, kind="human", words=[], created_at=moment))
            session.commit()

    def hands_over(self, moment: datetime) -> None:
        facts = {key: {"value": value, "status": "said", "evidence": []} for key, value in FACTS.items()}
        with self.sessions() as session:
            hand_over(session, self.id, facts, {}, moment)  # type: ignore[arg-type]
            session.commit()

    def staff_writes(self, moment: datetime) -> None:
        with self.sessions() as session:
            inbox.add_reply(session, self.id, Reply(text="担当です"), in_reply_to=None, now=moment, author="staff")
            session.commit()

    def set(self, **values: object) -> None:
        with self.sessions() as session:
            for name, value in values.items():
                setattr(session.get_one(Conversation, self.id), name, value)
            session.commit()

    def look(self, moment: datetime) -> int:
        return tell_waiting(self.sessions, Live(), moment, human=timedelta(minutes=60), case=timedelta(hours=24))

    def told(self) -> list[Message]:
        with self.sessions() as session:
            return list(session.scalars(select(Message).where(Message.direction == "out", Message.author == "bot").order_by(Message.id)))

    def when(self, moment: datetime) -> tuple[str, str]:
        with self.sessions() as session:
            return answer_time(session, self.id, moment)


@pytest.fixture
def talk(sessions: Sessions) -> Talk:
    """A person of whom a place and a reason are known."""
    return Talk(sessions)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("20T09:00", "今日は17時まで"),
        ("20T16:59", "今日は17時まで"),
        ("20T08:59", "今日の9時から"),
        ("20T17:00", "11月24日(火)9時から"),
        ("22T12:00", "11月24日(火)9時から"),
        ("23T10:00", "11月24日(火)9時から"),
    ],
)
def test_the_person_is_told_when_somebody_can_answer(talk: Talk, moment: str, words: str) -> None:
    said, easy = talk.when(at(moment))
    assert words in said and words.removeprefix("今日は").removesuffix("まで") in easy


def test_without_known_hours_nothing_is_promised(sessions: Sessions) -> None:
    said, easy = Talk(sessions, hours="").when(at("20T10:00"))
    assert "夜や休みの日は" in said and easy


@pytest.mark.parametrize("text", ["うそ", "9:00-17:00", "平日 17:00-9:00"])
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_hours(text)


def test_after_an_hour_without_an_answer_other_ways_are_named_once(talk: Talk) -> None:
    talk.asks_for_human(at("20T10:00"))
    assert talk.look(at("20T10:59")) == 0
    assert talk.look(at("20T11:00")) == 1
    assert [talk.look(at(moment)) for moment in ("20T11:01", "20T15:00", "24T10:00")] == [0, 0, 0]
    (message,) = talk.told()
    cards = message.content["cards"]
    assert "足立区" in str(cards) and any(reach["href"] for card in cards for reach in card["reach"])
    assert "今日は17時まで" in message.content["text"] and message.status == "pending"


def test_a_new_wish_begins_a_new_wait(talk: Talk) -> None:
    talk.asks_for_human(at("20T10:00"))
    talk.look(at("20T11:00"))
    talk.asks_for_human(at("20T12:00"))
    assert [talk.look(at("20T12:59")), talk.look(at("20T13:00"))] == [0, 1]


def test_closed_hours_do_not_count_and_nobodys_phone_rings_at_night(talk: Talk) -> None:
    talk.asks_for_human(at("20T17:30"))
    assert [talk.look(at(moment)) for moment in ("20T19:00", "21T12:00", "24T09:59")] == [0, 0, 0]
    assert talk.look(at("24T10:00")) == 1


@pytest.mark.parametrize(("moment", "told"), [("20T20:59", 1), ("20T21:00", 0), ("21T07:59", 0), ("21T08:00", 1)])
def test_without_known_hours_the_night_is_quiet_all_the_same(sessions: Sessions, moment: str, told: int) -> None:
    talk = Talk(sessions, hours="")
    talk.asks_for_human(at("20T19:30"))
    assert talk.look(at(moment)) == told


def test_a_case_that_nobody_takes_is_spoken_of_after_a_day(talk: Talk) -> None:
    talk.hands_over(at("24T10:00"))
    assert [talk.look(at("25T09:59")), talk.look(at("25T10:00")), talk.look(at("26T10:00"))] == [0, 1, 0]


def test_a_case_in_somebodys_hands_is_not(talk: Talk) -> None:
    talk.hands_over(at("24T10:00"))
    with talk.sessions() as session:
        staff = Staff(login="a", name="a", roles=["caseworker"], password_hash="x", created_at=at("20T10:00"))
        session.add(staff)
        session.flush()
        session.scalars(select(Case)).one().assigned_to_id = staff.id
        session.commit()
    assert talk.look(at("25T10:00")) == 0


@pytest.mark.parametrize("state", [{"holder": "staff"}, {"blocked_at": at("20T10:30")}, {"sample": True}])
def test_who_is_answered_blocks_us_or_is_made_up_is_left_alone(talk: Talk, state: dict[str, object]) -> None:
    talk.asks_for_human(at("20T10:00"))
    talk.set(**state)
    assert talk.look(at("20T12:00")) == 0
    assert talk.told() == []


def test_a_word_of_staff_ends_the_wait(talk: Talk) -> None:
    talk.asks_for_human(at("20T10:00"))
    talk.hands_over(at("20T10:05"))
    talk.staff_writes(at("20T10:30"))
    assert [talk.look(at("20T12:00")), talk.look(at("24T12:00"))] == [0, 0]


def test_what_is_long_past_is_not_spoken_of(talk: Talk) -> None:
    talk.asks_for_human(at("02T10:00"))
    assert talk.look(at("20T10:00")) == 0
