"""The figures are counted as docs/evaluation.md says."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.cases import Case, pairs, read_cases
from bot.evaluation.figures import Tally
from bot.evaluation.personas import answer
from bot.evaluation.run import _broken
from bot.reply import Ask

NOW = "2026-11-20T10:00:00+09:00"


def utterance(**changes: Any) -> Case:
    data = {"id": "u", "kind": "utterance", "now": NOW, "asked": None, "text": "…", "facts": {}, "needs": {}, "urgency": "normal", "emergency": []}
    return Case("u", "utterance", {**data, **changes})


def persona(**changes: Any) -> Case:
    data = {"id": "p", "kind": "persona", "now": NOW, "truth": {}, "answers": {}, "needs": {}, "urgency": "normal", "emergency": []}
    return Case("p", "persona", {**data, **changes})


def test_a_multi_value_counts_by_element_and_what_is_merely_right_never_counts_against() -> None:
    tally = Tally()
    case = utterance(facts={"reasons": ["dv", "divorce"], "age": 30}, facts_ok={"gender": "female"})
    tally.add_utterance(case, pairs({"reasons": ["dv", "illness"], "gender": "female"}), set(), "normal", [])
    assert (tally.facts.right, tally.facts.wrong, tally.facts.missed) == (1, 1, 2)
    assert tally.figures()["fact_f1"] == pytest.approx(2 / (2 + 1 + 2))


def test_contact_time_is_compared_for_presence_only() -> None:
    assert pairs({"contact_time": "昼間"}) == pairs({"contact_time": "平日の昼"})


def test_needs_that_may_be_named_count_neither_way() -> None:
    tally = Tally()
    tally.add_utterance(utterance(needs={"must": ["watch_over", "moving_support"], "may": ["care_service"]}), set(), {"watch_over", "care_service", "tax_utility_payment"}, "normal", [])
    assert (tally.needs.right, tally.needs.wrong, tally.needs.missed) == (1, 1, 1)


def test_emergencies_have_a_recall_and_quiet_cases_a_false_alarm_rate() -> None:
    tally = Tally()
    tally.add_utterance(utterance(urgency="emergency", emergency=["suicide"]), set(), set(), "emergency", ["suicide"])
    tally.add_utterance(utterance(urgency="emergency", emergency=["medical"]), set(), set(), "normal", [])
    tally.add_utterance(utterance(), set(), set(), "emergency", ["suicide"])
    figures = tally.figures()
    assert figures["emergency_recall"] == 0.5 and figures["emergency_false_alarms"] == 1.0
    assert figures["urgency_accuracy"] == pytest.approx(1 / 3)


def test_a_conversation_counts_what_was_recorded_contradicted_and_suggested() -> None:
    tally = Tally()
    case = persona(
        truth={"age": 70, "guarantor": "no", "reasons": ["dv", "divorce"], "pets": "no"},
        needs={"must": ["dv_protection"], "hidden": ["dv_protection"]},
        desks={"must_any": [["dv_support"], ["housing_desk", "legal_aid"]], "never": ["job_centre"]},
    )
    held = pairs({"age": 71, "reasons": ["dv"], "guarantor": "no"})
    tally.add_persona(case, held, {"dv_protection"}, "normal", [], ["dv_support", "legal_aid"], ["age", "guarantor"], True, 0)
    figures = tally.figures()
    assert figures["recorded"] == 0.5, "guarantor of age and guarantor"
    assert figures["coverage"] == pytest.approx(2 / 5)
    assert figures["contradictions"] == pytest.approx(100 / 5), "the age; a second reason not told is no contradiction"
    assert figures["hidden_need_recall"] == figures["desk_success"] == 1.0


def test_a_desk_that_must_never_be_named_fails_the_case() -> None:
    tally = Tally()
    tally.add_persona(persona(desks={"must_any": [], "never": ["job_centre"]}), set(), set(), "normal", [], ["job_centre"], [], True, 0)
    assert tally.figures()["desk_success"] == 0.0


def test_ranking_figures() -> None:
    tally = Tally()
    tally.add_query({"a": 1.0}, ["a", "b"])
    tally.add_query({"b": 1.0}, ["a", "b"])
    tally.add_query({"c": 1.0}, ["a", "b"])
    figures = tally.figures()
    assert figures["sr_at_1"] == pytest.approx(1 / 3) and figures["sr_at_5"] == pytest.approx(2 / 3)
    assert figures["mrr"] == pytest.approx((1 + 0.5) / 3)


def test_a_persona_answers_what_is_asked_for() -> None:
    case = {"answers": {"age": "70です"}, "default_answer": "わかりません", "accepts": ["watch_over"]}
    words = {"yes": "はい", "no": "いいえ", "please": "お願いします"}
    assert answer(case, [Ask(fact="age")], words) == "70です"
    assert answer(case, [Ask(fact="pets")], words) == "わかりません"
    assert answer(case, [Ask(need="watch_over")], words) == "はい"
    assert answer(case, [Ask(need="care_service")], words) == "いいえ"
    assert answer(case, [Ask(confirm="consent")], words) == "はい"
    assert answer(case, [], words) == "お願いします"


@pytest.mark.parametrize(("emergency", "said"), [([], "いいえ"), (["suicide"], "はい")])
def test_a_persona_answers_a_gentle_question_about_danger_with_the_truth(emergency: list[str], said: str) -> None:
    case = {"answers": {}, "default_answer": "わかりません", "accepts": [], "emergency": emergency}
    assert answer(case, [Ask(confirm="danger")], {"yes": "はい", "no": "いいえ", "please": "お願いします"}) == said


def test_limits_break_below_above_and_when_the_figure_is_missing() -> None:
    figures = {"fact_f1": 0.8}
    assert _broken(figures, "fact_f1=0.9", lambda value, limit: value < limit, "under") == ["fact_f1 = 0.800 is under 0.9"]
    assert _broken(figures, "fact_f1=0.8", lambda value, limit: value < limit, "under") == []
    assert _broken(figures, "mrr=0.5", lambda value, limit: value < limit, "under") == ["mrr: no such figure for these cases"]


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({"id": "a", "kind": "faq"}) + "\nnonsense\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cases.jsonl:2"):
        read_cases([file])
