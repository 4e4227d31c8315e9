"""Durable work on DBOS: every conversation with something to answer or to send has a workflow in line, kills included.

The workflow's argument is the conversation's id, never a message (a workflow per message ran out of order) and never
text (arguments and errors are stored). It is put in line in the transaction that stores the message. One conversation
is one partition of the queue with one worker, so its turns follow each other while other conversations go on. Sending has a
queue of its own, partitioned in the same way; a send that must wait is put in line again with a delay and holds no worker.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Literal

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.inbox import use_queue, use_send_queue
from bot.models import Message
from bot.outbox import OutboxTools, Sender, send_next, waiting_conversations
from bot.turn import Outcome, TurnTools, take_turn

TURNS_QUEUE = "turns"
SENDS_QUEUE = "sends"
# Workers are threads. The model takes one turn at a time anyway; a send waits for the network.
_TURN_WORKERS = 8
_SEND_WORKERS = 12
# Fixed by hand: by default it hashes the source, and after an edit pending work would be stuck.
_APPLICATION_VERSION = "1"
_POLL_SECONDS = 0.05
_RETRY_SECONDS = (0.2, 1.0, 3.0)
_tools: list[TurnTools] = []
_outbox: list[OutboxTools] = []


@DBOS.workflow(name="answer_conversation")
def answer_conversation(conversation_id: int) -> None:
    """Take turns until nothing is left to answer."""
    failures = 0
    while True:
        outcome = turn_step(conversation_id)
        if outcome == "idle":
            return
        if outcome == "retry":
            DBOS.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
            failures += 1


# A locked or unreachable database is no failure of the turn itself: the step is tried again for about a minute.
@DBOS.step(name="take_turn", retries_allowed=True, interval_seconds=0.5, max_attempts=7, backoff_rate=2.0)
def turn_step(conversation_id: int) -> Outcome:
    """Take one turn; running it again after a kill finds the message done."""
    return take_turn(_tools[0], conversation_id)


@DBOS.workflow(name="send_conversation")
def send_conversation(conversation_id: int) -> None:
    """Send until nothing is left that may go now."""
    while send_step(conversation_id) == "sent":
        pass


@DBOS.step(name="send_next", retries_allowed=True, interval_seconds=0.5, max_attempts=7, backoff_rate=2.0)
def send_step(conversation_id: int) -> Literal["idle", "sent"]:
    """Make one request; running it again after a kill finds its messages in doubt and asks the channel with the same key."""
    return send_next(_outbox[0], conversation_id)


def start(engine: Engine, tools: TurnTools, senders: Sequence[Sender] = ()) -> None:
    """Start the workers on `engine`'s database, put left-over conversations in line, and let the inbox enqueue."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    _tools[:] = [tools]
    config = DBOSConfig(
        name="madoguchi",
        system_database_engine=engine,
        application_version=_APPLICATION_VERSION,
        executor_id="madoguchi",
        log_level="WARNING",
        notification_listener_polling_interval_sec=_POLL_SECONDS,
        max_executor_threads=_TURN_WORKERS + _SEND_WORKERS + 4,
    )
    client = DBOSClient(system_database_engine=engine, application_name="madoguchi")
    channels = [sender.channel for sender in senders]
    later = _putter(client, SENDS_QUEUE, "send_conversation")
    _outbox[:] = [OutboxTools(tools.sessions, tools.clock, tools.live, {sender.channel: sender for sender in senders}, later)]
    DBOS(config=config)
    DBOS.launch()
    for name, workers in ((TURNS_QUEUE, _TURN_WORKERS), (SENDS_QUEUE, _SEND_WORKERS)):
        DBOS.register_queue(
            name, partition_concurrency=1, worker_concurrency=workers, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )
    answer = _putter(client, TURNS_QUEUE, "answer_conversation")
    use_queue(lambda session, conversation_id: answer(session, conversation_id, 0.0))
    use_send_queue(channels, lambda session, conversation_id: later(session, conversation_id, 0.0))
    with tools.sessions() as session:
        waiting = session.scalars(
            select(Message.conversation_id).where(Message.direction == "in", Message.status == "new").distinct()
        ).all()
        for conversation_id in waiting:
            answer(session, conversation_id, 0.0)
        session.commit()
    put_sends_in_line()


def put_sends_in_line(overdue_seconds: float = 0.0) -> None:
    """Put every conversation with something to send in line, for when it may be tried. More than once does no harm.

    `overdue_seconds`: only those that should have been sent so long ago.
    """
    for outbox in _outbox:
        with outbox.sessions() as session:
            for conversation_id, seconds in waiting_conversations(
                session, list(outbox.senders), outbox.clock(), overdue_seconds
            ).items():
                outbox.later(session, conversation_id, seconds)
            session.commit()


def stop() -> None:
    """Stop the workers; what is in line waits for the next start."""
    DBOS.destroy()
    _tools.clear()
    _outbox.clear()


def _putter(client: DBOSClient, queue: str, workflow: str) -> Callable[[Session, int, float], None]:
    """Return what puts a conversation in line on `queue`, at once or after some seconds, within a session's transaction."""

    def put(session: Session, conversation_id: int, seconds: float) -> None:
        options: EnqueueOptions = {
            "queue_name": queue,
            "workflow_name": workflow,
            "app_version": _APPLICATION_VERSION,
            "queue_partition_key": str(conversation_id),
        }
        if seconds > 0:
            options["delay_seconds"] = seconds
        client.enqueue_in_transaction(session, options, conversation_id)

    return put
