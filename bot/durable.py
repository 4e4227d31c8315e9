"""Durable work on DBOS: every conversation with something to answer has a workflow in line, kills included.

The workflow's argument is the conversation's id, never a message (a workflow per message ran out of order) and never
text (arguments and errors are stored). It is put in line in the transaction that stores the message. One conversation
is one partition of the queue with one worker, so its turns follow each other while other conversations go on.
"""

import logging

from dbos import DBOS, DBOSClient, DBOSConfig
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.inbox import use_queue
from bot.models import Message
from bot.turn import Outcome, TurnTools, take_turn

TURNS_QUEUE = "turns"
# Fixed by hand: by default it hashes the source, and after an edit pending work would be stuck.
_APPLICATION_VERSION = "1"
_POLL_SECONDS = 0.05
_RETRY_SECONDS = (0.2, 1.0, 3.0)
_tools: list[TurnTools] = []


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


def start(engine: Engine, tools: TurnTools) -> None:
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
    )
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(TURNS_QUEUE, partition_concurrency=1, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update")
    client = DBOSClient(system_database_engine=engine, application_name="madoguchi")

    def enqueue(session: Session, conversation_id: int) -> None:
        client.enqueue_in_transaction(
            session,
            {
                "queue_name": TURNS_QUEUE,
                "workflow_name": "answer_conversation",
                "app_version": _APPLICATION_VERSION,
                "queue_partition_key": str(conversation_id),
            },
            conversation_id,
        )

    use_queue(enqueue)
    with tools.sessions() as session:
        waiting = session.scalars(
            select(Message.conversation_id).where(Message.direction == "in", Message.status == "new").distinct()
        ).all()
        for conversation_id in waiting:
            enqueue(session, conversation_id)
        session.commit()


def stop() -> None:
    """Stop the workers; what is in line waits for the next start."""
    DBOS.destroy()
    _tools.clear()
