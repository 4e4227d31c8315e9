"""Naming the desks that can help."""

from collections.abc import Collection, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.context import Turn, read_turn
from knowledge.base import knowledge_base
from knowledge.desk_choice import is_clear, people_of
from knowledge.facts import Facts, plain_values
from knowledge.needs import NeedFinding, infer_needs
from knowledge.programme_choice import fitting_programmes
from knowledge.shops import fitting_shops, shop_card
from knowledge.suggestions import Suggestion, areas_of, suggest_desks, suggestion_card
from knowledge.urgency import judge_urgency

_ALL = 200
_ROOM_FOR_A_SHOP = 3


class ActionSuggestDesks(Action):
    """Names desks when the person asks for them, whatever was asked before."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_suggest_desks"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Show up to three desks, the ones shown before included."""
        turn = read_turn(tracker)
        if not suggest(dispatcher, turn, limit=3, again=True):
            dispatcher.utter_message(response="utter_no_desk_yet")
        turn.interview["suggested"] = True
        return [SlotSet("interview", turn.interview)]


def suggest(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    limit: int,
    response: str = "utter_suggestion",
    again: bool = False,
    only_clear: bool = False,
) -> bool:
    """Show up to `limit` desks that fit what is known now; returns whether there were any. Notes them in the interview.

    `only_clear`: look only at needs that are more than a guess.
    """
    values = plain_values(turn.facts)
    needs = [need for need in infer_needs(turn.facts, turn.now) if need.status != "declined" and (is_clear(need) or not only_clear)]
    stated = [need.id for need in needs if need.status == "stated"]
    emergencies = turn.interview.get("emergencies", [])
    urgency = judge_urgency(values, emergencies, turn.now, stated)
    shown = turn.interview.setdefault("desks", [])
    already = () if again else tuple(desk["id"] for desk in shown)
    directory = knowledge_base().directory()
    shops = _shops(values, needs, already, turn) if limit >= _ROOM_FOR_A_SHOP else []
    room = limit - len(shops)
    found = suggest_desks(values, needs, urgency.level, directory, turn.now, limit=room, already=already, emergency=emergencies)
    cards = [suggestion_card(suggestion) for suggestion in found] + shops
    if not cards:
        return False
    known = {desk["id"] for desk in shown}
    shown.extend(
        {"id": card["id"], "kind": card["desk_kind"], "title": card["title"], "why": card["why"]}
        for card in cards
        if card["id"] not in known
    )
    dispatcher.utter_message(response=response, json_message={"kind": "suggestion", "cards": cards, "effects": _new_gaps(turn, found)})
    return True


def _shops(values: dict[str, Any], needs: Sequence[NeedFinding], already: Collection[str], turn: Turn) -> list[dict[str, Any]]:
    """Return the card of the cooperating shop that fits best, when a home is looked for and one is near; else nothing."""
    if not any(need.id == "housing_search" and is_clear(need) for need in needs):
        return []
    people = people_of(values, turn.now) - {"working_age"}
    near = fitting_shops(knowledge_base().shops(), areas_of(values, "cooperating_shop"), people)
    return [shop_card(shop, people, turn.now) for shop in near if shop.id not in already][:1]


def take_back_suggestions(turn: Turn, before: Facts) -> list[str]:
    """Drop the desks and programmes that fitted the facts `before` a correction and no longer do; returns their names.

    When the place or the reason changed, the next step names desks anew.
    """
    named = {one["id"]: one["title"] for one in (*turn.interview.get("desks", []), *turn.interview.get("programmes", []))}
    gone = _fitting(before, turn) - _fitting(turn.facts, turn)
    for name in ("desks", "programmes"):
        turn.interview[name] = [one for one in turn.interview.get(name, []) if one["id"] not in gone]
    if any(turn.facts.get(key) != before.get(key) for key in ("municipality", "reasons")):
        turn.interview["suggested"] = False
    return [title for found, title in named.items() if found in gone]


def _fitting(facts: Facts, turn: Turn) -> set[str]:
    """Return the ids of every desk and programme that these facts lead to."""
    values = plain_values(facts)
    needs = [need for need in infer_needs(facts, turn.now) if need.status != "declined"]
    emergencies = turn.interview.get("emergencies", [])
    urgency = judge_urgency(values, emergencies, turn.now, [need.id for need in needs if need.status == "stated"])
    desks = suggest_desks(values, needs, urgency.level, knowledge_base().directory(), turn.now, limit=_ALL, emergency=emergencies)
    return {one.desk.id for one in desks} | {one.id for one in fitting_programmes(values, needs, turn.now, limit=_ALL)}


def _new_gaps(turn: Turn, found: Sequence[Suggestion]) -> list[str]:
    """Return an effect for every gap that this conversation has not met before."""
    known = turn.interview.setdefault("gaps", [])
    gaps = [f"{one.gap.municipality}:{one.gap.prefecture}:{one.gap.kind}:{one.gap.known}:{one.gap.given}" for one in found if one.gap]
    fresh = [gap for gap in gaps if gap not in known]
    known.extend(fresh)
    return [f"gap:{gap}" for gap in fresh]
