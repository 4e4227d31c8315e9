"""Nobody has taken it up yet: a person who asked for a human, or handed over, is told so once, and given other ways.

They are found by looking, so a process that was killed forgets nothing. What is said here is said by the assistant, so it is never sent once a
caseworker holds the chat (`bot.outbox` withholds it).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from bot import store
from bot.inbox import add_reply
from bot.live import Live
from bot.models import Alert, Case, Conversation, Message
from bot.office_hours import answer_time, hours_of
from bot.reply import Card, Reply
from bot.wording import say, say_easily
from knowledge.base import knowledge_base
from knowledge.facts import plain_values
from knowledge.hours import TOKYO, is_open, next_opening
from knowledge.lifeline_cards import human_lines
from knowledge.needs import infer_needs
from knowledge.schema import ScheduleRecord
from knowledge.suggestions import suggest_desks, suggestion_card
from knowledge.urgency import judge_urgency

TOO_OLD = timedelta(days=7)
"""A wait that began longer ago is not spoken of any more."""
WAKING_HOURS = range(8, 21)
"""Hours of the day (Asia/Tokyo) in which a phone may ring for this."""
_DESKS = 2


def tell_waiting(sessions: sessionmaker[Session], live: Live, now: datetime, *, human: timedelta, case: timedelta) -> int:
    """Tell everybody who has waited too long, each once for each wait. Returns how many. Commits, one conversation at a time.

    `human`: how long after a wish to speak with a human, `case`: how long after handing over; the office's closed hours in between
    the asking and its next opening do not count.
    """
    if now.astimezone(TOKYO).hour not in WAKING_HOURS:
        return 0
    with sessions() as session:
        waiting = _perhaps(session, now, human, case)
    told = [conversation_id for conversation_id in waiting if _tell(sessions, conversation_id, now, human, case)]
    for conversation_id in told:
        live.ring(conversation_id)
    return len(told)


def _perhaps(session: Session, now: datetime, human: timedelta, case: timedelta) -> Sequence[int]:
    """Return the conversations in which a wait may be too long, by a look without a lock."""
    young = now - TOO_OLD
    alerts = select(Alert.conversation_id).where(Alert.kind == "human", Alert.created_at > young, Alert.created_at <= now - human)
    cases = select(Case.conversation_id).where(Case.status == "new", Case.consented_at > young, Case.consented_at <= now - case)
    free = select(Conversation.id).where(Conversation.holder == "bot", Conversation.blocked_at.is_(None), Conversation.sample.is_(False))
    return session.scalars(free.where(Conversation.id.in_(alerts) | Conversation.id.in_(cases)).order_by(Conversation.id)).all()


def _tell(sessions: sessionmaker[Session], conversation_id: int, now: datetime, human: timedelta, case: timedelta) -> bool:
    with sessions() as session:
        known = session.get(Conversation, conversation_id)
        if known is None or not _waited_too_long(session, known, now, human, case):
            return False
        session.commit()
        # Then again under the lock: a caseworker who takes over now waits, one who already did is seen.
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(holder=Conversation.holder))
        conversation = session.get(Conversation, conversation_id, populate_existing=True)
        if conversation is None or conversation.holder != "bot" or conversation.blocked_at is not None:
            return False
        if not _waited_too_long(session, conversation, now, human, case):
            return False
        conversation.told_waiting_at = now
        add_reply(session, conversation_id, still_waiting(session, conversation_id, now), in_reply_to=None, now=now)
        session.commit()
        return True


def _waited_too_long(session: Session, conversation: Conversation, now: datetime, human: timedelta, case: timedelta) -> bool:
    """Return whether a wait that nobody was told of has lasted long enough. A word of staff ends every wait before it."""
    heard = session.scalar(
        select(Message.created_at)
        .where(Message.conversation_id == conversation.id, Message.direction == "out", Message.author == "staff")
        .order_by(Message.id.desc())
        .limit(1)
    )
    ends = [moment for moment in (heard, conversation.told_waiting_at, now - TOO_OLD) if moment is not None]
    asked = select(Alert.created_at).where(Alert.conversation_id == conversation.id, Alert.kind == "human", Alert.created_at > max(ends))
    handed = select(Case.consented_at).where(
        Case.conversation_id == conversation.id,
        Case.status == "new",
        Case.opened_at.is_(None),
        Case.assigned_to_id.is_(None),
        Case.consented_at > max(ends),
    )
    hours = hours_of(session, conversation.id)
    waits = [(moment, human) for moment in session.scalars(asked)] + [(moment, case) for moment in session.scalars(handed)]
    return any(now >= _begins(hours, moment) + patience for moment, patience in waits)


def _begins(hours: Sequence[ScheduleRecord], moment: datetime) -> datetime:
    """Return from when on a wait counts: from the next opening when the office was closed."""
    if is_open(hours, moment) is False:
        return next_opening(hours, moment) or moment
    return moment


def still_waiting(session: Session, conversation_id: int, now: datetime) -> Reply:
    """Return what a person is told who waits: when somebody can answer, desks that fit, lines where a human answers now."""
    facts: Any = store.load_facts(session, conversation_id)
    values = plain_values(facts)
    needs = [need for need in infer_needs(facts, now) if need.status != "declined"]
    urgency = judge_urgency(values, [], now, [need.id for need in needs if need.status == "stated"])
    found = suggest_desks(values, needs, urgency.level, knowledge_base().directory(), now, limit=_DESKS, already=(), emergency=[])
    cards = [*(suggestion_card(one) for one in found), *human_lines(now)]
    when, easy_when = answer_time(session, conversation_id, now)
    return Reply(
        text=say("utter_still_waiting", when=when),
        easy_text=say_easily("utter_still_waiting", {"when": easy_when}),
        kind="suggestion",
        cards=[Card.model_validate(card) for card in cards],
    )
