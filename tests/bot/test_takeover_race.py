"""Take-overs in the middle of turns, many times: what is said after one and before the hand-back is never the bot's, lifelines apart."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import chat, inbox
from bot.assistant import Assistant, TurnInput, TurnResult
from bot.cases import hand_over
from bot.live import Live
from bot.models import Case, Conversation, Message
from bot.organisations import ensure_organisation
from bot.reply import Reply
from bot.staff import add_staff
from bot.turn import TurnTools, take_turn

ROUNDS = 30
HERE, GONE = "ここからは、窓口の相談員", "いったんここまで"


def test_between_take_over_and_hand_back_only_staff_and_lifelines_speak(sessions: sessionmaker[Session], now: datetime) -> None:
    dice = random.Random(7)

    def respond(turn: TurnInput) -> TurnResult:
        time.sleep(dice.uniform(0, 0.02))
        return TurnResult([Reply(text="お返事です")], [], turn.facts, [], {})

    with sessions() as session:
        token = inbox.open_web_conversation(session, municipality=None, now=now)
        talk = inbox.conversation_for_token(session, token).id
        office = ensure_organisation(session, "見本市", now)
        staff_id = add_staff(session, "a", "見本 花子", ["supervisor"], "x" * 20, now, organisation_id=office.id).id
        hand_over(session, talk, {}, {}, now)
        session.commit()
        case_id = session.scalars(select(Case.id)).one()
    tools = TurnTools(sessions, lambda: cast("Assistant", SimpleNamespace(respond=respond)), lambda: now, Live())
    failures: list[BaseException] = []

    def answer() -> None:
        for number in range(ROUNDS * 3):
            text = "もう死にたいです" if number % 7 == 3 else "家賃が払えません"
            with sessions() as session:
                conversation = inbox.conversation_for_token(session, token)
                inbox.receive(session, conversation=conversation, event_id=f"event-{number:04d}", kind="text", text=text, payload=None, sent_at=now, now=now)
            while take_turn(tools, talk) != "idle":
                pass

    def hold() -> None:
        for step in [chat.take_over, chat.hand_back] * ROUNDS:
            time.sleep(dice.uniform(0, 0.05))
            with sessions() as session:
                staff = session.get_one(chat.Staff, staff_id)
                cast("Callable[..., Any]", step)(session, case_id, staff, now)

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:
            failures.append(fault)
            raise

    threads = [threading.Thread(target=run, args=(work,)) for work in (answer, hold)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == [] and not any(thread.is_alive() for thread in threads)
    with sessions() as session:
        rows = session.scalars(select(Message).where(Message.direction == "out").order_by(Message.id)).all()
        assert session.get_one(Conversation, talk).holder == "bot"
    spoken, between, unmarked = sort_out(rows)
    assert between == [] and unmarked == []
    assert spoken > 0 and sum(HERE in row.content["text"] for row in rows) == ROUNDS, "both were at it"


def sort_out(rows: Sequence[Message]) -> tuple[int, list[str], list[str]]:
    """Return how often the bot spoke while it held the chat, what it said between take-over and hand-back, and lifelines there that bear no mark."""
    held, spoken = False, 0
    between: list[str] = []
    unmarked: list[str] = []
    for row in rows:
        text = row.content["text"]
        if row.author == "staff":
            held = HERE in text or (held and GONE not in text)
        elif not held:
            spoken += 1
        elif row.kind != "lifeline":
            between.append(text)
        elif "自動でお送り" not in text:
            unmarked.append(text)
    return spoken, between, unmarked
