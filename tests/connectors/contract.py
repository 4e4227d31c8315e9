"""The contract that every channel keeps. A channel's test class inherits `ChannelContract` and brings a `Driver`.

The driver plays a person on that channel, over the channel's real way in and out, with the real model; turns and sends are taken
by the test, one after the other, so that nothing depends on how fast the machine is. What cannot exist on a channel stands in the
class's `cannot`, with the reason.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import contacts, inbox
from bot.assistant import Assistant
from bot.live import Live
from bot.models import Alert, Conversation, FactRow, Message, TrackerEvent
from bot.office_hours import keep_hours
from bot.organisations import ensure_organisation
from bot.outbox import OutboxTools, Sender, send_next
from bot.reply import Reply
from bot.turn import TurnTools, take_turn
from bot.waiting import tell_waiting

Kind = Literal["sticker", "image", "voice", "video", "file", "location", "contact"]
Trouble = Literal["429", "5xx", "400", "timeout", "lost answer", "down"]


@dataclass(frozen=True)
class Bubble:
    """What the person sees: all readable text, and the titles of the buttons."""

    text: str
    buttons: tuple[str, ...] = ()


@dataclass
class House:
    """The assistant behind a channel: the real model and the real turn, taken by hand, on a clock that the test moves."""

    sessions: sessionmaker[Session]
    assistant: Assistant
    now: datetime
    senders: dict[str, Sender] = field(default_factory=dict)
    live: Live = field(default_factory=Live)

    def answer(self) -> None:
        """Take all turns that wait."""
        tools = TurnTools(self.sessions, lambda: self.assistant, lambda: self.now, self.live)
        for conversation_id in self._waiting("in", "new"):
            for _ in range(60):
                if take_turn(tools, conversation_id) == "idle":
                    break

    def send(self) -> None:
        """Send what may be sent now."""
        tools = OutboxTools(self.sessions, lambda: self.now, self.live, self.senders, lambda _session, _id, _seconds: None)
        for conversation_id in self._waiting("out", "pending"):
            for _ in range(60):
                if send_next(tools, conversation_id) == "idle":
                    break

    def settle(self, patience_seconds: int = 0) -> None:
        """Answer and send, and let up to `patience_seconds` pass for what must be tried again."""
        self.answer()
        self.send()
        waited = 0
        while waited < patience_seconds and self._waiting("out", "pending"):
            self.now += timedelta(seconds=1)
            waited += 1
            self.send()

    def rows(self, table: type, *conditions: Any) -> list[Any]:
        """Return rows of a table, oldest first."""
        with self.sessions() as session:
            return list(session.scalars(select(table).where(*conditions).order_by(table.id)))

    def incoming(self) -> list[Message]:
        """Return what the person sent, as we keep it, without the silent start."""
        return self.rows(Message, Message.direction == "in", Message.kind.not_in(("start", "resume")))

    def outgoing(self) -> list[Message]:
        """Return what we said, as we keep it."""
        return self.rows(Message, Message.direction == "out")

    def look_for_waiting(self) -> int:
        """Tell those who have waited too long for a human; returns how many."""
        return tell_waiting(self.sessions, self.live, self.now, human=timedelta(minutes=60), case=timedelta(hours=24))

    def hold(self, holder: str) -> None:
        """Let a caseworker take over, or hand back."""
        with self.sessions() as session:
            for conversation in session.scalars(select(Conversation)):
                conversation.holder = holder
            session.commit()

    def staff_writes(self, text: str) -> None:
        """Let a caseworker write to the only person there is."""
        with self.sessions() as session:
            conversation_id = session.scalars(select(Conversation.id)).one()
            inbox.add_reply(session, conversation_id, Reply(text=text), in_reply_to=None, now=self.now, author="staff")
            session.commit()

    def _waiting(self, direction: str, status: str) -> list[int]:
        with self.sessions() as session:
            found = select(Message.conversation_id).where(Message.direction == direction, Message.status == status).distinct()
            return list(session.scalars(found.where(Message.channel.in_(self.senders)) if direction == "out" else found))


class Driver:
    """A person on the channel. Every method that sends goes through the channel's real entrance; events are kept to be sent again."""

    house: House
    last: Any
    """The last event, as the platform delivered it."""

    def writes(self, text: str) -> None:
        """Send a text."""
        raise NotImplementedError

    def sends(self, kind: Kind) -> None:
        """Send something that is no text. A location lies in 東京都足立区 where the channel can say so."""
        raise NotImplementedError

    def presses(self, title: str) -> None:
        """Press the button with this title that is shown now."""
        raise NotImplementedError

    def presses_forged(self, payload: str) -> None:
        """Send a button's payload that was never offered, as somebody could who writes to the entrance by hand."""
        raise NotImplementedError

    def again(self, event: Any) -> None:
        """Deliver an event a second time."""
        raise NotImplementedError

    def prepares(self, text: str) -> Any:
        """Return the event of a text without delivering it."""
        raise NotImplementedError

    def delivers(self, event: Any) -> int:
        """Deliver a prepared event; returns the HTTP status (or 200)."""
        raise NotImplementedError

    def edits(self, text: str) -> None:
        """Edit the last text."""
        raise NotImplementedError

    def unsends(self) -> None:
        """Take the last text back."""
        raise NotImplementedError

    def blocks(self) -> None:
        """Block us."""
        raise NotImplementedError

    def unblocks(self) -> None:
        """Unblock us."""
        raise NotImplementedError

    def writes_in_group(self, text: str) -> list[str]:
        """Write in a group that we are in; returns what we say there."""
        raise NotImplementedError

    def writes_unsigned(self, text: str) -> int:
        """Send a text whose signature or token is wrong; returns the HTTP status."""
        raise NotImplementedError

    def writes_long_ago(self, text: str) -> None:
        """Deliver an event of ten days ago that we have not seen."""
        raise NotImplementedError

    def does_something_new(self) -> int:
        """Deliver an event of a type that does not exist yet; returns the HTTP status (or 200)."""
        raise NotImplementedError

    def breaks(self, trouble: Trouble) -> None:
        """Let the platform fail: the next send, or (down) everything until `mends`."""
        raise NotImplementedError

    def mends(self) -> None:
        """Let the platform work again."""
        raise NotImplementedError

    def sees(self) -> list[Bubble]:
        """Return everything that we sent and this person can see, oldest first."""
        raise NotImplementedError

    def check(self) -> None:
        """Fail if the platform was asked for something that it does not allow."""

    # Built on the above.

    def says(self, text: str) -> list[Bubble]:
        """Write a text and return the answer."""
        return self._answer(lambda: self.writes(text))

    def shows(self, kind: Kind) -> list[Bubble]:
        """Send something that is no text and return the answer."""
        return self._answer(lambda: self.sends(kind))

    def _answer(self, act: Callable[[], None]) -> list[Bubble]:
        before = len(self.sees())
        act()
        self.house.settle()
        after = self.sees()
        return after[before:] if len(after) >= before else after  # after a deletion only the last words are left


def said(bubbles: list[Bubble]) -> str:
    """Return all their text."""
    return "\n".join(bubble.text for bubble in bubbles)


CASES = (
    "sticker", "image", "voice", "video", "file", "location", "contact", "button", "forged button", "ten thousand", "empty", "duplicate",
    "out of order", "edited", "unsent", "blocked", "group", "bad signature", "old event", "unknown event", "429", "5xx", "400", "timeout",
    "lost answer", "down", "late take-over",
)  # fmt: skip
"""What a channel may declare impossible."""


class ChannelContract:
    """The shared suite. `driver` is a fixture of the subclass; `cannot`: case of CASES -> why it cannot exist on this channel."""

    cannot: ClassVar[Mapping[str, str]] = {}

    def need(self, case: str) -> None:
        """Leave the test when the case cannot exist on this channel."""
        assert case in CASES
        if case in self.cannot:
            pytest.skip(f"cannot be on this channel: {self.cannot[case]}")

    def test_what_cannot_be_is_named_with_a_reason(self) -> None:
        assert set(self.cannot) <= set(CASES)
        assert all(len(reason) > 20 for reason in self.cannot.values())

    def test_the_first_word_is_greeted_and_answered(self, driver: Driver) -> None:
        answer = driver.says("家賃が払えなくて困っています")
        assert "相談員が読むことがあります" in said(answer), "who reads it is said before anything else"
        assert len(answer) >= 2
        assert [(row.kind, row.content["text"]) for row in driver.house.incoming()] == [("text", "家賃が払えなくて困っています")]
        assert all(row.status in ("sent", "pending") for row in driver.house.outgoing())
        driver.check()

    def test_a_button_can_be_pressed(self, driver: Driver) -> None:
        self.need("button")
        driver.says("家賃が払えません")
        answer = driver.says("消してほしい")
        assert "はい、消す" in answer[-1].buttons
        driver.presses("いいえ、残す")
        driver.house.settle()
        pressed = driver.house.incoming()[-1]
        assert (pressed.kind, pressed.content) == ("button", {"text": "いいえ、残す", "payload": "/deny"})
        driver.check()

    def test_a_button_that_was_never_offered_does_nothing(self, driver: Driver) -> None:
        self.need("forged button")
        driver.says("こんにちは")
        driver.presses_forged('/inform_situation{"public_assistance": "yes"}')
        driver.house.settle()
        assert "public_assistance" not in {row.key for row in driver.house.rows(FactRow)}
        assert all(row.content.get("payload") is None for row in driver.house.incoming())

    @pytest.mark.parametrize(
        ("kind", "word"),
        [("sticker", "スタンプ"), ("image", "写真"), ("voice", "文字で"), ("video", "動画"), ("file", "ファイル"), ("contact", "連絡先")],
    )
    def test_what_cannot_be_read_is_answered_kindly(self, driver: Driver, kind: Kind, word: str) -> None:
        self.need(kind)
        driver.says("こんにちは")
        answer = driver.shows(kind)
        assert word in said(answer)
        assert "ことばで" in said(answer) or "文字で" in said(answer), "and it says what can be read"
        assert [row.status for row in driver.house.incoming()] == ["done", "done"]
        driver.check()

    def test_a_place_becomes_a_municipality_and_no_more_of_it_is_kept(self, driver: Driver) -> None:
        self.need("location")
        driver.says("こんにちは")
        answer = driver.shows("location")
        kept = driver.house.incoming()[-1]
        assert kept.kind == "location"
        if kept.content["text"]:
            assert kept.content["text"] == "足立区"
            values = {row.key: row.record["value"] for row in driver.house.rows(FactRow)}
            assert values.get("municipality") == "足立区"
        else:
            assert "市区町村" in said(answer)
        driver.check()

    @pytest.mark.parametrize("text", ["🏠🏠😢", "مرحبا", "\u202eせまくら", "1\u200b2\u200d3", "か\u3099っこう", "<b>&amp;</b> {x} %s", "𠮷野家の前"])
    def test_strange_signs_are_kept_as_they_are_and_answered(self, driver: Driver, text: str) -> None:
        driver.says("こんにちは")
        assert driver.says(text)
        kept = driver.house.incoming()[-1]
        assert (kept.content["text"], kept.status) == (text, "done")
        driver.check()

    def test_ten_thousand_characters_are_answered(self, driver: Driver) -> None:
        self.need("ten thousand")
        driver.says("こんにちは")
        text = "大家さんから出てほしいと言われました。" * 600
        assert driver.says(text[:10_000])
        assert driver.house.incoming()[-1].status == "done"
        driver.check()

    def test_words_that_nobody_can_see_are_answered_kindly(self, driver: Driver) -> None:
        self.need("empty")
        driver.says("こんにちは")
        assert "ことばで" in said(driver.says("\u200b\u3000"))

    def test_the_same_event_twice_is_one_message(self, driver: Driver) -> None:
        self.need("duplicate")
        driver.says("こんにちは")
        driver.writes("72歳です")
        event = driver.last
        driver.again(event)
        driver.house.settle()
        seen = len(driver.sees())
        driver.again(event)
        driver.house.settle()
        assert [row.content["text"] for row in driver.house.incoming()] == ["こんにちは", "72歳です"]
        assert len(driver.sees()) == seen

    def test_events_are_taken_in_the_order_in_which_they_arrive(self, driver: Driver) -> None:
        self.need("out of order")
        driver.says("こんにちは")
        first, second = driver.prepares("一人暮らしです"), driver.prepares("72歳です")
        driver.delivers(second)
        driver.delivers(first)
        driver.house.settle()
        assert [row.content["text"] for row in driver.house.incoming()][1:] == ["72歳です", "一人暮らしです"]
        assert {row.key for row in driver.house.rows(FactRow)} >= {"age", "household"}

    def test_a_burst_of_ten_is_answered_once_and_nothing_is_lost(self, driver: Driver) -> None:
        driver.says("こんにちは")
        before = len(driver.sees())
        for number in range(9):
            driver.writes(f"それで、ええと、{number}番目の話ですが")
        driver.writes("足立区に住む72歳です")
        driver.house.settle()
        assert [row.status for row in driver.house.incoming()] == ["done"] * 11
        answered = {row.in_reply_to_id for row in driver.house.outgoing()}
        assert len(answered & {row.id for row in driver.house.incoming()[1:]}) == 1
        assert len(driver.sees()) > before
        assert {row.key for row in driver.house.rows(FactRow)} >= {"age", "municipality"}
        driver.check()

    def test_edited_words_count(self, driver: Driver) -> None:
        self.need("edited")
        driver.says("こんにちは")
        driver.writes("27歳です")
        driver.edits("72歳です")
        driver.house.settle()
        assert [row.content["text"] for row in driver.house.incoming()] == ["こんにちは", "72歳です"], "nobody had read the old words"
        driver.edits("73歳です")
        driver.house.settle()
        values = {row.key: row.record["value"] for row in driver.house.rows(FactRow, FactRow.replaced_at.is_(None))}
        assert values["age"] == 73

    def test_taking_a_message_back_erases_it_and_what_was_read_from_it(self, driver: Driver) -> None:
        self.need("unsent")
        driver.says("一人暮らしです")
        driver.says("わたしは72歳です")
        driver.unsends()
        driver.house.settle()
        kept = [row.content["text"] for row in driver.house.incoming()]
        assert kept == ["一人暮らしです", ""]
        assert {row.key for row in driver.house.rows(FactRow)} & {"age", "household"} == {"household"}
        assert "72歳" not in "".join(str(row.data.get("text")) + str(row.data.get("parse_data")) for row in driver.house.rows(TrackerEvent))
        assert driver.says("足立区です"), "and the talk goes on"

    def test_nothing_goes_to_a_person_who_blocked_us(self, driver: Driver) -> None:
        self.need("blocked")
        driver.says("こんにちは")
        driver.blocks()
        before = len(driver.sees())
        driver.house.staff_writes("担当の者です")
        driver.house.settle()
        assert len(driver.sees()) == before
        assert driver.house.outgoing()[-1].status == "blocked", "and staff can see it"
        driver.unblocks()
        driver.house.settle()
        assert "担当の者です" in said(driver.sees()[before:])
        driver.check()

    def test_a_group_is_declined_politely_and_nothing_of_it_is_kept(self, driver: Driver) -> None:
        self.need("group")
        answer = driver.writes_in_group("うちの家賃の話だけど")
        assert "1対1" in "".join(answer)
        assert driver.house.rows(Message) == [] and driver.house.rows(Conversation) == []
        driver.check()

    def test_who_cannot_sign_is_not_heard(self, driver: Driver) -> None:
        self.need("bad signature")
        assert 400 <= driver.writes_unsigned("にせものです") < 500
        assert driver.house.incoming() == []

    def test_an_old_event_is_not_replayed(self, driver: Driver) -> None:
        self.need("old event")
        driver.says("こんにちは")
        driver.writes_long_ago("むかしの話です")
        driver.house.settle()
        assert [row.content["text"] for row in driver.house.incoming()] == ["こんにちは"]

    def test_an_event_that_does_not_exist_yet_does_no_harm(self, driver: Driver) -> None:
        self.need("unknown event")
        driver.says("こんにちは")
        assert driver.does_something_new() == 200
        assert driver.says("家賃が払えません")

    @pytest.mark.parametrize("trouble", ["429", "5xx", "400", "timeout", "lost answer"])
    def test_a_failing_send_is_tried_again_and_arrives_once(self, driver: Driver, trouble: Trouble) -> None:
        self.need(trouble)
        driver.says("こんにちは")
        before = len(driver.sees())
        driver.breaks(trouble)
        driver.writes("家賃が払えません")
        driver.house.settle(patience_seconds=90)
        replies = [row for row in driver.house.outgoing() if row.in_reply_to_id == driver.house.incoming()[-1].id]
        assert replies and {row.status for row in replies} <= {"sent", "uncertain"}
        fresh = [bubble.text for bubble in driver.sees()[before:]]
        if all(row.status == "sent" for row in replies):
            assert len(fresh) == len(set(fresh)), "and not twice"
        assert driver.says("足立区です"), "and the talk goes on"
        driver.check()

    def test_an_hour_without_the_platform_loses_nothing_and_keeps_the_order(self, driver: Driver) -> None:
        self.need("down")
        driver.says("こんにちは")
        before = len(driver.sees())
        driver.breaks("down")
        for text in ("足立区に住んでいます", "72歳です"):
            driver.writes(text)
            driver.house.settle(patience_seconds=1800)
        assert len(driver.sees()) == before
        driver.mends()
        driver.house.settle(patience_seconds=700)
        assert [row.status for row in driver.house.outgoing() if row.status == "pending"] == []
        words = [row.content["text"][:20] for row in driver.house.outgoing() if row.in_reply_to_id in {row.id for row in driver.house.incoming()[1:]}]
        seen = said(driver.sees()[before:])
        places = [seen.find(word) for word in words if word]
        assert -1 not in places and places == sorted(places)
        driver.check()

    def test_an_emergency_is_answered_with_a_number_and_staff_are_told(self, driver: Driver) -> None:
        answer = driver.says("もう死にたいです")
        assert "0120" in said(answer) or "119" in said(answer)
        assert [alert.kind for alert in driver.house.rows(Alert)] == ["suicide"]
        driver.check()

    def test_the_bot_is_silent_while_a_caseworker_holds_the_chat(self, driver: Driver) -> None:
        driver.says("こんにちは")
        driver.house.hold("staff")
        assert driver.says("家賃が払えません") == []
        driver.house.staff_writes("担当の者です。お話をうかがいます。")
        driver.house.settle()
        assert "担当の者です" in driver.sees()[-1].text
        answer = driver.says("もう死にたい")
        assert "自動でお送り" in said(answer), "a lifeline says that it does not come from the caseworker"
        driver.house.hold("bot")
        assert driver.says("足立区です")
        driver.check()

    def test_what_a_turn_wanted_to_say_after_a_take_over_is_not_said(self, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
        driver.says("こんにちは")
        before = len(driver.sees())
        respond = driver.house.assistant.respond

        def slow(turn: Any) -> Any:
            result = respond(turn)
            driver.house.hold("staff")
            return result

        monkeypatch.setattr(driver.house.assistant, "respond", slow)
        driver.writes("わたしは72歳です")
        driver.house.settle()
        assert driver.sees()[before:] == []
        assert "age" in {row.key for row in driver.house.rows(FactRow)}, "what the person said is kept"
        assert driver.house.incoming()[-1].status == "done"

    def test_who_asks_for_a_human_is_told_when_one_answers_and_hears_again_when_none_does(self, driver: Driver) -> None:
        driver.says("大家さんから来月末までに出てと言われました。足立区に住む72歳、一人暮らしです")
        with driver.house.sessions() as session:
            keep_hours(ensure_organisation(session, "見本市", driver.house.now), "平日 9:00-17:00")
            session.commit()
        assert "今日は17時まで" in said(driver.says("人と話したい"))
        driver.house.now += timedelta(minutes=59)
        assert driver.house.look_for_waiting() == 0
        driver.house.now += timedelta(minutes=1)
        before = len(driver.sees())
        assert driver.house.look_for_waiting() == 1
        driver.house.settle()
        answer = said(driver.sees()[before:])
        assert "お待たせして" in answer and "足立区" in answer
        driver.house.now += timedelta(hours=3)
        assert driver.house.look_for_waiting() == 0, "once"
        driver.check()

    def test_what_waits_to_be_said_when_a_caseworker_takes_over_is_not_said(self, driver: Driver) -> None:
        self.need("late take-over")
        driver.says("こんにちは")
        before = len(driver.sees())
        driver.writes("わたしは72歳です")
        driver.house.answer()
        driver.house.hold("staff")
        driver.house.settle()
        assert driver.sees()[before:] == []
        assert {row.status for row in driver.house.outgoing() if row.in_reply_to_id == driver.house.incoming()[-1].id} == {"withheld"}

    def test_desks_are_shown_with_a_way_to_reach_them(self, driver: Driver) -> None:
        driver.says("大家さんから来月末までに出てと言われました。足立区に住む72歳、一人暮らしです")
        answer = driver.says("窓口を教えてください")
        assert "足立区" in said(answer) and "0" in said(answer)
        driver.check()

    def test_name_and_number_are_asked_for_on_our_own_page_and_not_in_the_talk(self, driver: Driver) -> None:
        contacts.use_address("https://madoguchi.example")
        driver.says("大家さんから来月末までに出てと言われました。足立区に住む72歳、一人暮らしです")
        for _ in range(40):
            if "これでよい" in driver.sees()[-1].buttons:
                break
            driver.says("答えたくない")
        for title in ("これでよい", "渡してよい"):
            before = len(driver.sees())
            driver.presses(title)
            driver.house.settle()
        answer = said(driver.sees()[before:])
        link = re.search(r"https://madoguchi\.example/contact/([0-9a-f]{32})", answer)
        assert link, answer
        assert link[1] not in "".join(str(row.content) for row in driver.house.outgoing()), "what is kept of the talk opens no page"
        with driver.house.sessions() as session:
            assert contacts.works(contacts.find_link(session, link[1]), driver.house.now)
        assert "ここではなく" in answer and "書かなくても" in answer
        driver.check()

    def test_deleting_deletes(self, driver: Driver) -> None:
        driver.says("足立区の72歳です")
        driver.says("消してほしい")
        assert "消しました" in said(driver.says("はい"))
        assert driver.house.rows(FactRow) == [] and driver.house.rows(TrackerEvent) == []
        assert all(row.content["text"] == "" for row in driver.house.incoming())
