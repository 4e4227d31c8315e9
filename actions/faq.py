"""Questions in the middle of the interview."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import read_turn
from knowledge.faq import search_faq


class ActionAnswerFaq(Action):
    """Answers from the FAQ with its source, or says that it does not know."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_answer_faq"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say the best fitting answer."""
        turn = read_turn(tracker)
        hit = next(iter(search_faq(turn.text, limit=1)), None)
        if hit is None:
            dispatcher.utter_message(response="utter_faq_unknown", json_message={"effects": ["unanswered"]})
        else:
            dispatcher.utter_message(response="utter_faq_source", answer=hit.entry.answer, source=hit.entry.source_line)
        return []
