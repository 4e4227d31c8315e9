"""Telling about programmes that may fit."""

from rasa_sdk.executor import CollectingDispatcher

from actions.context import Turn
from knowledge.facts import plain_values
from knowledge.needs import infer_needs
from knowledge.programme_choice import fitting_programmes, programme_card


def tell_programmes(dispatcher: CollectingDispatcher, turn: Turn, limit: int = 3) -> bool:
    """Show up to `limit` programmes that the rules do not rule out; returns whether there were any. Notes them in the interview."""
    values = plain_values(turn.facts)
    shown = turn.interview.setdefault("programmes", [])
    found = fitting_programmes(values, infer_needs(turn.facts, turn.now), turn.now, [one["id"] for one in shown], limit)
    if not found:
        return False
    shown.extend({"id": one.id, "title": one.programme.name, "verdict": one.verdict} for one in found)
    cards = [programme_card(one, values, turn.now) for one in found]
    dispatcher.utter_message(response="utter_programmes", json_message={"kind": "suggestion", "cards": cards})
    return True
