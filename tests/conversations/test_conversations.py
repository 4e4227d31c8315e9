"""Whole dialogues through the real model: every YAML file here is played, step by step."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assistant import Assistant
from bot.evaluation.memory import MemoryConversation
from bot.reply import Reply

_KEYS = {"say", "press", "replies", "contains", "lacks", "asks", "facts", "need", "kinds", "cards", "most_cards", "desks", "no_desks", "handed_over", "after_days"}


def dialogues() -> list[Any]:
    """Every dialogue of every file, named by file and title."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        for dialogue in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(dialogue, id=f"{path.stem}: {dialogue['name']}"))
    return found


@pytest.mark.parametrize("dialogue", dialogues())
def test_dialogue(dialogue: dict[str, Any], assistant: Assistant) -> None:
    talk = MemoryConversation(assistant, datetime.fromisoformat(dialogue.get("now", "2026-11-20T10:00:00+09:00")))
    replies = talk.start()
    for number, step in enumerate(dialogue["steps"], 1):
        assert not step.keys() - _KEYS, f"step {number}: unknown {step.keys() - _KEYS}"
        talk.now += timedelta(days=step.get("after_days", 0))
        if "press" in step:
            button = next(button for reply in replies for button in reply.buttons if button.title == step["press"])
            replies = talk.press(button.title, button.payload)
        else:
            replies = talk.say(step["say"])
        check(step, replies, talk, f"step {number}: {step.get('say') or step.get('press')}")


def check(step: dict[str, Any], replies: list[Reply], talk: MemoryConversation, where: str) -> None:
    """Compare what was answered with what the step expects."""
    text = "\n".join([reply.text for reply in replies] + [card.title for reply in replies for card in reply.cards])
    for part in step.get("contains", []):
        assert part in text, f"{where}: {part!r} is not in: {text}"
    for part in step.get("lacks", []):
        assert part not in text, f"{where}: {part!r} is in: {text}"
    if "asks" in step:
        asks = [ask.fact or (f"need:{ask.need}" if ask.need else f"confirm:{ask.confirm}") for reply in replies for ask in reply.asks]
        expected = step["asks"]
        assert (bool(asks) if expected == "something" else asks == expected), f"{where}: asks {asks}; said: {text}"
    for key, value in step.get("facts", {}).items():
        record = talk.facts.get(key)
        assert (record["value"] if record else None) == value, f"{where}: {key} is {record}"
    for need, status in step.get("need", {}).items():
        found = {line.id: line.status for line in talk.sheet().needs}
        assert found.get(need) == status, f"{where}: need {need} is {found.get(need)}"
    if "kinds" in step:
        assert [reply.kind for reply in replies][: len(step["kinds"])] == step["kinds"], where
    if "cards" in step:
        assert sum(len(reply.cards) for reply in replies) >= step["cards"], where
    if "most_cards" in step:
        assert sum(len(reply.cards) for reply in replies) <= step["most_cards"], where
    kinds = [desk.kind for desk in talk.sheet().desks]
    assert not set(step.get("desks", [])) - set(kinds), f"{where}: desks {kinds}"
    assert not set(step.get("no_desks", [])) & set(kinds), f"{where}: desks {kinds}"
    if "handed_over" in step:
        assert talk.handed_over is step["handed_over"], where
