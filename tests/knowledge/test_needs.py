from datetime import datetime

import pytest
import yaml

from knowledge.facts import answer_need, derive
from knowledge.needs import NEEDS_FILE, infer_needs, load_needs
from knowledge.rules import RuleError, evaluate

NOW = datetime.fromisoformat("2026-04-01T10:00:00+09:00")
EXAMPLES = [(spec.id, example) for spec in load_needs().needs.values() for example in spec.examples]


def facts_of(**values):
    return derive({key: {"value": value, "status": "said", "evidence": []} for key, value in values.items()})


def found(facts):
    return {finding.id: finding for finding in infer_needs(facts, NOW)}


@pytest.mark.parametrize(("need", "example"), EXAMPLES, ids=[f"{need}: {example.name}" for need, example in EXAMPLES])
def test_each_example_household_brings_the_finding_it_declares(need, example) -> None:
    catalogue = load_needs()
    held = [rule for rule in catalogue.needs[need].rules if evaluate(rule.when, example.values, catalogue.examples_now).result == "yes"]
    strongest = "none" if not held else "strong" if any(rule.strength == "strong" for rule in held) else "weak"
    assert strongest == example.expect


@pytest.mark.parametrize("spec", load_needs().needs.values(), ids=lambda spec: spec.id)
def test_every_rule_is_shown_by_one_of_its_examples(spec) -> None:
    now = load_needs().examples_now
    for number, rule in enumerate(spec.rules, start=1):
        assert any(evaluate(rule.when, example.values, now).result == "yes" for example in spec.examples), f"rule {number} is never shown"


@pytest.mark.parametrize("spec", load_needs().needs.values(), ids=lambda spec: spec.id)
def test_every_check_is_a_refusable_question_and_sensitive_ones_say_why_they_ask(spec) -> None:
    assert "か。" in spec.check
    assert ("うかがいますが" in spec.check) == spec.sensitive
    assert spec.check.endswith("大丈夫です。")
    assert all(rule.reason.endswith("ので") for rule in spec.rules)


def test_a_strong_finding_is_suspected_with_its_reason_facts_and_words() -> None:
    facts = facts_of(guarantor="no")
    facts["guarantor"]["evidence"] = [{"message_id": 3, "text": "いません", "start": 0, "end": 4}]
    finding = found(facts)["rent_guarantee"]
    assert (finding.status, finding.strength, finding.in_summary) == ("suspected", "strong", True)
    assert finding.reasons == ["保証人のあてがないとのことなので"]
    assert finding.fact_keys == ["guarantor"]
    assert finding.evidence[0]["message_id"] == 3


def test_what_the_person_answered_overrules_the_rules() -> None:
    facts = facts_of(guarantor="no", debt="yes")
    facts = answer_need(answer_need(facts, "rent_guarantee", False), "debt_counselling", True)
    needs = found(facts)
    assert (needs["rent_guarantee"].status, needs["rent_guarantee"].in_summary) == ("declined", False)
    assert needs["debt_counselling"].status == "confirmed"


def test_a_need_that_the_person_named_stands_without_any_rule() -> None:
    needs = found({"need:work_trouble": {"value": "yes", "status": "said", "evidence": []}})
    assert needs["work_trouble"].status == "stated"
    assert needs["work_trouble"].in_summary


def test_a_faint_suspicion_is_found_but_stays_out_of_the_summary() -> None:
    finding = found(facts_of(reasons=["income_drop"]))["work_trouble"]
    assert finding.status == "suspected"
    assert not finding.in_summary


def test_stated_needs_come_first_then_the_weightiest_suspicions_and_declined_ones_last() -> None:
    facts = answer_need(facts_of(guarantor="no", pets="yes", debt="yes"), "debt_counselling", False)
    facts["need:school_support"] = {"value": "yes", "status": "said", "evidence": []}
    findings = infer_needs(facts, NOW)
    assert findings[0].id == "school_support"
    assert findings[-1].id == "debt_counselling"
    scores = [finding.score for finding in findings if finding.status == "suspected"]
    assert scores == sorted(scores, reverse=True)


def test_without_facts_nothing_is_suspected() -> None:
    assert infer_needs({}, NOW) == []


def test_an_inferred_age_band_does_not_stand_in_the_way_of_age_rules() -> None:
    assert found(facts_of(age_band="75_over", household="single"))["watch_over"].in_summary


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data["needs"].pop(), "needs missing"),
        (lambda data: data["needs"][0].update(colour="red"), "colour"),
        (lambda data: data["needs"][0]["rules"][0].update(when={"equals": {"hobby": "x"}}), "housing_search, rule 1: unknown fact 'hobby'"),
        (lambda data: data["needs"][0]["rules"][0].update(likelihood=0.5), "a strong one has none"),
    ],
)
def test_a_faulty_file_stops_loading_and_names_the_record(tmp_path, change, message) -> None:
    data = yaml.safe_load(NEEDS_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "broken.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RuleError, match="broken.yml") as error:
        load_needs(path)
    assert message in str(error.value)
