"""What goes out on a channel that pushes: one conversation's messages in order, one request at a time, nothing lost.

Before a request its messages are marked as in doubt, in a transaction of their own: after a kill it is known that the channel
may have taken them. Whoever holds the chat is looked at in that same transaction, so nothing that the bot said leaves after
a caseworker took over, except lifelines. `bot.durable` calls `send_next` in turn.
"""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.contacts import fill_in
from bot.incoming import ReplyHandle
from bot.live import Live
from bot.models import Alert, Conversation, Message, UtcDateTime
from bot.pace import Pace
from bot.reply import Reply

GIVE_UP_AFTER = timedelta(hours=24)
"""As long as LINE keeps retry keys; a message that was tried this long counts as failed, and staff see it."""
LONGEST_PAUSE_SECONDS = 300.0
SPOKEN_WHILE_STAFF_HOLDS = ("lifeline",)
AWAITED = timedelta(seconds=60)
"""So long after a person's last message we take it that they still look at the talk."""
_NEARLY = timedelta(milliseconds=300)
"""A timer may ring a moment early; it must not find that it is not yet time, since it rings once."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outgoing:
    """One message of ours. `author`: bot or staff. `plain`: send it as bare text, the channel refused the richer form."""

    id: int
    author: str
    reply: Reply = field(repr=False)
    plain: bool = False


@dataclass(frozen=True)
class Delivery:
    """One request to make. `part`: which request of `messages[0]`, when it needs several (then it stands alone).

    `retry_key`: a UUID, the same for every try of these messages. `handle`: the right to answer once, if there is one and it is ours.
    `in_doubt`: an earlier try of this part may have been taken. `awaited`: the person wrote a moment ago and is likely looking; if not,
    it may light up a locked screen that somebody else sees.
    """

    channel_user: str = field(repr=False)
    messages: Sequence[Outgoing] = field(repr=False)
    part: int
    retry_key: str
    attempt: int
    in_doubt: bool
    handle: ReplyHandle | None = field(repr=False)
    now: datetime
    awaited: bool = True


@dataclass(frozen=True)
class Sent:
    """The channel has it. `more`: the message has further parts. `maybe_twice`: it may have been taken before, too."""

    more: bool = False
    maybe_twice: bool = False


@dataclass(frozen=True)
class Retry:
    """Not sent, or not known; try again. `after_seconds`: as the channel says; None: growing pauses. `unknown`: it may have been taken.

    `whole_channel`: nobody else should try before either. `drop_handle`: the right to answer is used up or too old.
    """

    reason: str
    after_seconds: float | None = None
    unknown: bool = False
    whole_channel: bool = False
    drop_handle: bool = False


@dataclass(frozen=True)
class Failed:
    """The channel refuses this and always will. Rich messages are tried once more as bare text, each on its own."""

    reason: str


@dataclass(frozen=True)
class Blocked:
    """The person does not take messages from us any more."""

    reason: str = "blocked"


Outcome = Sent | Retry | Failed | Blocked


class Sender(Protocol):
    """A channel's way out. Called from worker threads; every request has a time limit."""

    channel: str
    idempotent: bool
    """Whether a repeated request with the same retry key is taken once. If not, one that is repeated in doubt counts as uncertain."""
    pace: Pace

    def fits(self, messages: Sequence[Outgoing]) -> int:
        """Return how many of these messages, from the first, go into one request; at least 1."""
        ...

    def send(self, delivery: Delivery) -> Outcome:
        """Make one request and say what came of it. Never raises for what the network or the channel does."""
        ...


SendLater = Callable[[Session, int, float], None]
"""Puts a conversation in line for sending after some seconds, within the session's transaction."""


@dataclass(frozen=True)
class OutboxTools:
    """What sending works with."""

    sessions: sessionmaker[Session]
    clock: Callable[[], datetime]
    live: Live
    senders: Mapping[str, Sender]
    later: SendLater


@dataclass(frozen=True)
class _Claim:
    conversation_id: int
    channel: str
    delivery: Delivery
    ids: tuple[int, ...]


def send_next(tools: OutboxTools, conversation_id: int) -> Literal["idle", "sent"]:
    """Make the conversation's next request. Returns sent (there may be more), or idle: nothing to do now."""
    with tools.sessions() as session:
        channel = session.scalar(select(Conversation.channel).where(Conversation.id == conversation_id))
        sender = tools.senders.get(channel or "")
        if sender is None or not _pending(session, conversation_id):
            return "idle"
        session.commit()  # nothing is held while the pace is kept
        wait = sender.pace.reserve(str(conversation_id))
        claim = _claim(tools, session, sender, conversation_id, wait)
        session.commit()
    if claim is None:
        return "idle"
    outcome = sender.send(claim.delivery)
    with tools.sessions() as session:
        _note(tools, session, sender, claim, outcome)
        session.commit()
    tools.live.ring(conversation_id)
    # A try that must wait has put itself in line again.
    return "idle" if isinstance(outcome, Retry) else "sent"


def waiting_conversations(session: Session, channels: Sequence[str], now: datetime, overdue_seconds: float = 0.0) -> dict[int, float]:
    """Return the conversations with something to send on these channels, and in how many seconds they may try.

    `overdue_seconds`: only those whose next message could have been tried so long ago.
    """
    rows = session.execute(
        select(Message.conversation_id, func.coalesce(Message.due_at, Message.created_at, type_=UtcDateTime))
        .where(Message.direction == "out", Message.status == "pending", Message.channel.in_(channels))
        .order_by(Message.id.desc())
    )
    # The oldest message of each, read last, decides.
    due: dict[int, datetime] = {conversation_id: at for conversation_id, at in rows}
    latest = now - timedelta(seconds=overdue_seconds) if overdue_seconds else datetime.max.replace(tzinfo=UTC)
    return {conversation_id: max(0.0, (at - now).total_seconds()) for conversation_id, at in due.items() if at <= latest}


def _claim(tools: OutboxTools, session: Session, sender: Sender, conversation_id: int, wait: float) -> _Claim | None:
    # Written first: it takes the lock, so that who holds the chat cannot change before this transaction ends.
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(holder=Conversation.holder))
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        return None
    now = tools.clock()
    waiting = _withhold(conversation, _pending(session, conversation_id), now)
    if conversation.blocked_at is not None:
        _end(waiting, "blocked", "blocked", now)
        return None
    if waiting and waiting[0].attempts and now - waiting[0].created_at > GIVE_UP_AFTER:
        tried = [row for row in waiting if row.retry_key == waiting[0].retry_key]
        _fail(session, tried, "gave_up", now)
        waiting = waiting[len(tried) :]
    if not waiting or (waiting[0].due_at is not None and waiting[0].due_at > now + _NEARLY):
        return None
    if wait > 0:
        # Nothing is held back while a worker sleeps: it comes again when it is this conversation's turn.
        waiting[0].due_at = now + timedelta(seconds=wait)
        tools.later(session, conversation_id, wait)
        return None
    batch = _batch(sender, waiting)
    in_doubt = batch[0].in_doubt
    for row in batch:
        row.attempts, row.in_doubt = row.attempts + 1, True
    messages = [_outgoing(row) for row in batch]
    delivery = Delivery(
        channel_user=conversation.channel_user,
        messages=messages,
        part=batch[0].sent_parts,
        retry_key=batch[0].retry_key or "",
        attempt=batch[0].attempts,
        in_doubt=in_doubt,
        handle=_handle(session, batch[0]),
        now=now,
        awaited=_is_awaited(session, conversation_id, now),
    )
    return _Claim(conversation_id, conversation.channel, delivery, tuple(row.id for row in batch))


def _pending(session: Session, conversation_id: int) -> list[Message]:
    rows = select(Message).where(Message.conversation_id == conversation_id, Message.direction == "out", Message.status == "pending")
    return list(session.scalars(rows.order_by(Message.id)))


def _is_awaited(session: Session, conversation_id: int, now: datetime) -> bool:
    latest = select(func.max(Message.created_at, type_=UtcDateTime)).where(Message.conversation_id == conversation_id, Message.direction == "in")
    heard = session.scalar(latest)
    return heard is not None and now - heard <= AWAITED


def _withhold(conversation: Conversation, waiting: list[Message], now: datetime) -> list[Message]:
    """Take out what the bot must not say any more while a caseworker holds the chat."""
    if conversation.holder != "staff":
        return waiting
    silenced = [row for row in waiting if row.author == "bot" and row.kind not in SPOKEN_WHILE_STAFF_HOLDS]
    for row in silenced:
        _end([row], "uncertain" if row.in_doubt else "withheld", "staff_holds", now)
    return [row for row in waiting if row not in silenced]


def _batch(sender: Sender, waiting: list[Message]) -> list[Message]:
    """Return the messages of the next request, all with one retry key: what was tried together stays together."""
    first = waiting[0]
    if first.retry_key is None:
        alike = [first]
        for row in waiting[1:]:
            if row.retry_key is not None or row.plain or first.plain or (row.in_reply_to_id, row.author) != (first.in_reply_to_id, first.author):
                break
            alike.append(row)
        key = str(uuid.uuid4())
        for row in alike[: sender.fits([_outgoing(row) for row in alike])]:
            row.retry_key = key
    return [row for row in waiting if row.retry_key == first.retry_key]


def _outgoing(row: Message) -> Outgoing:
    reply = Reply.model_validate(row.content)
    return Outgoing(row.id, row.author, reply.model_copy(update={"text": fill_in(reply.text)}), row.plain)


def _handle(session: Session, first: Message) -> ReplyHandle | None:
    """Return the right to answer that came with the message answered here, unless other messages of ours used it."""
    if first.in_reply_to_id is None or first.sent_parts:
        return None
    asked = session.get(Message, first.in_reply_to_id)
    if asked is None or asked.reply_handle is None or asked.reply_handle["used_by"] not in (None, first.retry_key):
        return None
    asked.reply_handle = {**asked.reply_handle, "used_by": first.retry_key}
    return ReplyHandle(asked.reply_handle["token"], datetime.fromisoformat(asked.reply_handle["until"]))


def _note(tools: OutboxTools, session: Session, sender: Sender, claim: _Claim, outcome: Outcome) -> None:
    """Write down what came of the request. Rows that were deleted meanwhile stay deleted."""
    now = tools.clock()
    rows = [row for row in session.scalars(select(Message).where(Message.id.in_(claim.ids)).order_by(Message.id)) if row.status == "pending"]
    if not rows:
        return
    doubted = claim.delivery.in_doubt
    match outcome:
        case Sent():
            _note_sent(session, rows, outcome, now, doubled=outcome.maybe_twice or (doubted and not sender.idempotent))
        case Retry():
            seconds = outcome.after_seconds if outcome.after_seconds is not None else _pause(claim.delivery.attempt)
            if outcome.whole_channel:
                sender.pace.pause(seconds)
            for row in rows:
                row.in_doubt, row.reason, row.due_at = doubted or outcome.unknown, outcome.reason, now + timedelta(seconds=seconds)
            if outcome.drop_handle:
                _drop_handle(session, rows[0])
            tools.later(session, claim.conversation_id, seconds)
        case Failed():
            _note_refused(session, rows, outcome.reason, now)
        case Blocked():
            session.execute(update(Conversation).where(Conversation.id == claim.conversation_id).values(blocked_at=now))
            _end(_pending(session, claim.conversation_id), "blocked", outcome.reason, now)
    if not isinstance(outcome, Sent):
        log.warning("send_not_done", channel=claim.channel, reason=outcome.reason, attempt=claim.delivery.attempt, count=len(rows))


def _note_sent(session: Session, rows: list[Message], outcome: Sent, now: datetime, *, doubled: bool) -> None:
    for row in rows:
        row.in_doubt, row.doubled, row.reason, row.due_at = False, row.doubled or doubled, None, None
        if outcome.more:
            row.sent_parts, row.attempts = row.sent_parts + 1, 0
        else:
            row.status, row.done_at = "uncertain" if row.doubled else "sent", now
    _drop_handle(session, rows[0])


def _note_refused(session: Session, rows: list[Message], reason: str, now: datetime) -> None:
    """Try refused messages again as bare text, each on its own, so that one bad one takes no other along; then give up."""
    for row in rows:
        if row.plain:
            _fail(session, [row], reason, now)
        else:
            row.plain, row.retry_key, row.in_doubt, row.reason, row.sent_parts = True, None, False, reason, 0
    _drop_handle(session, rows[0])


def _fail(session: Session, rows: list[Message], reason: str, now: datetime) -> None:
    _end(rows, "failed", reason, now)
    for row in rows:
        session.add(Alert(conversation_id=row.conversation_id, message_id=row.id, kind="failed_send", words=[], created_at=now))


def _end(rows: Sequence[Message], status: str, reason: str, now: datetime) -> None:
    for row in rows:
        row.status, row.reason, row.done_at, row.due_at = status, reason, now, None


def _drop_handle(session: Session, first: Message) -> None:
    asked = session.get(Message, first.in_reply_to_id) if first.in_reply_to_id is not None else None
    if asked is not None and asked.reply_handle is not None:
        asked.reply_handle = None


def _pause(attempt: int) -> float:
    """Seconds before the next try: 1, 2, 4 … up to five minutes, spread a little so that not all come at once."""
    return min(LONGEST_PAUSE_SECONDS, 2.0 ** min(attempt - 1, 10)) * random.uniform(0.8, 1.2)  # noqa: S311
