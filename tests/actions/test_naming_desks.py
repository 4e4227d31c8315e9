from datetime import datetime

from rasa_sdk.executor import CollectingDispatcher

from actions.context import Turn
from actions.interview import continue_interview
from knowledge.interview import load_interview
from knowledge.vocabulary import load_vocabulary

NOW = datetime.fromisoformat("2026-04-01T10:00:00+09:00")
MIDWAY = load_interview().settings.second_suggestion_at


def turn(asked: int, **values) -> Turn:
    facts = {key: {"value": value, "status": "said", "evidence": []} for key, value in values.items()}
    interview = {"asked": [f"asked{number}" for number in range(asked)], "suggested": True, "desks": []}
    return Turn(facts, [], interview, [], "nothing", "inform_situation", "", 1, NOW, {})


def cards(turn: Turn) -> list[dict]:
    dispatcher = CollectingDispatcher()
    continue_interview(dispatcher, turn)
    shown = [card for message in dispatcher.messages for card in message["custom"].get("cards", [])]
    return [card for card in shown if card.get("desk_kind") in load_vocabulary().desk_kinds]


def test_midway_one_desk_more_is_named_for_a_clear_need() -> None:
    assert len(cards(turn(MIDWAY, municipality="足立区", reasons=["demolition"], debt="yes"))) == 1


def test_midway_a_mere_guess_brings_no_desk() -> None:
    guess = turn(MIDWAY, municipality="足立区", reasons=["bereavement"], household="couple", age=40)
    guess.interview["desks"] = [{"id": kind, "kind": kind, "title": "", "why": ""} for kind in ("housing_desk", "welfare_general")]
    assert cards(guess) == []


def test_before_and_after_the_middle_no_desk_interrupts_the_questions() -> None:
    for asked in (MIDWAY - 1, MIDWAY + 1):
        assert cards(turn(asked, municipality="足立区", reasons=["demolition"], debt="yes")) == []


def test_an_interview_names_at_most_three_desks_at_once() -> None:
    limits = load_interview().settings
    last = turn(limits.max_questions + limits.extra_questions, municipality="足立区", reasons=["rent_arrears"], debt="yes", age=70,
                household="single", difficulties=["walking", "mood"], isolated="yes", contact_method=["this_chat"])  # fmt: skip
    assert len(cards(last)) == 3
