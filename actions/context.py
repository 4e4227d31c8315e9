"""What every action reads from Rasa's tracker, and how it speaks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge.facts import Evidence, Facts


@dataclass
class Turn:
    """The turn in hand. `interview` is what was asked, suggested and shown so far; `asking` what the last message asked; `last_at` when
    we last spoke of it, None at first.
    """

    facts: Facts
    changes: list[dict[str, Any]]
    interview: dict[str, Any]
    asking: list[dict[str, str]]
    awaiting: str
    intent: str
    text: str
    message_id: int | None
    now: datetime
    metadata: dict[str, Any]
    last_at: datetime | None = None

    def asked(self, kind: str) -> str | None:
        """Return the fact, need or confirmation that the last message asked for."""
        return next((ask[kind] for ask in self.asking if ask.get(kind)), None)


def read_turn(tracker: Tracker) -> Turn:
    """Return what this turn starts from."""
    user: dict[str, Any] = next((event for event in reversed(tracker.events) if event.get("event") == "user"), {})
    metadata = user.get("metadata") or {}
    now = metadata.get("now")
    return Turn(
        facts=dict(tracker.get_slot("facts") or {}),
        changes=list(tracker.get_slot("changes") or []),
        interview=dict(tracker.get_slot("interview") or {}),
        asking=list(tracker.get_slot("asking") or []),
        awaiting=tracker.get_slot("awaiting") or "nothing",
        intent=(tracker.latest_message.get("intent") or {}).get("name") or "",
        text=metadata.get("shown_text") or tracker.latest_message.get("text") or "",
        message_id=metadata.get("message_id"),
        now=datetime.fromisoformat(now) if now else datetime.now().astimezone(),
        metadata=metadata,
        last_at=_moment((tracker.get_slot("interview") or {}).get("last_at")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def whole_message(turn: Turn) -> Evidence:
    """Return the whole message as evidence."""
    return {"message_id": turn.message_id, "text": turn.text, "start": 0, "end": len(turn.text)}


def ask(
    dispatcher: CollectingDispatcher, turn: Turn, response: str, asks: list[dict[str, str]], awaiting: str, **values: Any
) -> list[EventType]:
    """Say `response`, remember what it asks for, and return the slot events."""
    dispatcher.utter_message(response=response, json_message={"asks": asks}, **values)
    return remember(turn, asks, awaiting)


def remember(turn: Turn, asks: list[dict[str, str]], awaiting: str) -> list[EventType]:
    """Return the slot events that keep the state of the interview."""
    turn.interview["last_at"] = (turn.last_at or turn.now).isoformat()
    return [SlotSet("interview", turn.interview), SlotSet("asking", asks), SlotSet("awaiting", awaiting)]
