"""The assessment: sections, strengths, how to reach the person."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.assessment import (
    ASSESSMENT_FILE,
    AssessmentExample,
    contact_notes,
    find_strengths,
    load_assessment,
    section_state,
    sections_for,
)
from knowledge.errors import DataError
from knowledge.facts import Facts
from knowledge.needs import infer_needs


def facts_of(values: dict[str, Any], status: str = "said") -> Facts:
    return {key: {"value": value, "status": status, "evidence": []} for key, value in values.items()}  # type: ignore[misc]


def state(section_id: str, facts: Facts, now: datetime) -> str:
    section = next(section for section in load_assessment().sections if section.id == section_id)
    return section_state(section, facts, infer_needs(facts, now))


@pytest.mark.parametrize("example", load_assessment().examples, ids=lambda example: example.name)
def test_each_household_of_the_file_comes_to_its_strengths_and_notes(example: AssessmentExample) -> None:
    facts, now = facts_of(example.values), load_assessment().examples_now
    assert [found.strength.id for found in find_strengths(facts, now)] == example.strengths
    assert [note.id for note in contact_notes(facts, now)] == example.contact


def test_a_section_says_how_it_stands(now: datetime) -> None:
    assert state("work", {}, now) == "blank"
    assert state("work", facts_of({"working": "yes"}), now) == "fine"
    assert state("work", facts_of({"reasons": ["job_loss"], "working": "no"}), now) == "help"
    assert state("ties", facts_of({"age": 70, "household": "single"}), now) == "perhaps"
    assert state("work", facts_of({"working": None}, "declined"), now) == "blank"


def test_the_disaster_section_is_for_those_who_were_hit(now: datetime) -> None:
    assert "disaster" not in [section.id for section in sections_for({}, now)]
    assert "disaster" in [section.id for section in sections_for(facts_of({"reasons": ["disaster"]}), now)]
    assert "disaster" in [section.id for section in sections_for(facts_of({"damage": "half"}), now)]


def test_a_strength_that_nobody_said_is_marked_as_inferred(now: datetime) -> None:
    found = find_strengths(facts_of({"public_assistance": "yes"}, "inferred"), now)
    assert [one.inferred for one in found if one.strength.id == "public_assistance"] == [True]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data["sections"][0]["facts"].remove("age"), "age"),
        (lambda data: data["sections"][0]["facts"].append("debt"), "debt"),
        (lambda data: data["sections"][0]["needs"].append("wishing_well"), "wishing_well"),
        (lambda data: data["strengths"][1].update(id="care_manager"), "twice"),
    ],
)
def test_a_slip_in_the_file_stops_loading(change: Any, fault: str, tmp_path: Path) -> None:
    data = yaml.safe_load(ASSESSMENT_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "assessment.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DataError, match=fault):
        load_assessment(path)
