"""The interview: say what was understood, then take the one step that helps most next."""

from datetime import timedelta

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, ask, read_turn, remember, whole_message
from actions.disaster import tell_support_menu
from actions.reflecting import acknowledge, speaks_for_another
from actions.suggestions import suggest
from knowledge.facts import open_place, plain_values
from knowledge.interview import InterviewState, load_interview, next_move
from knowledge.needs import infer_needs, load_needs
from knowledge.phrases import is_heavy, need_lines, say_facts, summary_lines
from knowledge.places import place_question
from knowledge.rules import NEED_PREFIX

_MOST_REPEATS = 3
_MISSED = ("inform_situation", "affirm", "deny", "correct_answer")


class ActionContinueInterview(Action):
    """Says back what this message brought and goes on."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_continue_interview"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Speak and return the new state of the interview."""
        return continue_interview(dispatcher, read_turn(tracker))


class ActionRepeatQuestion(Action):
    """Asks the pending question again, after an aside."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_repeat_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say the question again, or go on when none is pending."""
        return repeat_question(dispatcher, read_turn(tracker))


class ActionExplainQuestion(Action):
    """Says why the pending question is asked, or what its words mean."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_explain_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Explain, then ask again."""
        turn = read_turn(tracker)
        kind = "meaning" if turn.intent == "ask_meaning" else "why"
        topic = turn.asked("fact") or turn.asked("confirm") or ("need" if turn.asked("need") else "story")
        special = f"utter_{kind}_{topic}"
        dispatcher.utter_message(response=special if special in domain["responses"] else f"utter_{kind}_default")
        return repeat_question(dispatcher, turn)


class ActionGoBack(Action):
    """Asks the question before the pending one again."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_go_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Go one question back, if there is one."""
        turn = read_turn(tracker)
        pending = turn.asked("fact") or (f"need:{turn.asked('need')}" if turn.asked("need") else None)
        asked = list(turn.interview.get("asked", []))
        here = asked.index(pending) if pending in asked else len(asked)
        if not here:
            dispatcher.utter_message(response="utter_nothing_before")
            return repeat_question(dispatcher, turn)
        if pending in asked and pending not in turn.facts:
            asked.remove(pending)  # it was not answered: it may come again
            turn.interview["asked"] = asked
        dispatcher.utter_message(response="utter_gone_back")
        return _ask_key(dispatcher, turn, asked[here - 1])


class ActionShowSummary(Action):
    """Shows what was understood, for checking."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_show_summary"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say the summary and ask whether it is right."""
        return show_summary(dispatcher, read_turn(tracker))


def continue_interview(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Say what was noted and take the next step; returns the events that keep the state."""
    if turn.metadata.get("more"):
        turn.interview["unsaid"] = [*turn.interview.get("unsaid", []), *turn.changes]
        return remember(turn, turn.asking, turn.awaiting)
    turn.changes = [*turn.interview.pop("unsaid", []), *turn.changes]
    turn.interview["again"] = 0
    welcome_back(dispatcher, turn)
    if turn.intent == "correct_answer" and not turn.changes:
        dispatcher.utter_message(response="utter_ask_correction")
        return remember(turn, turn.asking, turn.awaiting)
    missed = _keep_missed_answer(turn)
    acknowledge(dispatcher, turn)
    place = open_place(turn.facts)
    if place and place not in turn.interview.get("places_asked", []):
        return [*missed, *_ask_place(dispatcher, turn, place)]
    if turn.asked("confirm") == "place" and place and turn.intent == "deny":
        return [*missed, *ask(dispatcher, turn, "utter_ask_other_place", [{"fact": "municipality"}], "fact")]
    if turn.interview.get("handed_over"):
        dispatcher.utter_message(response="utter_after_handover", json_message={"effects": ["hand_over_again"]})
        return [*missed, *remember(turn, [], "nothing")]
    state = InterviewState.from_json(turn.interview)
    move = next_move(turn.facts, state, turn.now)
    if move.kind == "suggest":
        suggest(dispatcher, turn, limit=2)
        state = state.after(move)
        move = next_move(turn.facts, state, turn.now)
    elif move.kind != "finish" and tell_support_menu(dispatcher, turn):
        pass
    elif move.kind != "finish" and state.questions == load_interview().settings.second_suggestion_at:
        suggest(dispatcher, turn, limit=1, response="utter_suggestion_more", only_clear=True)
    state = state.after(move)
    turn.interview.update(state.to_json())
    turn.interview["weighed"] = [{"key": one.key, "worth": round(one.worth, 2)} for one in move.candidates[:5]]
    if move.kind == "finish":
        suggest(dispatcher, turn, limit=3, response="utter_suggestion_more")
        return [*missed, *show_summary(dispatcher, turn)]
    if move.kind == "need":
        return [*missed, *_ask_key(dispatcher, turn, f"need:{move.keys[0]}")]
    return [*missed, *_ask_key(dispatcher, turn, move.keys[0])]


class ActionResume(Action):
    """Takes up the conversation again: where it was, then the pending question."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_resume"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Remind of what was said and ask again what was asked."""
        turn = read_turn(tracker)
        welcome_back(dispatcher, turn, always=bool(turn.asking))
        return repeat_question(dispatcher, turn)


def welcome_back(dispatcher: CollectingDispatcher, turn: Turn, *, always: bool = False) -> None:
    """After a long pause, say in a sentence where the conversation was. `always`: the person asked to go on.

    Where somebody else may be reading, nothing is repeated.
    """
    pause = load_interview().settings.reminder_after_hours
    long = turn.last_at is not None and turn.now - turn.last_at >= timedelta(hours=pause)
    turn.last_at = turn.now
    if not (long or always) or not turn.interview.get("asked"):
        return
    earlier = {change["key"]: change["before"] for change in turn.changes}
    values = {key: earlier.get(key, value) for key, value in plain_values(turn.facts).items() if not key.startswith(NEED_PREFIX)}
    watched = values.get("contact_unsafe") == "yes" or is_heavy({"reasons": values.get("reasons")})
    said = "" if watched else say_facts({key: value for key, value in values.items() if value}, limit=3)
    if said:
        dispatcher.utter_message(response="utter_welcome_back_with", summary=said)
    else:
        dispatcher.utter_message(response="utter_welcome_back")


def repeat_question(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Say the pending question again; go on when none is pending, or when it was said again often enough."""
    welcome_back(dispatcher, turn)
    again = turn.interview.get("again", 0) + 1
    turn.interview["again"] = again
    if again > _MOST_REPEATS and not turn.asked("confirm"):
        return continue_interview(dispatcher, turn)
    if turn.asked("confirm") == "summary":
        return show_summary(dispatcher, turn)
    if turn.asked("fact"):
        return _ask_key(dispatcher, turn, str(turn.asked("fact")))
    if turn.asked("need"):
        return _ask_key(dispatcher, turn, f"need:{turn.asked('need')}")
    return continue_interview(dispatcher, turn) if not turn.asked("confirm") else remember(turn, turn.asking, turn.awaiting)


def show_summary(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Show facts and needs for checking."""
    needs = [
        (load_needs().needs[need.id].label_plain, next(iter(need.reasons), ""))
        for need in infer_needs(turn.facts, turn.now)
        if need.in_summary and not (load_needs().needs[need.id].sensitive and need.status == "suspected")
    ]
    dispatcher.utter_message(
        response="utter_summary",
        facts=summary_lines(turn.facts),
        needs=need_lines(needs[:8]),
        json_message={"kind": "summary", "asks": [{"confirm": "summary"}]},
    )
    return remember(turn, [{"confirm": "summary"}], "summary")


def _ask_place(dispatcher: CollectingDispatcher, turn: Turn, place: str) -> list[EventType]:
    """Ask which of several places of one name is meant, once."""
    turn.interview["places_asked"] = [*turn.interview.get("places_asked", []), place]
    question, prefectures = place_question(place)
    if len(prefectures) == 1:
        return ask(dispatcher, turn, "utter_confirm_place", [{"confirm": "place"}], "fact", question=question)
    buttons = [{"title": prefecture, "payload": "/inform_situation"} for prefecture in prefectures]
    return ask(dispatcher, turn, "utter_ask_place", [{"confirm": "place"}], "fact", question=question, buttons=buttons)


def _ask_key(dispatcher: CollectingDispatcher, turn: Turn, key: str) -> list[EventType]:
    if key.startswith("need:"):
        need = key.removeprefix("need:")
        return ask(dispatcher, turn, "utter_check_need", [{"need": need}], "need", check=load_needs().needs[need].check)
    others = speaks_for_another(turn.facts) and key in load_interview().settings.worded_for_others
    return ask(dispatcher, turn, f"utter_ask_{key}_of_another" if others else f"utter_ask_{key}", [{"fact": key}], "fact")


def _keep_missed_answer(turn: Turn) -> list[EventType]:
    """Keep the words of an answer that brought no value: the caseworker sees them, and the question is not asked twice."""
    key = turn.asked("fact")
    if key is None or key in turn.facts or turn.changes or turn.intent not in _MISSED or not turn.interview.get("asked"):
        return []
    turn.facts[key] = {"value": None, "status": "unknown", "evidence": [whole_message(turn)]}
    return [SlotSet("facts", turn.facts)]
