"""Rasa as a library: the agent on a thread and event loop of its own, one turn at a time."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

import actions
from bot.action_endpoint import InProcessActions
from bot.channel import TurnChannel, effects_of, replies_of
from bot.errors import ModelMissing, TurnFailed
from bot.logs import configure_logging
from bot.reply import Reply
from bot.tracker_store import TurnTrackerStore, kept

_Result = TypeVar("_Result")
_WARM_UP = "hello"
_START_SECONDS = 300.0


@dataclass(frozen=True)
class TurnInput:
    """What a turn starts from. `text` is what the person typed, or a payload when `is_payload`."""

    sender_id: str
    text: str
    is_payload: bool
    message_id: int | None
    now: datetime
    events: list[dict[str, Any]]
    facts: dict[str, Any]
    shown_text: str = ""
    kind: str = "text"
    """What was sent: text, button, image …; what cannot be read is answered according to it."""
    more: bool = False
    """Another message of this person already waits: what this one says is kept, the reply comes with the last one."""


@dataclass(frozen=True)
class TurnResult:
    """What a turn leaves: replies to send, events to keep, the facts as they are now, effects to carry out."""

    replies: list[Reply]
    events: list[dict[str, Any]]
    facts: dict[str, Any]
    effects: list[str]
    slots: dict[str, Any]


class Assistant:
    """The trained model, ready to take turns. Safe to call from any thread."""

    def __init__(self, model_path: Path, timeout_seconds: float = 30.0) -> None:
        """Load the model of `model_path`. Raises ModelMissing when there is none."""
        if not model_path.exists():
            raise ModelMissing(f"No model at {model_path}. Run `madoguchi train` first.")
        if not structlog.is_configured():
            configure_logging()  # left alone, Rasa prints what people write
        self._timeout = timeout_seconds
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="rasa", daemon=True).start()
        self._endpoint = InProcessActions(actions)
        self._trackers = TurnTrackerStore()
        self._agent: Agent = self._wait(self._load(model_path), timeout=_START_SECONDS)
        self._one_at_a_time = self._wait(_make_lock(), timeout=5)
        # Loads dictionaries, so that nobody waits for them. A busy machine may take longer for it than for any turn (over 30 s was seen).
        self._wait(self._understand(_WARM_UP, None, datetime.now().astimezone()), timeout=_START_SECONDS)

    def respond(self, turn: TurnInput) -> TurnResult:
        """Let Rasa understand and decide; nothing is written. Raises TurnFailed."""
        try:
            return self._wait(self._respond(turn), self._timeout)
        except TimeoutError:
            raise TurnFailed("the model took too long") from None

    def understand(self, text: str, asked: str | None, now: datetime) -> dict[str, Any]:
        """Return what the pipeline reads in one message: intent, entities, emergency, language."""
        return self._wait(self._understand(text, asked, now), self._timeout)

    def close(self) -> None:
        """Stop the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _load(self, model_path: Path) -> Agent:
        return Agent.load(model_path, tracker_store=self._trackers, action_endpoint=self._endpoint)

    async def _respond(self, turn: TurnInput) -> TurnResult:
        async with self._one_at_a_time:
            self._trackers.hold(turn.sender_id, turn.events, {"facts": turn.facts, "changes": []})
            tracker = await self._trackers.retrieve(turn.sender_id)
            before = len(tracker.events) if tracker else 0
            asking = (tracker.get_slot("asking") if tracker else None) or []
            channel = TurnChannel()
            message = UserMessage(
                text=turn.text if turn.is_payload else plain_text(turn.text),
                output_channel=channel,
                sender_id=turn.sender_id,
                metadata={
                    "asked": _asked(asking),
                    "now": turn.now.isoformat(),
                    "message_id": turn.message_id,
                    "shown_text": turn.shown_text,
                    "kind": turn.kind,
                    "more": turn.more,
                },
            )
            self._endpoint.take_failure()
            try:
                await self._agent.handle_message(message)
            except Exception as raised:  # whatever Rasa or a component raises fails the turn; its text may quote the person
                raise TurnFailed(f"the model raised {type(raised).__name__}") from raised
            finally:
                tracker = self._trackers.release(turn.sender_id)
            failure = self._endpoint.take_failure()
            if failure is not None:
                raise TurnFailed(f"an action raised {type(failure).__name__}") from failure
            replies = replies_of(channel.responses)
            if not replies and not turn.more:
                raise TurnFailed("the turn brought no reply")
            events = [event.as_dict() for event in list(tracker.events)[before:]]
            return TurnResult(
                replies=replies,
                events=kept(events),
                facts=tracker.get_slot("facts") or {},
                effects=effects_of(channel.responses),
                slots={name: tracker.get_slot(name) for name in ("interview", "asking", "awaiting")},
            )

    async def _understand(self, text: str, asked: str | None, now: datetime) -> dict[str, Any]:
        async with self._one_at_a_time:
            message = UserMessage(text=plain_text(text), metadata={"asked": asked, "now": now.isoformat()})
            parsed: dict[str, Any] = await self._agent.processor.parse_message(message)
            return parsed

    def _wait(self, work: Coroutine[Any, Any, _Result], timeout: float) -> _Result:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise


def plain_text(text: str) -> str:
    """Return typed text that Rasa will not take for a payload: only our own buttons may send those. Offsets stay."""
    start = len(text) - len(text.lstrip())
    return f"{text[:start]}\uff0f{text[start + 1 :]}" if text[start : start + 1] == "/" else text


def _asked(asking: list[dict[str, Any]]) -> str | None:
    """Return what was just asked as the pipeline knows it: a fact key, need:ID or confirm:WHAT."""
    for ask in asking:
        for kind, prefix in (("fact", ""), ("need", "need:"), ("confirm", "confirm:")):
            if ask.get(kind):
                return f"{prefix}{ask[kind]}"
    return None


async def _make_lock() -> asyncio.Lock:
    return asyncio.Lock()
