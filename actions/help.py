"""Asides: a question in the middle, a human, deletion, emergencies, another language."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import ask, read_turn, remember
from actions.handover import ANSWER_TIME
from actions.interview import continue_interview
from knowledge.lifeline_cards import human_lines, language_reply, lifeline_reply


class ActionCallHuman(Action):
    """Tells staff that someone wants to speak with a person, and names lines that answer now."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_call_human"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Answer and ask the turn to alert staff."""
        turn = read_turn(tracker)
        dispatcher.utter_message(response="utter_call_human", when=ANSWER_TIME, json_message={"effects": ["call_human"]})
        lines = human_lines(turn.now)
        if lines:
            dispatcher.utter_message(response="utter_call_human_lines", json_message={"cards": lines})
        return []


class ActionAnswerUnreadable(Action):
    """Says what can be read when a picture, a voice message or the like came."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_answer_unreadable"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Answer by the kind of what was sent, where there are words for it."""
        special = f"utter_unreadable_{read_turn(tracker).metadata.get('kind')}"
        dispatcher.utter_message(response=special if special in domain["responses"] else "utter_unreadable")
        return []


class ActionAskDeletion(Action):
    """Asks before everything is deleted."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_ask_deletion"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask whether to delete."""
        return ask(dispatcher, read_turn(tracker), "utter_ask_deletion", [{"confirm": "deletion"}], "deletion")


class ActionDeleteData(Action):
    """Has everything deleted that the person told."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_delete_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Confirm; the turn deletes in the same transaction."""
        turn = read_turn(tracker)
        turn.interview = {}
        dispatcher.utter_message(response="utter_deleted", json_message={"effects": ["erase"]})
        return [SlotSet("facts", {}), SlotSet("changes", []), *remember(turn, [], "nothing")]


class ActionAcknowledgeEmergency(Action):
    """Speaks after the lifelines, which came first: leaves room the first time, goes on when the same danger is told again."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_acknowledge_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Remember the kinds of emergency and go on at the person's pace."""
        turn = read_turn(tracker)
        signs = [sign for sign in tracker.latest_message.get("emergency") or [] if sign["alarm"]]
        kinds = {sign["kind"] for sign in signs}
        known = set(turn.interview.get("emergencies", []))
        turn.interview["emergencies"] = sorted(known | kinds)
        if kinds <= known:
            return continue_interview(dispatcher, turn)
        if any(sign["certain"] for sign in signs):
            dispatcher.utter_message(response="utter_after_emergency")
            return remember(turn, [], "nothing")
        turn.interview["doubted"] = sorted(kinds)
        return ask(dispatcher, turn, "utter_after_gentle_question", [{"confirm": "danger"}], "danger")


class ActionConfirmDanger(Action):
    """Names the lifelines in full when the person says yes to the gentle question."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_confirm_danger"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say the lifelines, have staff told again, leave room."""
        turn = read_turn(tracker)
        kinds = turn.interview.pop("doubted", [])
        lines = lifeline_reply(kinds, turn.now)
        effects = [f"alert:{kind}" for kind in kinds]
        dispatcher.utter_message(text=lines["text"], json_message={"kind": "lifeline", "cards": lines["cards"], "effects": effects})
        dispatcher.utter_message(response="utter_after_emergency")
        return remember(turn, [], "nothing")


class ActionAnswerLanguage(Action):
    """Answers in the person's language where it is one of ours, and notes the language."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_answer_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say two sentences in that language with the desk for foreign residents."""
        language = tracker.latest_message.get("language")
        found = language_reply(language, read_turn(tracker).now) if language else None
        if found is None:
            dispatcher.utter_message(response="utter_no_language")
        else:
            dispatcher.utter_message(text=found["text"], json_message={"cards": found["cards"]})
        return []
