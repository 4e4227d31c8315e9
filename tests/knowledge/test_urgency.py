from datetime import datetime

import pytest
import yaml

from knowledge.rules import RuleError
from knowledge.urgency import URGENCY_FILE, judge_urgency, load_urgency, urgency_keys

NOW = datetime.fromisoformat("2026-04-01T10:00:00+09:00")


@pytest.mark.parametrize("example", load_urgency().examples, ids=lambda example: example.name)
def test_each_example_comes_to_its_level(example) -> None:
    urgency = judge_urgency(example.values, example.emergency, load_urgency().examples_now, example.needs)
    assert urgency.level == example.expect
    assert bool(urgency.reasons) == (example.expect != "normal")


def test_the_highest_level_is_taken_with_only_its_own_reasons() -> None:
    urgency = judge_urgency({"deadline": "2026-04-20", "housing_now": "street"}, [], NOW)
    assert urgency.level == "today"
    assert urgency.reasons == ["夜を過ごす決まった場所がないため"]


def test_days_are_counted_in_the_zone_of_now() -> None:
    late = datetime.fromisoformat("2026-04-01T23:50:00+09:00")
    assert judge_urgency({"deadline": "2026-04-02"}, [], late).level == "today"
    assert judge_urgency({"deadline": "2026-04-03"}, [], late).level == "urgent"


def test_missing_facts_that_could_raise_the_urgency_are_named_with_the_level() -> None:
    keys = urgency_keys({"housing_now": "own"}, NOW)
    assert keys["deadline"] == "today"
    assert keys["utilities_stopped"] == "urgent"
    assert "housing_now" not in keys


def test_an_unknown_emergency_kind_stops_loading(tmp_path) -> None:
    data = yaml.safe_load(URGENCY_FILE.read_text(encoding="utf-8"))
    data["rules"][0]["emergency"] = ["meteor"]
    path = tmp_path / "urgency.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RuleError, match=r"urgency.yml: in_danger: unknown \['meteor'\]"):
        load_urgency(path)
