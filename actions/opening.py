"""Greeting and starting over."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import ask, read_turn
from knowledge.base import knowledge_base

_KEPT_WHEN_STARTING_OVER = ("emergencies", "handed_over")


class ActionGreet(Action):
    """Greets, says who reads and for how long, and asks openly."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_greet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say the greeting, then the open question."""
        turn = read_turn(tracker)
        base = knowledge_base()
        dispatcher.utter_message(response="utter_greeting", organisation=base.organisation, retention_days=base.retention_days)
        return ask(dispatcher, turn, "utter_open_question", [{"fact": "reasons"}], "fact")


class ActionAskRestart(Action):
    """Asks before anything is thrown away."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_ask_restart"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask whether to begin again."""
        return ask(dispatcher, read_turn(tracker), "utter_ask_restart", [{"confirm": "restart"}], "restart")


class ActionStartOver(Action):
    """Forgets the answers and begins again."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_start_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Empty the facts and ask openly."""
        turn = read_turn(tracker)
        turn.interview = {key: turn.interview[key] for key in _KEPT_WHEN_STARTING_OVER if key in turn.interview}
        dispatcher.utter_message(response="utter_started_over")
        return [SlotSet("facts", {}), SlotSet("changes", []), *ask(dispatcher, turn, "utter_open_question", [{"fact": "reasons"}], "fact")]


