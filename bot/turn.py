"""One turn: the conversation's oldest message that is not done is answered, and all of it is written in one transaction.

Killed before the commit, nothing happened and the turn runs again; killed after it, the message is done and stays done.
Whoever holds the chat is looked at in that same transaction: what a turn wanted to say after a caseworker took over is not said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from actions.handover import ANSWER_TIME, CONTACT_LINK, REFERENCE
from bot import store
from bot.assistant import Assistant, TurnInput, TurnResult
from bot.cases import hand_over
from bot.consents import apply_effects
from bot.contacts import offer_link
from bot.deletions import record_deletion
from bot.errors import ModelMissing, TurnFailed
from bot.gaps import count_gaps
from bot.inbox import add_reply
from bot.live import Live
from bot.models import Alert, Case, Consent, Contact, ContactLink, Conversation, FactRow, Message, TrackerEvent
from bot.office_hours import answer_time
from bot.reply import Button, Card, Reply
from bot.tally import count_unanswered
from bot.wording import say
from knowledge.lifeline_cards import lifeline_reply
from nlu.emergency import EmergencySign, detect_emergency
from nlu.languages import detect_language

MAX_ATTEMPTS = 3
Outcome = Literal["idle", "done", "retry"]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TurnTools:
    """What a turn works with. `assistant` raises ModelMissing or TurnFailed when the model cannot serve."""

    sessions: sessionmaker[Session]
    assistant: Callable[[], Assistant]
    clock: Callable[[], datetime]
    live: Live
    refresh: Callable[[Session], None] = lambda _session: None
    """Takes up what an admin published since the last turn."""


def take_turn(tools: TurnTools, conversation_id: int) -> Outcome:
    """Answer the oldest message that is not done. Returns idle (nothing to do), done, or retry (it failed; try again)."""
    with tools.sessions() as session:
        message = store.next_message(session, conversation_id)
        if message is None:
            return "idle"
        now = tools.clock()
        message.attempts += 1
        session.flush()  # takes the lock: who holds the chat is then read as it stays until the commit
        conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
        signs = _answer_emergency(session, message, now, automatic=conversation.holder == "staff")
        session.commit()
        if signs:
            tools.live.ring(conversation_id)
        if conversation.holder == "staff":
            _finish(session, message, now)
            session.commit()
        elif store.is_wordless(message) and store.anything_waits(session, message):
            _finish(session, message, now)  # ten photos at once get one answer
            session.commit()
        elif message.attempts > MAX_ATTEMPTS:
            if _who_speaks(session, message) == "bot":
                _apologise(session, message, now)
            session.commit()
        else:
            try:
                _converse(tools, session, message, now)
            except (TurnFailed, ModelMissing) as failure:
                session.rollback()
                log.warning("turn_failed", conversation=conversation_id, attempt=message.attempts, reason=type(failure.__cause__).__name__)
                return "retry"
    tools.live.ring(conversation_id)
    return "done"


def _converse(tools: TurnTools, session: Session, message: Message, now: datetime) -> None:
    tools.refresh(session)
    facts = store.load_facts(session, message.conversation_id)
    turn = _turn_input(session, message, facts)
    session.commit()  # no connection is held while the model thinks
    result = tools.assistant().respond(turn)
    speaker = _who_speaks(session, message)
    if speaker == "bot":
        _write(session, message, result, tools.clock())
    elif speaker == "staff":
        _write_silently(session, message, result, tools.clock())
    session.commit()


def _who_speaks(session: Session, message: Message) -> Literal["bot", "staff", "nobody"]:
    """Return who holds the chat until this transaction ends; nobody when the message was unsent or erased meanwhile.

    The update takes the lock: a caseworker who takes over now waits for our commit, one who already did is seen.
    """
    session.execute(update(Conversation).where(Conversation.id == message.conversation_id).values(holder=Conversation.holder))
    if session.scalar(select(Message.status).where(Message.id == message.id)) != "new":
        session.expunge(message)  # written by somebody else: nothing of ours may go over it
        return "nobody"
    return "staff" if session.scalar(select(Conversation.holder).where(Conversation.id == message.conversation_id)) == "staff" else "bot"


def _turn_input(session: Session, message: Message, facts: store.FactRecords) -> TurnInput:
    content = message.content
    payload = "/start_conversation" if message.kind == "start" else content.get("payload")
    return TurnInput(
        sender_id=str(message.conversation_id),
        text=payload or content.get("text") or f"/{_UNREADABLE}",
        is_payload=bool(payload) or not content.get("text"),
        message_id=message.id,
        now=message.created_at,
        events=store.load_events(session, message.conversation_id),
        facts=facts,
        shown_text=content.get("text") or "",
        kind=message.kind,
        more=store.more_waits(session, message),
    )


_UNREADABLE = "send_unreadable"


def _write(session: Session, message: Message, result: TurnResult, now: datetime) -> None:
    """Put everything the turn brought into the session. The caller commits once."""
    conversation_id = message.conversation_id
    if "erase" in result.effects:
        record_deletion(session, session.get_one(Conversation, conversation_id), "asked", now)
        _erase_content(session, conversation_id)
        message = session.get_one(Message, message.id)
        session.get_one(Conversation, conversation_id, populate_existing=True).holder = "bot"
    else:
        store.add_events(session, conversation_id, result.events)
        store.write_facts(session, conversation_id, result.facts, now)
    replies = list(result.replies)
    if "hand_over" in result.effects:
        reference = hand_over(session, conversation_id, result.facts, result.slots.get("interview") or {}, now)
        replies = fill(replies, REFERENCE, reference)
    if "contact_link" in result.effects:
        replies = fill(replies, CONTACT_LINK, offer_link(session, conversation_id, now))
    if {"hand_over", "call_human"} & set(result.effects):
        replies = fill(replies, ANSWER_TIME, *answer_time(session, conversation_id, now))
    for reply in replies:
        add_reply(session, conversation_id, reply, in_reply_to=message.id, now=now)
    count_gaps(session, result.effects, now)
    if "unanswered" in result.effects:
        count_unanswered(session, now)
    alerts: list[tuple[str, list[str]]] = [("human", [])] if "call_human" in result.effects else []
    doubted = (result.slots.get("interview") or {}).get("doubted_words", [])
    alerts += [(effect.removeprefix("alert:"), doubted) for effect in result.effects if effect.startswith("alert:")]
    for kind, words in alerts:
        session.add(Alert(conversation_id=conversation_id, message_id=message.id, kind=kind, words=words, created_at=now))
    if "hand_over_again" in result.effects:
        hand_over(session, conversation_id, result.facts, result.slots.get("interview") or {}, now)
    apply_effects(session, conversation_id, result.effects, now)
    _finish(session, message, now)


def fill(replies: Sequence[Reply], place: str, words: str, easy_words: str = "") -> list[Reply]:
    """Return the replies with what only the turn knows (the case's number, a link) in its place."""
    easy_words = easy_words or words
    return [
        reply.model_copy(update={"text": reply.text.replace(place, words), "easy_text": reply.easy_text.replace(place, easy_words)})
        for reply in replies
    ]


def _write_silently(session: Session, message: Message, result: TurnResult, now: datetime) -> None:
    """A caseworker took over while the model was thinking: keep what the person said and agreed to, and say nothing."""
    if "erase" in result.effects:
        _write(session, message, result, now)  # their word counts whoever holds the chat; nothing is left to hold
        return
    store.write_facts(session, message.conversation_id, result.facts, now)
    if {"hand_over", "hand_over_again"} & set(result.effects):
        hand_over(session, message.conversation_id, result.facts, result.slots.get("interview") or {}, now)
    apply_effects(session, message.conversation_id, result.effects, now)
    _finish(session, message, now)


def _finish(session: Session, message: Message, now: datetime) -> None:
    message.status, message.done_at = "done", now


def _answer_emergency(session: Session, message: Message, now: datetime, *, automatic: bool) -> list[EmergencySign]:
    """Answer an emergency before anything else, once, and tell staff. Needs neither model nor directory.

    `automatic`: a caseworker holds the chat, and the answer says that it does not come from them.
    """
    signs = detect_emergency(message.content.get("text") or "") if message.kind != "start" else []
    if not signs or session.scalar(select(Message.id).where(Message.in_reply_to_id == message.id, Message.kind == "lifeline")):
        return signs
    kinds = list(dict.fromkeys(sign.kind for sign in signs if sign.alarm))
    reply = emergency_reply(signs, now, detect_language(message.content.get("text") or ""))
    if automatic:
        note = say("utter_automatic")
        reply = reply.model_copy(update={"text": f"{note}\n{reply.text}", "easy_text": f"{note}\n{reply.easy_text}" if reply.easy_text else ""})
    add_reply(session, message.conversation_id, reply, in_reply_to=message.id, now=now)
    for kind in kinds:
        words = [sign.text for sign in signs if sign.kind == kind]
        session.add(Alert(conversation_id=message.conversation_id, message_id=message.id, kind=kind, words=words, created_at=now))
    return signs


def emergency_reply(signs: Sequence[EmergencySign], now: datetime, language: str | None = None) -> Reply:
    """Return the lifelines for these signs as a message; when all of them are unsure, it asks gently. `language`: what the person wrote in."""
    kinds = list(dict.fromkeys(sign.kind for sign in sorted(signs, key=lambda sign: not sign.certain)))
    found = lifeline_reply(kinds, now, sure=any(sign.certain for sign in signs), language=language)
    return Reply(
        text=found["text"],
        easy_text=found["easy_text"],
        kind="lifeline",
        cards=[Card.model_validate(card) for card in found["cards"]],
    )


def _apologise(session: Session, message: Message, now: datetime) -> None:
    """After three failed tries: say so once, name a human, tell staff. The message itself is kept."""
    buttons = [Button(title=say("utter_button_human"), payload="/request_human")]
    reply = Reply(text=say("utter_apology"), kind="apology", buttons=buttons)
    add_reply(session, message.conversation_id, reply, in_reply_to=message.id, now=now)
    session.add(Alert(conversation_id=message.conversation_id, message_id=message.id, kind="failed_turn", words=[], created_at=now))
    message.status, message.done_at = "failed", now


def _erase_content(session: Session, conversation_id: int) -> None:
    """Remove what the person told us, on their word; the empty shell stays until they close the page."""
    for table in (TrackerEvent, FactRow, Alert, Consent, Case, Contact, ContactLink):
        for row in session.scalars(select(table).where(table.conversation_id == conversation_id)):
            session.delete(row)
    for old in session.scalars(select(Message).where(Message.conversation_id == conversation_id)):
        old.content, old.kind = {"text": ""}, "start"
        if old.direction == "out":
            session.delete(old)
    session.flush()
