"""Playing a persona: it answers what is asked for, and nothing else (docs/evaluation.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.assistant import Assistant
from bot.evaluation.cases import Case
from bot.evaluation.memory import MemoryConversation
from bot.reply import Ask, Reply

MAX_TURNS = 40
_WORDS_FILE = Path(__file__).parent / "persona_words.yml"


@dataclass
class PersonaRun:
    """How a conversation went. `asked`: fact keys and need:<id>, in order, from the last message of the opening on."""

    transcript: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    repeats: int = 0
    handed_over: bool = False
    unanswered_emergencies: int = 0
    conversation: MemoryConversation | None = None


def play(assistant: Assistant, case: Case) -> PersonaRun:
    """Let the persona of `case` talk until the handoff, or for 40 turns."""
    words = yaml.safe_load(_WORDS_FILE.read_text(encoding="utf-8"))
    talk = MemoryConversation(assistant, case.now, name=case.id)
    run = PersonaRun(conversation=talk)
    _note(run, talk.start())
    replies: list[Reply] = []
    opening = case.data["opening"]
    for position, text in enumerate(opening):
        run.transcript.append({"from": "resident", "text": text})
        replies = talk.say(text, more=position < len(opening) - 1)
        _note(run, replies)
    for _ in range(MAX_TURNS - len(opening)):
        if talk.handed_over:
            break
        asks = [ask for reply in replies for ask in reply.asks]
        _count(run, asks)
        text = answer(case.data, asks, words)
        run.transcript.append({"from": "resident", "text": text})
        replies = talk.say(text)
        _note(run, replies)
    run.handed_over = talk.handed_over
    return run


def answer(persona: Mapping[str, Any], asks: Sequence[Ask], words: Mapping[str, str]) -> str:
    """Return what the persona says to these asks."""
    said = []
    for ask in asks:
        if ask.fact:
            said.append(persona["answers"].get(ask.fact, persona["default_answer"]))
        elif ask.need:
            said.append(words["yes"] if ask.need in persona["accepts"] else words["no"])
        elif ask.confirm == "danger":  # asked gently on mere suspicion: the truth, not a polite yes
            said.append(words["yes"] if persona["emergency"] else words["no"])
        elif ask.confirm:
            said.append(words["yes"])
    return "\n".join(dict.fromkeys(said)) or words["please"]


def _count(run: PersonaRun, asks: Sequence[Ask]) -> None:
    facts = run.conversation.facts if run.conversation else {}
    for ask in asks:
        key = ask.fact or (f"need:{ask.need}" if ask.need else None)
        if key is None:
            continue
        known = facts.get(key, {}).get("status") in ("said", "confirmed")
        run.repeats += bool(ask.fact) and (key in run.asked or known)
        run.asked.append(key)


def _note(run: PersonaRun, replies: Sequence[Reply]) -> None:
    for reply in replies:
        cards = "".join(f"\n  [{card.title}] {card.why}" for card in reply.cards)
        asks = ", ".join(str(ask.fact or ask.need or ask.confirm) for ask in reply.asks)
        run.transcript.append({"from": "bot", "kind": reply.kind, "text": reply.text + cards, "asks": asks})
