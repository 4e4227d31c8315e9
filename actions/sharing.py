"""Consent beyond the caseworker: whether a shop may be told something, and taking any consent back."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, ask, read_turn, remember
from knowledge.facts import plain_values
from knowledge.needs import infer_needs
from knowledge.sharing import needs_care

_WANTS_A_HOME = "housing_search"
_DANGER = ("dv_protection", "abuse_report")
_NOT_THEIRS = ("landlord",)


class ActionAgreeToShare(Action):
    """Keeps the consent that a shop may be told what the question named."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_agree_to_share"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Have it written down; a no that follows still takes it back."""
        turn = read_turn(tracker)
        dispatcher.utter_message(response="utter_share_agreed", json_message={"effects": ["consent:shop"]})
        return remember(turn, [], "share")


class ActionDeclineToShare(Action):
    """Takes no for an answer; what was agreed to before ends."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_decline_to_share"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say that nothing goes to shops; a later yes still counts."""
        dispatcher.utter_message(response="utter_share_declined", json_message={"effects": ["withdraw:homes"]})
        return remember(read_turn(tracker), [], "share")


class ActionWithdrawConsent(Action):
    """Ends at once what may go to shops and landlords; of the caseworker it asks first."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_withdraw_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Withdraw, and ask about the rest when something was handed over."""
        turn = read_turn(tracker)
        if not turn.interview.get("handed_over"):
            dispatcher.utter_message(response="utter_nothing_handed_over", json_message={"effects": ["withdraw:homes"]})
            return remember(turn, turn.asking, turn.awaiting)
        dispatcher.utter_message(response="utter_share_withdrawn", json_message={"effects": ["withdraw:homes"]})
        return ask(dispatcher, turn, "utter_ask_withdrawal", [{"confirm": "withdrawal"}], "withdrawal")


class ActionWithdrawHandover(Action):
    """Takes the sheet back from the caseworker."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_withdraw_handover"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Have every consent ended; handing over again needs a new yes."""
        turn = read_turn(tracker)
        turn.interview["handed_over"] = False
        dispatcher.utter_message(response="utter_handover_withdrawn", json_message={"effects": ["withdraw:all"]})
        return remember(turn, [], "consent")


class ActionKeepHandover(Action):
    """Leaves the sheet where it is."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_keep_handover"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say so."""
        dispatcher.utter_message(response="utter_handover_kept")
        return remember(read_turn(tracker), [], "nothing")


def may_ask_to_share(turn: Turn) -> bool:
    """Return whether the question about shops is worth asking now: the person looks for a home, and nobody in danger is made known by it."""
    values = plain_values(turn.facts)
    wanted = {need.id for need in infer_needs(turn.facts, turn.now) if need.in_summary}
    return (
        not turn.interview.get("share_asked")
        and _WANTS_A_HOME in wanted
        and not wanted & set(_DANGER)
        and not needs_care(values, turn.now)
        and values.get("speaker") not in _NOT_THEIRS
    )


def ask_to_share(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Ask once whether a shop may be told the wishes and what supports the person."""
    turn.interview["share_asked"] = True
    return ask(dispatcher, turn, "utter_ask_share", [{"confirm": "share"}], "share")
