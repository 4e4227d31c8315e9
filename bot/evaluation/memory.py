"""A whole conversation in memory, through the real model and the real dialogue, at a moment of one's choice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.handover import ANSWER_TIME, CONTACT_LINK, REFERENCE
from bot.assistant import Assistant, TurnInput, TurnResult
from bot.reply import Reply
from bot.sheet import Sheet, build_sheet
from bot.turn import emergency_reply, fill
from bot.wording import say, say_easily
from nlu.emergency import detect_emergency
from nlu.languages import detect_language


@dataclass
class MemoryConversation:
    """Speaks like the durable turn does, but keeps everything here. `emergencies` are the kinds seen so far."""

    assistant: Assistant
    now: datetime
    name: str = "memory"
    events: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    interview: dict[str, Any] = field(default_factory=dict)
    emergencies: list[str] = field(default_factory=list)
    handed_over: bool = False
    turns: int = 0

    def start(self) -> list[Reply]:
        """Begin; returns the greeting."""
        return self._take("/start_conversation", is_payload=True, shown="")

    def say(self, text: str, *, more: bool = False) -> list[Reply]:
        """Send what a person typed. `more`: another message follows at once, so nothing is asked yet."""
        signs = detect_emergency(text)
        self.emergencies += [sign.kind for sign in signs if sign.alarm and sign.kind not in self.emergencies]
        first = [emergency_reply(signs, self.now, detect_language(text))] if signs else []
        return first + self._take(text, is_payload=False, shown=text, more=more)

    def press(self, title: str, payload: str) -> list[Reply]:
        """Press a button that was offered."""
        return self._take(payload, is_payload=True, shown=title)

    def sheet(self) -> Sheet:
        """Return the sheet as a caseworker would read it now."""
        return build_sheet(self.facts, self.interview, self.now)

    def _take(self, text: str, *, is_payload: bool, shown: str, more: bool = False) -> list[Reply]:
        self.turns += 1
        turn = TurnInput(
            sender_id=self.name,
            text=text or "/send_unreadable",
            is_payload=is_payload or not text,
            message_id=self.turns,
            now=self.now,
            events=self.events,
            facts=self.facts,
            shown_text=shown,
            more=more,
        )
        result = self.assistant.respond(turn)
        return self._keep(result)

    def _keep(self, result: TurnResult) -> list[Reply]:
        self.facts = result.facts
        self.interview = result.slots.get("interview") or {}
        self.events = [] if "erase" in result.effects else [*self.events, *result.events]
        replies: Sequence[Reply] = result.replies
        if "hand_over" in result.effects:
            self.handed_over = True
            replies = fill(fill(replies, REFERENCE, "----"), CONTACT_LINK, "----")
        replies = fill(replies, ANSWER_TIME, say("utter_answer_unknown"), say_easily("utter_answer_unknown", {}))
        return list(replies)
