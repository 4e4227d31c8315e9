"""The interview: say what was understood, then take the one step that helps most next."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, ask, read_turn, remember, whole_message
from actions.programmes import tell_programmes
from actions.suggestions import suggest
from knowledge.facts import open_place
from knowledge.interview import InterviewState, load_interview, next_move
from knowledge.needs import infer_needs, load_needs
from knowledge.phrases import is_heavy, need_lines, say_fact, say_facts, summary_lines
from knowledge.places import place_question

_PASSED = {"refuse_answer": "utter_noted_declined", "express_uncertainty": "utter_noted_unknown"}
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
        earlier = [key for key in turn.interview.get("asked", []) if key != pending]
        if not earlier:
            dispatcher.utter_message(response="utter_nothing_before")
            return repeat_question(dispatcher, turn)
        dispatcher.utter_message(response="utter_gone_back")
        return _ask_key(dispatcher, turn, earlier[-1])


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
    missed = _keep_missed_answer(turn)
    _acknowledge(dispatcher, turn)
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
    elif move.kind != "finish" and state.questions == load_interview().settings.second_suggestion_at:
        suggest(dispatcher, turn, limit=1, response="utter_suggestion_more", only_clear=True)
    state = state.after(move)
    turn.interview.update(state.to_json())
    turn.interview["weighed"] = [{"key": one.key, "worth": round(one.worth, 2)} for one in move.candidates[:5]]
    if move.kind == "finish":
        suggest(dispatcher, turn, limit=3, response="utter_suggestion_more")
        tell_programmes(dispatcher, turn)
        return [*missed, *show_summary(dispatcher, turn)]
    if move.kind == "need":
        return [*missed, *_ask_key(dispatcher, turn, f"need:{move.keys[0]}")]
    return [*missed, *_ask_key(dispatcher, turn, move.keys[0])]


def repeat_question(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Say the pending question again; go on when none is pending, or when it was said again often enough."""
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
    return ask(dispatcher, turn, f"utter_ask_{key}", [{"fact": key}], "fact")


def _keep_missed_answer(turn: Turn) -> list[EventType]:
    """Keep the words of an answer that brought no value: the caseworker sees them, and the question is not asked twice."""
    key = turn.asked("fact")
    if key is None or key in turn.facts or turn.changes or turn.intent not in _MISSED or not turn.interview.get("asked"):
        return []
    turn.facts[key] = {"value": None, "status": "unknown", "evidence": [whole_message(turn)]}
    return [SlotSet("facts", turn.facts)]


def _acknowledge(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    corrected = [change for change in turn.changes if change["kind"] == "corrected" and not change["key"].startswith("need:")]
    fresh = {change["key"]: _news(change) for change in turn.changes if change["kind"] in ("new", "extended")}
    for change in corrected:
        before, after = say_fact(change["key"], change["before"]), say_fact(change["key"], change["after"])
        dispatcher.utter_message(response="utter_corrected", before=before, after=after)
    withdrawn = _withdrawn(turn, corrected)
    if withdrawn:
        dispatcher.utter_message(response="utter_corrected_withdrawn", withdrawn=withdrawn)
    said = say_facts(fresh)
    if said:
        kind = "utter_reflect_heavy" if is_heavy(fresh) else "utter_reflect_short" if turn.interview.get("asked") else "utter_reflect"
        dispatcher.utter_message(response=kind, summary=said)
    elif turn.asked("need") and turn.intent in ("affirm", "deny", "refuse_answer"):
        dispatcher.utter_message(response="utter_noted_need" if turn.intent == "affirm" else "utter_noted_no_need")
    elif turn.asked("fact") and not corrected and turn.interview.get("asked"):
        dispatcher.utter_message(response=_PASSED.get(turn.intent, "utter_noted"))


def _news(change: dict[str, Any]) -> Any:
    """Return what a change added: of several values only the new ones."""
    if isinstance(change["after"], list) and isinstance(change["before"], list):
        return [value for value in change["after"] if value not in change["before"]]
    return change["after"]


def _withdrawn(turn: Turn, corrected: list[dict[str, Any]]) -> str:
    """Return the plain names of needs that a correction took back."""
    if not corrected:
        return ""
    before = dict(turn.facts)
    for change in corrected:
        before[change["key"]] = {"value": change["before"], "status": "said", "evidence": []}
    kept = {need.id for need in infer_needs(turn.facts, turn.now) if need.in_summary}
    gone = [need.id for need in infer_needs(before, turn.now) if need.in_summary and need.id not in kept]
    return "".join(f"「{load_needs().needs[need].label_plain}」" for need in gone if not load_needs().needs[need].sensitive)
