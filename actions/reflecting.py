"""Saying back what a message brought: in few and changing words, with sympathy where it is due, and openly when something was taken back."""

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.context import Turn
from actions.suggestions import take_back_suggestions
from knowledge.facts import Facts
from knowledge.needs import infer_needs, load_needs
from knowledge.phrases import is_heavy, quoted, say_fact, say_facts

_PASSED = {"refuse_answer": "utter_noted_declined", "express_uncertainty": "utter_noted_unknown"}
_SHORT = ("utter_reflect_short", "utter_reflect_short_2", "utter_reflect_short_3")
_SPECIAL = {("contact_unsafe", "yes"): "utter_noted_contact_unsafe"}
_FOR_OTHERS = ("family", "supporter", "landlord")


def acknowledge(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    """Say what was noted, corrected, withdrawn or passed over."""
    corrected = [change for change in turn.changes if change["kind"] == "corrected" and not change["key"].startswith("need:")]
    fresh = {change["key"]: _news(change) for change in turn.changes if change["kind"] in ("new", "extended")}
    for change in corrected:
        before, after = say_fact(change["key"], change["before"]), say_fact(change["key"], change["after"])
        dispatcher.utter_message(response="utter_corrected", before=before, after=after)
    if corrected:
        _withdraw(dispatcher, turn, [*corrected, *(change for change in turn.changes if change["kind"] == "withdrawn")])
    said = say_facts(fresh)
    special = next((_SPECIAL[change] for change in fresh.items() if not isinstance(change[1], list) and change in _SPECIAL), None)
    if said:
        _say_back(dispatcher, turn, fresh, said)
    elif special is None and turn.asked("need") and turn.intent in ("affirm", "deny", "refuse_answer"):
        dispatcher.utter_message(response="utter_noted_need" if turn.intent == "affirm" else "utter_noted_no_need")
    elif special is None and turn.asked("fact") and not corrected and turn.interview.get("asked"):
        dispatcher.utter_message(response=_PASSED.get(turn.intent, "utter_noted"))
    if special:
        dispatcher.utter_message(response=special)
    if fresh.get("speaker") in _FOR_OTHERS:
        dispatcher.utter_message(response="utter_for_another")


def speaks_for_another(facts: Facts) -> bool:
    """Return whether the person speaks for somebody else, so that questions name the person in need."""
    record = facts.get("speaker")
    return record is not None and record["value"] in _FOR_OTHERS


def _say_back(dispatcher: CollectingDispatcher, turn: Turn, fresh: dict[str, Any], said: str) -> None:
    if is_heavy(fresh):
        # The same words of sympathy a second time sound like a machine.
        response = "utter_reflect_heavy_again" if turn.interview.get("sympathised") else "utter_reflect_heavy"
        turn.interview["sympathised"] = True
    elif turn.interview.get("asked"):
        response = _SHORT[len(turn.interview["asked"]) % len(_SHORT)]
    else:
        response = "utter_reflect"
    dispatcher.utter_message(response=response, summary=said)


def _news(change: dict[str, Any]) -> Any:
    """Return what a change added: of several values only the new ones."""
    if isinstance(change["after"], list) and isinstance(change["before"], list):
        return [value for value in change["after"] if value not in change["before"]]
    return change["after"]


def _withdraw(dispatcher: CollectingDispatcher, turn: Turn, corrected: list[dict[str, Any]]) -> None:
    """Take back the needs, desks and programmes that hung on the old values, and say so."""
    before: Facts = dict(turn.facts)
    for change in corrected:
        before[change["key"]] = {"value": change["before"], "status": "said", "evidence": []}
    kept = {need.id for need in infer_needs(turn.facts, turn.now) if need.in_summary}
    gone = [need.id for need in infer_needs(before, turn.now) if need.in_summary and need.id not in kept]
    needs = quoted(load_needs().needs[need].label_plain for need in gone if not load_needs().needs[need].sensitive)
    if needs:
        dispatcher.utter_message(response="utter_corrected_withdrawn", withdrawn=needs)
    suggestions = quoted(take_back_suggestions(turn, before))
    if suggestions:
        dispatcher.utter_message(response="utter_suggestions_withdrawn", withdrawn=suggestions)
