"""Keeping what each message says, whatever its intent: runs as the mapping of slot `facts` before anything else."""

from dataclasses import asdict
from typing import Any, Literal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, read_turn, whole_message
from knowledge.facts import Facts, answer_need, mark, merge, settle_place
from nlu.answers import reconsiders, takes_back

_PASSING: dict[str, Literal["declined", "unknown"]] = {"refuse_answer": "declined", "express_uncertainty": "unknown"}
_ANSWERS = {"affirm": True, "deny": False}


class ActionUpdateFacts(Action):
    """Merges the message's entities into the facts and takes answers to need checks."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_update_facts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Return the new facts and what changed."""
        turn = read_turn(tracker)
        facts, changes = merge(
            turn.facts,
            _entities(tracker.latest_message.get("entities") or [], turn),
            asked=turn.asked("fact") or turn.asked("need"),
            message_id=turn.message_id,
            correcting=turn.intent == "correct_answer" or takes_back(turn.text),
            reconsidering=reconsiders(turn.text),
        )
        facts = _with_answers(facts, turn)
        return [SlotSet("facts", facts), SlotSet("changes", [asdict(change) for change in changes])]


def _entities(entities: list[dict[str, Any]], turn: Turn) -> list[dict[str, Any]]:
    """Return the entities with the person's words: of a button, which is marked as `chosen`, its title is what they said."""
    shown = turn.text
    button = {"text": shown, "start": 0, "end": len(shown), "chosen": True}
    return [entity if entity.get("text") else {**entity, **button} for entity in entities]


def _with_answers(facts: Facts, turn: Turn) -> Facts:
    need, fact = turn.asked("need"), turn.asked("fact")
    words = [whole_message(turn)]
    if need and turn.intent in _ANSWERS:
        return answer_need(facts, need, _ANSWERS[turn.intent], words)
    if need and turn.intent == "refuse_answer":
        return answer_need(facts, need, False, words)
    if turn.asked("confirm") == "place":
        return settle_place(facts, turn.text, turn.intent == "affirm")
    if fact and turn.intent in _PASSING:
        return mark(facts, fact, _PASSING[turn.intent])
    return facts
