"""Sending on a channel that pushes: in order, every outcome noted, nothing said after a caseworker took over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import arrivals, inbox
from bot.incoming import Incoming, ReplyHandle
from bot.live import Live
from bot.models import Alert, Conversation, Message
from bot.outbox import Blocked, Delivery, Failed, OutboxTools, Outcome, Outgoing, Retry, Sent, send_next, waiting_conversations
from bot.pace import Pace
from bot.reply import Reply

Sessions = sessionmaker[Session]


class Scripted:
    """A channel that takes up to three messages a request and answers as told; then it takes everything."""

    channel = "line"

    def __init__(self, idempotent: bool = True) -> None:
        self.idempotent, self.pace = idempotent, Pace(10_000)
        self.outcomes: list[Outcome] = []
        self.deliveries: list[Delivery] = []

    def fits(self, messages: Sequence[Outgoing]) -> int:
        return min(3, len(messages))

    def send(self, delivery: Delivery) -> Outcome:
        self.deliveries.append(delivery)
        return self.outcomes.pop(0) if self.outcomes else Sent()

    def texts(self) -> list[list[str]]:
        return [[message.reply.text for message in delivery.messages] for delivery in self.deliveries]


class Post:
    """One person on the scripted channel."""

    def __init__(self, sessions: Sessions, now: datetime, idempotent: bool = True) -> None:
        self.sessions, self.now, self.sender, self.numbers = sessions, now, Scripted(idempotent), count(1)
        self.later: list[float] = []
        self.tools = OutboxTools(
            sessions, lambda: self.now, Live(), {"line": self.sender}, lambda _session, _id, seconds: self.later.append(seconds)
        )
        self.id = self.hears("こんにちは")

    def hears(self, text: str, handle: ReplyHandle | None = None) -> int:
        incoming = Incoming("line", "U1", f"e{next(self.numbers)}", "text", text, None, self.now, f"m{next(self.numbers)}", handle)
        with self.sessions() as session:
            taken = arrivals.take_in(session, incoming, self.now)
        assert taken.conversation_id is not None
        return taken.conversation_id

    def says(self, *texts: str, author: str = "bot", kind: str = "text", to: int | None = None) -> None:
        with self.sessions() as session:
            for text in texts:
                inbox.add_reply(session, self.id, Reply.model_validate({"text": text, "kind": kind}), in_reply_to=to, now=self.now, author=author)
            session.commit()

    def go(self) -> None:
        for _ in range(50):
            if send_next(self.tools, self.id) == "idle":
                return
        raise AssertionError("sending never ended")

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def rows(self) -> list[Message]:
        with self.sessions() as session:
            return list(session.scalars(select(Message).where(Message.direction == "out").order_by(Message.id)))

    def states(self) -> list[tuple[str, str | None]]:
        return [(row.status, row.reason) for row in self.rows()]

    def set(self, **values: object) -> None:
        with self.sessions() as session:
            for name, value in values.items():
                setattr(session.get_one(Conversation, self.id), name, value)
            session.commit()


@pytest.fixture
def post(sessions: Sessions, now: datetime) -> Post:
    """A person who has written once."""
    return Post(sessions, now)


def test_what_is_said_together_goes_together_and_in_order(post: Post) -> None:
    post.says("一", "二", "三", "四")
    post.go()
    assert post.sender.texts() == [["一", "二", "三"], ["四"]]
    assert post.states() == [("sent", None)] * 4
    first, second = post.sender.deliveries
    assert first.retry_key != second.retry_key


def test_nothing_overtakes_a_message_that_must_be_tried_again(post: Post) -> None:
    post.sender.outcomes = [Retry("http_503", unknown=True)]
    post.says("一")
    post.go()
    post.says("二")
    post.go()
    assert post.sender.texts() == [["一"]], "not before its time, and nothing before it"
    assert 0.5 < post.later[0] < 1.5
    post.wait(2)
    post.go()
    assert post.sender.texts() == [["一"], ["一"], ["二"]]
    assert post.sender.deliveries[0].retry_key == post.sender.deliveries[1].retry_key
    assert [delivery.in_doubt for delivery in post.sender.deliveries] == [False, True, False]


def test_pauses_grow_and_end_with_staff_being_told(post: Post) -> None:
    post.sender.outcomes = [Retry("connection")] * 1000
    post.says("一")
    post.go()
    for _ in range(400):
        post.wait(post.later[-1])
        post.go()
    assert post.later[0] < post.later[3] < post.later[6] <= 300 * 1.2
    assert post.states() == [("failed", "gave_up")]
    with post.sessions() as session:
        assert [alert.kind for alert in session.scalars(select(Alert))] == ["failed_send"]


def test_an_hour_without_the_platform_loses_nothing(post: Post) -> None:
    post.sender.outcomes = [Retry("connection")] * 1000
    post.says("一", "二")
    post.go()
    waited = 0.0
    while waited < 3600:
        waited += post.later[-1]
        post.wait(post.later[-1])
        post.go()
    post.sender.outcomes = []
    post.wait(post.later[-1])
    post.go()
    assert post.states() == [("sent", None)] * 2


def test_a_kill_during_a_request_leaves_it_in_doubt(post: Post) -> None:
    class Killed(BaseException):
        pass

    def die(_delivery: Delivery) -> Outcome:
        raise Killed

    post.says("一")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(post.sender, "send", die)
        send_next(post.tools, post.id)
    post.go()
    assert post.sender.deliveries[0].in_doubt
    assert post.states() == [("sent", None)], "the channel tells repeated requests apart"


def test_on_a_channel_that_cannot_tell_a_repeated_request_counts_as_uncertain(sessions: Sessions, now: datetime) -> None:
    post = Post(sessions, now, idempotent=False)
    post.sender.outcomes = [Retry("timeout", unknown=True), Retry("http_429", 5.0)]
    post.says("一", "二")
    for _ in range(3):
        post.go()
        post.wait(10)
    assert [row.status for row in post.rows()] == ["uncertain", "uncertain"]
    post.says("三")
    post.go()
    assert post.rows()[-1].status == "sent"


def test_a_refused_rich_message_is_sent_as_bare_text_and_takes_no_other_along(post: Post) -> None:
    post.sender.outcomes = [Failed("http_400"), Sent(), Failed("http_400")]
    post.says("一", "二", "三")
    post.go()
    assert post.sender.texts() == [["一", "二", "三"], ["一"], ["二"], ["三"]]
    assert [delivery.messages[0].plain for delivery in post.sender.deliveries] == [False, True, True, True]
    assert [row.status for row in post.rows()] == ["sent", "failed", "sent"]


def test_nothing_is_sent_to_a_person_who_blocks_us_and_staffs_words_go_out_when_they_return(post: Post) -> None:
    post.sender.outcomes = [Blocked()]
    post.says("一", author="staff")
    post.says("二")
    post.go()
    assert [row.status for row in post.rows()] == ["blocked", "blocked"]
    post.says("三")
    post.go()
    assert len(post.sender.deliveries) == 1
    post.hears("もどりました")
    post.go()
    assert post.sender.texts()[1:] == [["一"]]
    assert [row.status for row in post.rows()] == ["sent", "blocked", "blocked"]


def test_after_a_take_over_only_lifelines_and_staff_speak(post: Post) -> None:
    post.says("質問です")
    post.says("電話番号です", kind="lifeline")
    post.says("担当者がお返事します", kind="notice")
    post.says("担当です", author="staff")
    post.set(holder="staff")
    post.go()
    assert post.sender.texts() == [["電話番号です"], ["担当です"]]
    assert [post.states()[0], post.states()[2]] == [("withheld", "staff_holds")] * 2


def test_a_long_message_goes_in_parts_and_a_kill_repeats_only_the_last(post: Post) -> None:
    post.sender.outcomes = [Sent(more=True), Retry("http_500", unknown=True), Sent(more=True), Sent()]
    post.says("長い")
    post.go()
    post.wait(5)
    post.go()
    assert [delivery.part for delivery in post.sender.deliveries] == [0, 1, 1, 2]
    assert post.states() == [("sent", None)]


def test_the_right_to_answer_is_used_once_and_only_for_its_own_message(post: Post) -> None:
    until = post.now + timedelta(seconds=50)
    post.hears("質問", ReplyHandle("token", until))
    with post.sessions() as session:
        asked = session.scalars(select(Message).where(Message.direction == "in").order_by(Message.id.desc())).first()
    assert asked is not None
    post.sender.outcomes = [Retry("timeout", unknown=True)]
    post.says("先のこと")
    post.says("答え", to=asked.id)
    post.go()
    post.wait(2)
    post.go()
    post.says("あとの答え", to=asked.id)
    post.go()
    handles = [delivery.handle.token if delivery.handle else None for delivery in post.sender.deliveries]
    assert handles == [None, None, "token", None]


def test_what_waits_at_start_is_found_with_the_time_it_may_be_tried(post: Post) -> None:
    post.sender.outcomes = [Retry("http_429", 40.0)]
    post.says("一", "二")
    post.go()
    with post.sessions() as session:
        assert waiting_conversations(session, ["line"], post.now) == {post.id: 40.0}
        assert waiting_conversations(session, ["telegram"], post.now) == {}


def test_what_was_left_lying_is_found_once_it_is_overdue(post: Post) -> None:
    def overdue() -> dict[int, float]:
        with post.sessions() as session:
            return waiting_conversations(session, ["line"], post.now, overdue_seconds=60.0)

    post.says("一")
    assert overdue() == {}, "a worker may be on its way to it"
    post.wait(59)
    assert overdue() == {}
    post.wait(2)
    assert overdue() == {post.id: 0.0}
    post.sender.outcomes = [Retry("http_429", 90.0)]
    post.go()
    post.wait(100)
    assert overdue() == {}, "it may be tried for ten seconds only"
    post.wait(60)
    assert overdue() == {post.id: 0.0}


def test_the_pace_of_a_chat_and_of_the_channel_is_kept() -> None:
    clock = [100.0]
    pace = Pace(10, 1.0, monotonic=lambda: clock[0], sleep=lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    assert pace.reserve("a") == 0
    assert 0.9 < pace.reserve("a") <= 1.0
    assert pace.reserve("b") == 0 and 100.09 < clock[0] < 100.11
    pace.pause(30)
    assert 29 < pace.reserve("c") <= 30


def test_messages_are_put_in_line_in_their_own_transaction_and_once(post: Post) -> None:
    seen: list[tuple[bool, int]] = []
    inbox.use_send_queue(["line"], lambda session, conversation_id: seen.append((session.in_transaction(), conversation_id)))
    post.says("一", "二")
    post.says("三")
    assert seen == [(True, post.id)] * 2
    inbox.use_send_queue([], lambda _session, _id: None)
