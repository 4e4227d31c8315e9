"""After a disaster: what one may ask the city for, as soon as the damage is known, and the plan for a lasting home at the end."""

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.context import Turn
from knowledge.disaster_plan import fill_disaster_plan, menu_cards, plan_card
from knowledge.facts import plain_values
from knowledge.needs import infer_needs


def tell_support_menu(dispatcher: CollectingDispatcher, turn: Turn) -> bool:
    """Name up to three supports that fit the damage, once; returns whether that was done now."""
    values = plain_values(turn.facts)
    if turn.interview.get("menu_told") or values.get("damage") in (None, "unknown"):
        return False
    cards = menu_cards(values, infer_needs(turn.facts, turn.now))
    if not cards:
        return False
    turn.interview["menu_told"] = True
    dispatcher.utter_message(response="utter_disaster_menu", json_message={"kind": "suggestion", "cards": cards})
    return True


def offer_plan(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    """Offer the filled plan, when there is one: the person keeps it."""
    plan = fill_disaster_plan(plain_values(turn.facts), turn.now)
    if plan is None:
        return
    card: dict[str, Any] = plan_card(plan)
    dispatcher.utter_message(response="utter_disaster_plan", json_message={"kind": "suggestion", "cards": [card]})
