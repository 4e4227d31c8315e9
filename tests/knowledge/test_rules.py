from datetime import UTC, datetime

import pytest

from knowledge.rules import RuleError, evaluate, keys_of, parse_condition

NOW = datetime(2026, 4, 1, 10, tzinfo=UTC)


def result(raw: dict, values: dict) -> str:
    return evaluate(parse_condition(raw, "t.yml: x"), values, NOW).result


@pytest.mark.parametrize(
    ("raw", "values", "expected"),
    [
        ({"equals": {"guarantor": "no"}}, {"guarantor": "no"}, "yes"),
        ({"equals": {"guarantor": "no"}}, {"guarantor": "yes"}, "no"),
        ({"equals": {"guarantor": "no"}}, {}, "unknown"),
        ({"equals": {"guarantor": "no"}}, {"guarantor": "unknown"}, "unknown"),
        ({"one_of": {"relatives": ["none", "distant"]}}, {"relatives": "distant"}, "yes"),
        ({"includes": {"reasons": ["dv", "divorce"]}}, {"reasons": ["illness", "divorce"]}, "yes"),
        ({"includes": {"reasons": ["dv"]}}, {"reasons": ["illness"]}, "no"),
        ({"at_least": {"age": 65}}, {"age": 64}, "no"),
        ({"at_least": {"age": 65}}, {"age": 65}, "yes"),
        ({"at_most": {"savings": 0}}, {"savings": 0}, "yes"),
        ({"at_most": {"savings": 0}}, {"savings": 1}, "no"),
        ({"within_days": {"deadline": 3}}, {"deadline": "2026-04-04"}, "yes"),
        ({"within_days": {"deadline": 3}}, {"deadline": "2026-04-05"}, "no"),
        ({"within_days": {"deadline": 3}}, {"deadline": "2026-03-31"}, "no"),
        ({"known": "debt"}, {}, "no"),
        ({"known": ["debt", "age"]}, {"debt": "no", "age": 3}, "yes"),
        ({"need_said": "legal_advice"}, {"need:legal_advice": "yes"}, "yes"),
        ({"need_said": "legal_advice"}, {"need:legal_advice": "no"}, "no"),
    ],
)
def test_each_predicate_says_yes_no_or_unknown(raw, values, expected) -> None:
    assert result(raw, values) == expected


@pytest.mark.parametrize(("band", "expected"), [("65_74", "yes"), ("60_64", "no"), ("50s", "no"), ("75_over", "yes")])
def test_an_age_band_answers_for_an_unknown_age(band, expected) -> None:
    assert result({"at_least": {"age": 65}}, {"age_band": band}) == expected


def test_an_age_band_that_lies_across_a_limit_leaves_it_unknown() -> None:
    assert result({"at_least": {"age": 70}}, {"age_band": "65_74"}) == "unknown"
    assert result({"at_most": {"age": 70}}, {"age_band": "65_74"}) == "unknown"


def test_one_no_decides_all_and_one_yes_decides_any_although_facts_are_missing() -> None:
    parts = [{"equals": {"debt": "yes"}}, {"equals": {"guarantor": "no"}}]
    assert result({"all": parts}, {"debt": "no"}) == "no"
    assert result({"any": parts}, {"debt": "yes"}) == "yes"
    assert result({"all": parts}, {"debt": "yes"}) == "unknown"
    assert result({"not": {"any": parts}}, {"debt": "yes"}) == "no"


def test_all_entries_of_a_mapping_have_to_hold() -> None:
    raw = {"equals": {"household": "single"}, "at_least": {"age": 65}}
    assert result(raw, {"household": "single", "age": 70}) == "yes"
    assert result(raw, {"household": "couple", "age": 70}) == "no"
    assert keys_of(parse_condition(raw, "x")) == {"household", "age"}


def test_an_open_condition_names_the_missing_facts_and_how_far_away_a_yes_is() -> None:
    raw = {"equals": {"household": "single"}, "any": [{"at_least": {"age": 65}}, {"equals": {"wheelchair": "yes"}}]}
    condition = parse_condition(raw, "x")
    assert evaluate(condition, {}, NOW).settles == {"household": 2, "age": 2, "wheelchair": 2}
    assert evaluate(condition, {"household": "single"}, NOW).settles == {"age": 1, "wheelchair": 1}


def test_a_verdict_names_the_facts_that_decided_it() -> None:
    raw = {"equals": {"household": "single"}, "at_least": {"age": 65}}
    assert evaluate(parse_condition(raw, "x"), {"household": "single", "age": 70}, NOW).fact_keys == ["household", "age"]
    assert evaluate(parse_condition(raw, "x"), {"household": "couple"}, NOW).fact_keys == ["household"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"matches": {"age": 3}}, "unknown predicate 'matches'"),
        ({"equals": {"hobby": "no"}}, "unknown fact 'hobby'"),
        ({"equals": {"guarantor": False}}, "unknown value False"),
        ({"one_of": {"household": ["alone"]}}, "unknown values"),
        ({"includes": {"household": ["single"]}}, "does not fit a fact of type enum"),
        ({"equals": {"reasons": "dv"}}, "does not fit a fact of type multi"),
        ({"at_least": {"age": "65"}}, "takes a whole number"),
        ({"within_days": {"age": 3}}, "does not fit a fact of type int"),
        ({"need_said": "money"}, "unknown need 'money'"),
        ({"all": []}, "all takes a list"),
        ({}, "a condition is a mapping"),
    ],
)
def test_a_faulty_condition_stops_loading_and_names_file_and_record(raw, message) -> None:
    with pytest.raises(RuleError, match=r"needs\.yml: housing_search.*" + message):
        parse_condition(raw, "needs.yml: housing_search")
