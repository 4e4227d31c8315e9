"""Asides: a question in the middle, a human, deletion, emergencies, another language."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, ask, read_turn, remember
from actions.handover import ANSWER_TIME, BEFORE_CALL
from actions.interview import continue_interview, repeat_question
from knowledge.base import knowledge_base
from knowledge.lifeline_cards import human_lines, language_reply, lifeline_reply


class ActionCallHuman(Action):
    """Tells staff that someone wants to speak with a person, and names lines that answer now."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_call_human"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask the turn to alert staff; then for consent, without which nobody can answer in the chat, or again what was asked."""
        turn = read_turn(tracker)
        known = turn.interview.get("handed_over", False)
        words = "utter_call_human" if known else "utter_call_human_first"
        dispatcher.utter_message(response=words, when=ANSWER_TIME, json_message={"effects": ["call_human"]})
        lines = human_lines(turn.now)
        if lines:
            dispatcher.utter_message(response="utter_call_human_lines", json_message={"cards": lines})
        if known:
            return repeat_question(dispatcher, turn)
        turn.interview[BEFORE_CALL] = turn.asking
        organisation = knowledge_base().organisation
        return ask(dispatcher, turn, "utter_ask_consent_to_talk", [{"confirm": "consent"}], "consent", organisation=organisation)


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
    """Speaks after the lifelines, which came first: asks whether to go on, or goes on when the same danger is told again."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_acknowledge_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Remember the kinds of emergency and go on at the person's pace."""
        turn = read_turn(tracker)
        signs = tracker.latest_message.get("emergency") or []
        guessed = [sign for sign in signs if sign.get("source") == "model"]
        if guessed:
            return _ask_gently(dispatcher, turn, guessed)
        kinds = {sign["kind"] for sign in signs if sign["alarm"]}
        known = set(turn.interview.get("emergencies", []))
        turn.interview["emergencies"] = sorted(known | kinds)
        in_their_language(dispatcher, turn, tracker.latest_message.get("language"))
        if kinds <= known:
            return continue_interview(dispatcher, turn)
        if any(sign["certain"] for sign in signs if sign["alarm"]):
            return ask(dispatcher, turn, "utter_after_emergency", [{"confirm": "go_on"}], "going_on")
        turn.interview["doubted"] = sorted(kinds)
        turn.interview["doubted_words"] = [sign["text"] for sign in signs]
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
        turn.interview["emergencies"] = sorted({*turn.interview.get("emergencies", []), *kinds})
        lines = lifeline_reply(kinds, turn.now)
        effects = [f"alert:{kind}" for kind in kinds]
        dispatcher.utter_message(text=lines["text"], json_message={"kind": "lifeline", "cards": lines["cards"], "effects": effects})
        return ask(dispatcher, turn, "utter_after_emergency", [{"confirm": "go_on"}], "going_on")


class ActionGoOnGently(Action):
    """Takes up the interview after a danger was told, when the person wants to: no question without a word before it."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_go_on_gently"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say that the pace is theirs and a person can be called in, then go on."""
        turn = read_turn(tracker)
        if not turn.metadata.get("more"):
            dispatcher.utter_message(response="utter_go_on_gently")
            turn.asking = []  # what they just answered was whether to go on, no fact
        return continue_interview(dispatcher, turn)


class ActionLeaveRoom(Action):
    """Stops asking after a danger was told, and stays there."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_leave_room"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask nothing."""
        dispatcher.utter_message(response="utter_leave_room")
        return remember(read_turn(tracker), [], "nothing")


class ActionAnswerLanguage(Action):
    """Answers in the person's language where it is one of ours; the language itself is a fact like others."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_answer_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say two sentences in that language with the desk for foreign residents, then go on."""
        turn = read_turn(tracker)
        language = tracker.latest_message.get("language")
        if language in (None, "ja"):  # asked for in Japanese words
            noted = turn.facts["language"]["value"] if "language" in turn.facts else None
            if not in_their_language(dispatcher, turn, str(noted), again=True):
                dispatcher.utter_message(response="utter_no_language")
        else:
            in_their_language(dispatcher, turn, language)
        return _back_to_question(dispatcher, turn)


def in_their_language(dispatcher: CollectingDispatcher, turn: Turn, language: str | None, *, again: bool = False) -> bool:
    """Say the two sentences in `language` if it is one of ours and they were not said before (`again`: even then); tell whether they were."""
    found = language_reply(language, turn.now) if language else None
    if found is None or (turn.interview.get("answered_in") == language and not again):
        return False
    turn.interview["answered_in"] = language
    dispatcher.utter_message(text=found["text"], json_message={"cards": found["cards"]})
    return True


def _back_to_question(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Ask the pending question again unless this message answered it; what else the message told is said back with the next answer."""
    pending = turn.asked("fact") or (f"need:{turn.asked('need')}" if turn.asked("need") else None)
    changed = {change["key"] for change in turn.changes}
    if pending in changed or (changed and not pending and not turn.asked("confirm")):
        return continue_interview(dispatcher, turn)
    turn.interview["unsaid"] = [*turn.interview.get("unsaid", []), *turn.changes]
    return repeat_question(dispatcher, turn)


def _ask_gently(dispatcher: CollectingDispatcher, turn: Turn, guessed: list[dict[str, Any]]) -> list[EventType]:
    """Ask whether there is danger, at most once a kind: only the model thinks so. Staff are told where its sign calls for it."""
    kinds = [sign["kind"] for sign in guessed if sign["kind"] not in turn.interview.get("asked_gently", [])]
    if not kinds or turn.metadata.get("more"):
        return continue_interview(dispatcher, turn)
    turn.interview["asked_gently"] = [*turn.interview.get("asked_gently", []), *kinds]
    turn.interview["doubted"] = kinds
    turn.interview["doubted_words"] = [sign["text"] for sign in guessed]
    lines = lifeline_reply(kinds, turn.now, sure=False)
    effects = [f"alert:{sign['kind']}" for sign in guessed if sign["alarm"] and sign["kind"] in kinds]
    dispatcher.utter_message(text=lines["text"], json_message={"kind": "lifeline", "cards": lines["cards"], "effects": effects})
    return ask(dispatcher, turn, "utter_after_gentle_question", [{"confirm": "danger"}], "danger")
