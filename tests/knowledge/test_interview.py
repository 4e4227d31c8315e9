from datetime import datetime

import pytest
import yaml

from knowledge.facts import answer_need, derive, mark
from knowledge.interview import (
    INTERVIEW_FILE,
    InterviewState,
    choose_fixed,
    choose_next,
    load_interview,
    weigh,
)
from knowledge.needs import load_needs
from knowledge.rules import RuleError

NOW = datetime.fromisoformat("2026-04-01T10:00:00+09:00")
ANSWERS = {
    "reasons": ["eviction_demand"], "municipality": "足立区", "age": 76, "household": "single", "housing_now": "private_rent",
    "deadline": "2026-09-30", "guarantor": "no", "emergency_contact": "no", "difficulties": ["hearing", "mood"], "isolated": "yes",
    "debt": "no", "savings": 200000, "income_source": ["pension"], "income_monthly": 90000, "contact_method": ["letter"],
}  # fmt: skip


def known(**values):
    return derive({key: {"value": value, "status": "said", "evidence": []} for key, value in values.items()})


SUGGESTED = InterviewState(suggested=True)


def candidates(facts, state=SUGGESTED):
    return {candidate.key: candidate for candidate in weigh(facts, state, NOW)}


def run(facts, answers, chooser=choose_next):
    """Play a whole interview; return the moves and the facts at its end."""
    state, moves = InterviewState(), []
    for _ in range(40):
        move = chooser(facts, state, NOW)
        moves.append(move)
        state = state.after(move)
        if move.kind == "finish":
            return moves, facts, state
        for key in move.keys:
            if move.kind == "need":
                facts = answer_need(facts, key, True)
            else:
                facts = (
                    known(**{k: r["value"] for k, r in facts.items() if r["value"]}, **{key: answers[key]})
                    if key in answers
                    else mark(facts, key, "unknown")
                )
    raise AssertionError("the interview never ended")


def test_reason_and_place_are_asked_first_and_then_help_is_suggested() -> None:
    moves, _, _ = run({}, ANSWERS)
    assert [move.keys for move in moves[:2]] == [("reasons",), ("municipality",)]
    assert moves[2].kind == "suggest"


def test_with_place_and_reason_in_the_first_message_help_comes_before_any_question() -> None:
    assert choose_next(known(reasons=["dv"], municipality="足立区"), InterviewState(), NOW).kind == "suggest"


def test_help_is_suggested_after_three_questions_even_if_they_brought_no_answer() -> None:
    moves, _, _ = run({}, {})
    before = sum(len(move.keys) for move in moves[: [move.kind for move in moves].index("suggest")])
    assert before <= 3


@pytest.mark.parametrize("answers", [ANSWERS, {}, {"age": 20, "municipality": "足立区", "reasons": ["dv"], "household": "single_parent"}])
def test_an_interview_asks_nothing_twice_stays_within_its_length_and_suggests_once(answers) -> None:
    settings = load_interview().settings
    moves, _, state = run({}, answers)
    assert len(set(state.asked)) == len(state.asked) <= settings.max_questions + settings.extra_questions
    assert [move.kind for move in moves].count("suggest") == 1
    assert moves[-1].kind == "finish"


def test_nothing_known_refused_or_not_known_to_the_person_is_asked() -> None:
    facts = mark(mark(known(guarantor="no", household="single"), "debt", "declined"), "savings", "unknown")
    assert not {"guarantor", "household", "household_size", "debt", "savings", "gender"} & set(candidates(facts))


def test_the_same_facts_always_bring_the_same_move() -> None:
    facts = known(reasons=["rent_arrears"], municipality="足立区")
    state = InterviewState(asked=("reasons",), suggested=True)
    assert choose_next(facts, state, NOW) == choose_next(facts, state, NOW)


@pytest.mark.parametrize(
    ("key", "without", "with_"),
    [
        ("arrears_months", {"reasons": ["demolition"]}, {"reasons": ["rent_arrears"]}),
        ("wheelchair", {"difficulties": ["mood"]}, {"difficulties": ["walking"]}),
        ("damage", {"reasons": ["demolition"]}, {"reasons": ["disaster"]}),
        ("temporary_until", {"housing_now": "private_rent"}, {"housing_now": "temporary_housing"}),
        ("pregnant", {"age": 46, "household": "couple"}, {"age": 45, "household": "couple"}),
        ("pregnant", {"age": 30, "gender": "male", "household": "couple"}, {"age": 30, "gender": "female"}),
        ("care_level", {"age": 64, "difficulties": ["walking"]}, {"age": 65, "difficulties": ["walking"]}),
        ("working", {"age": 65}, {"age": 64}),
        ("children", {"household": "couple"}, {"household": "with_children"}),
        ("guarantor", {"rebuild_plan": "rebuild"}, {"rebuild_plan": "rent"}),
        ("contact_time", {"contact_method": ["email"]}, {"contact_method": ["phone"]}),
    ],
)
def test_a_question_is_only_asked_where_it_applies(key, without, with_) -> None:
    assert key not in candidates(known(**without))
    assert key in candidates(known(**with_))


def test_the_age_band_is_asked_only_when_the_age_was_not_told() -> None:
    assert "age_band" not in candidates({})
    assert "age_band" in candidates(mark({}, "age", "declined"))
    assert "age_band" not in candidates(known(age=40))


def test_the_parts_of_a_worth_add_up_to_it() -> None:
    for candidate in candidates(known(reasons=["job_loss"])).values():
        assert candidate.worth == pytest.approx(sum(candidate.parts.values()))


def test_a_question_is_worth_less_when_what_it_could_show_is_already_suspected() -> None:
    plain = candidates(known(reasons=["barrier"]))["guarantor"].parts["needs"]
    suspected = candidates(known(reasons=["barrier"], relatives="distant"))["guarantor"].parts["needs"]
    assert suspected < plain


def test_a_possible_deadline_counts_for_urgency_until_the_urgency_is_known() -> None:
    assert candidates(known(reasons=["eviction_demand"]))["deadline"].parts["urgency"] > 0
    assert "urgency" not in candidates(known(reasons=["eviction_demand"]))["guarantor"].parts


def test_after_violence_a_safe_way_to_be_reached_is_the_first_question_after_the_suggestion() -> None:
    facts = known(reasons=["dv"], municipality="足立区")
    assert choose_next(facts, InterviewState(suggested=True), NOW).keys == ("contact_unsafe",)


def test_a_suspected_need_is_raised_only_late_and_never_after_it_was_answered() -> None:
    facts = known(reasons=["independence"], municipality="足立区", household="with_children", children=1)
    assert not any(key.startswith("need:") for key in candidates(facts))
    late = InterviewState(asked=("a", "b", "c", "d", "e"), suggested=True)
    assert "need:school_support" in candidates(facts, late)
    assert "need:school_support" not in candidates(answer_need(facts, "school_support", False), late)


def test_no_more_than_two_needs_are_raised() -> None:
    facts = known(reasons=["company_housing_exit"], household="with_children", children=1)
    state = InterviewState(asked=("a", "b", "c", "need:work_trouble", "need:rent_support"), suggested=True)
    assert not any(key.startswith("need:") for key in candidates(facts, state))


def test_the_interview_ends_when_nothing_left_is_worth_asking() -> None:
    limits = load_interview().settings.model_copy(update={"min_worth": 99.0})
    assert choose_next({}, InterviewState(suggested=True), NOW, limits).kind == "finish"


def test_beyond_the_usual_length_only_weighty_questions_are_asked_and_only_of_who_answers() -> None:
    limits = load_interview().settings.model_copy(update={"max_questions": 4, "extra_questions": 1, "extra_worth": 0.0})
    facts = known(age=70, household="single", reasons=["demolition"], municipality="足立区", contact_method=["phone"])
    state = InterviewState(asked=("reasons", "municipality", "age", "household"), suggested=True)
    assert choose_next(facts, state, NOW, limits).kind == "fact"
    assert choose_next(facts, state, NOW, limits.model_copy(update={"extra_worth": 99.0})).kind == "finish"
    assert choose_next(mark(known(reasons=["demolition"], municipality="足立区", contact_method=["phone"]), "age", "declined"), state, NOW, limits).kind == "finish"
    assert choose_next(facts, InterviewState((*state.asked, "guarantor"), True), NOW, limits).kind == "finish"


def test_people_come_before_money_and_how_to_stay_in_touch_comes_last() -> None:
    _, _, state = run({}, ANSWERS)
    asked = list(state.asked)
    assert asked.index("age") < asked.index("difficulties") < asked.index("guarantor") < asked.index("savings")
    assert asked[-1] == "contact_method"


def test_two_delicate_money_questions_do_not_follow_each_other_while_another_is_left() -> None:
    asked = ("difficulties", "isolated", "debt")
    facts = known(reasons=["demolition"], municipality="足立区", age=70, household="single", guarantor="no", housing_now="private_rent")
    for key in (*asked, "deadline", "emergency_contact", "relatives", "supports_now", "care_level"):
        facts = mark(facts, key, "unknown")
    assert choose_next(facts, InterviewState(asked, suggested=True), NOW).keys[0] in {"belongings_many", "pets"}
    for key in load_interview().questions:
        facts = facts if key in facts or key in ("savings", "contact_method") else mark(facts, key, "unknown")
    assert choose_next(facts, InterviewState(asked, suggested=True), NOW).keys == ("savings",)


def test_nobody_without_a_partner_or_home_is_asked_what_cannot_apply() -> None:
    outside = candidates(known(reasons=["no_home"], housing_now="street", age=30))
    assert not {"pets", "belongings_many", "utilities_stopped"} & set(outside)
    assert (
        outside["food_shortage"].worth > candidates(known(reasons=["barrier"], housing_now="private_rent", age=30))["food_shortage"].worth
    )


def test_the_state_survives_being_stored() -> None:
    state = InterviewState(asked=("age", "need:watch_over"), suggested=True)
    assert InterviewState.from_json(state.to_json()) == state
    assert InterviewState.from_json(None) == InterviewState()


def test_a_need_move_is_noted_under_its_need_key() -> None:
    facts = known(**{key: value for key, value in ANSWERS.items()})
    moves, _, state = run(facts, ANSWERS)
    checked = [move.keys[0] for move in moves if move.kind == "need"]
    assert all(need in load_needs().needs and f"need:{need}" in state.asked for need in checked)


def test_the_fixed_questionnaire_keeps_its_order_and_length() -> None:
    moves, _, state = run({}, ANSWERS, choose_fixed)
    order = [key for key in load_interview().fixed_order if key != "household_size"]
    assert list(state.asked) == order[: len(state.asked)]
    assert state.questions == load_interview().settings.max_questions
    assert [move.kind for move in moves].count("suggest") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data["questions"][0].update(stage="tea"), "reasons: 'tea' is none of the stages"),
        (lambda data: data.update(checks_stage="tea"), "checks_stage: 'tea' is none of the stages"),
        (lambda data: data["questions"].append({"fact": "gender", "stage": "rest"}), "gender: is no fact that can be asked for"),
        (lambda data: data["questions"].append({"fact": "hobby", "stage": "rest"}), "hobby: is no fact that can be asked for"),
        (lambda data: data["questions"].append({"fact": "age", "stage": "rest"}), "a question stands twice"),
        (lambda data: data["fixed_order"].append("hobby"), "hobby is in fixed_order"),
        (lambda data: data["questions"][0].update(colour="red"), "colour"),
    ],
)
def test_a_faulty_file_stops_loading_and_names_the_record(tmp_path, change, message) -> None:
    data = yaml.safe_load(INTERVIEW_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "interview.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RuleError, match="interview.yml") as error:
        load_interview(path)
    assert message in str(error.value)
