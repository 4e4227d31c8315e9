"""From the summary to the caseworker: shown, agreed to, handed over."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import ask, read_turn, remember
from actions.sharing import ask_to_share, may_ask_to_share
from knowledge.base import knowledge_base

REFERENCE = "{reference}"
"""Stands in the words of the handing-over until the case has a number."""


class ActionAskConsent(Action):
    """Asks whether the summary may go to a caseworker."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_ask_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask for consent, saying what goes to whom."""
        turn = read_turn(tracker)
        return ask(
            dispatcher, turn, "utter_ask_consent", [{"confirm": "consent"}], "consent", organisation=knowledge_base().organisation
        )


class ActionHandOver(Action):
    """Hands over; the turn makes the case and puts its number in the place of REFERENCE."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_hand_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Thank the person and ask the turn for a case; then, where it helps, ask what a shop may be told."""
        turn = read_turn(tracker)
        turn.interview["handed_over"] = True
        dispatcher.utter_message(response="utter_handed_over", reference=REFERENCE, json_message={"effects": ["hand_over"]})
        return ask_to_share(dispatcher, turn) if may_ask_to_share(turn) else remember(turn, [], "nothing")


class ActionDeclineConsent(Action):
    """Takes no for an answer."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_decline_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say that nothing was handed over; a later yes still counts."""
        dispatcher.utter_message(response="utter_consent_declined")
        return remember(read_turn(tracker), [], "consent")
