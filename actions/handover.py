"""From the summary to the caseworker: shown, agreed to, handed over."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, ask, read_turn, remember
from actions.disaster import offer_plan
from actions.interview import repeat_question
from actions.programmes import tell_programmes
from actions.sharing import ask_to_share, may_ask_to_share
from knowledge.base import knowledge_base
from knowledge.facts import Facts, plain_values

REFERENCE = "{reference}"
"""Stands in the words of the handing-over until the case has a number."""
CONTACT_LINK = "{contact_link}"
"""Stands in the words that offer the page for contact details until the turn has made the link."""
ANSWER_TIME = "{answer_time}"
"""Stands where the turn says when a caseworker can answer: only it knows whose case it is, and that office's hours."""
BEFORE_CALL = "before_call"
"""Where the interview keeps what was being asked when the person called a human."""
_BY_CHAT_ONLY = {"this_chat", "none"}


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
        dispatcher.utter_message(response="utter_handed_over", reference=REFERENCE, when=ANSWER_TIME, json_message={"effects": ["hand_over"]})
        if _may_want_to_be_reached(turn.facts):
            dispatcher.utter_message(response="utter_contact_link", link=CONTACT_LINK, json_message={"effects": ["contact_link"]})
        _leave_with(dispatcher, turn)
        return ask_to_share(dispatcher, turn) if may_ask_to_share(turn) else remember(turn, [], "nothing")


class ActionDeclineConsent(Action):
    """Takes no for an answer."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_decline_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say that nothing was handed over; a later yes still counts. Who had called a human is asked on where they were."""
        turn = read_turn(tracker)
        dispatcher.utter_message(response="utter_consent_declined")
        pending = turn.interview.pop(BEFORE_CALL, None)
        if pending is not None:
            turn.asking = pending
            return repeat_question(dispatcher, turn)
        _leave_with(dispatcher, turn)
        return remember(turn, [], "consent")


def _may_want_to_be_reached(facts: Facts) -> bool:
    """Whether the person wants to be reached otherwise than in this chat, or did not say: name and number never belong into the talk itself."""
    methods = plain_values(facts).get("contact_method")
    return not isinstance(methods, list) or not set(methods) <= _BY_CHAT_ONLY


def _leave_with(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    """Give what the person can take along whatever was decided: programmes to ask about, the plan after a disaster."""
    offer_plan(dispatcher, turn)
    tell_programmes(dispatcher, turn)
