"""The sheet for shops and landlords: only what was agreed to, against each worry."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.errors import DataError
from knowledge.facts import Facts
from knowledge.landlord_sheet import (
    LANDLORD_SHEET_FILE,
    LandlordExample,
    LandlordSheet,
    fill_landlord_sheet,
    load_landlord_sheet,
)
from knowledge.sharing import shared_values
from knowledge.vocabulary import load_vocabulary


def all_words(sheet: LandlordSheet) -> list[str]:
    said = [text for worry in sheet.worries for text in [*worry.in_place, *worry.arranging, worry.open]]
    return [*said, *sheet.notes, *(line.value for lines in sheet.lines.values() for line in lines)]


@pytest.mark.parametrize("example", load_landlord_sheet().examples, ids=lambda example: example.name)
def test_each_example_says_what_it_must(example: LandlordExample) -> None:
    said = all_words(fill_landlord_sheet(example.values, ["wishes", "support", "care"], load_landlord_sheet().examples_now))
    for beginning in example.says:
        assert any(text.startswith(beginning) for text in said), beginning
    for word in example.silent:
        assert not any(word in text for text in said), word


def a_hard_story() -> Facts:
    """Everything that a fact can say, all of it said."""
    facts: dict[str, Any] = {}
    for key, spec in load_vocabulary().facts.items():
        value: Any = list(spec.values) if spec.type == "multi" else next(iter(spec.values), "yes")
        value = {"int": 4321, "date": "2026-12-31", "str": "秘密の町", "tri": "yes"}.get(spec.type, value)
        if spec.type == "multi" and not spec.values:
            value = ["荒川区"]
        facts[key] = {"value": value, "status": "said", "evidence": []}
    for need in load_vocabulary().needs:
        facts[f"need:{need}"] = {"value": "yes", "status": "confirmed", "evidence": []}
    return facts  # type: ignore[return-value]


def test_what_was_not_agreed_to_stands_nowhere(now: datetime) -> None:
    facts = a_hard_story()
    for items in ([], ["wishes"], ["wishes", "support"], ["wishes", "support", "care"]):
        words = "\n".join(all_words(fill_landlord_sheet(shared_values(facts, items), items, now)))
        for secret in ("秘密の町", "暴力", "滞納", "借金", "認知症", "精神", "矯正", "保護司", "もの忘れ", "妊娠", "外国籍", "障害"):
            assert secret not in words.replace("障害年金", ""), (items, secret)
        assert ("荒川区" in words) == ("wishes" in items)
        assert ("聞こえ" in words) == ("care" in items)
        assert ("年金" in words) == ("support" in items)


def test_the_worries_are_the_same_for_everybody(now: datetime) -> None:
    facts = a_hard_story()
    with_all = fill_landlord_sheet(shared_values(facts, ["wishes", "support", "care"]), ["wishes", "support", "care"], now)
    with_nothing = fill_landlord_sheet({}, [], now)
    assert [worry.says for worry in with_all.worries] == [worry.says for worry in with_nothing.worries]
    assert sum(bool(worry.open) for worry in with_nothing.worries) == len(with_nothing.worries) - 1


def test_a_need_that_was_turned_down_is_not_arranged(now: datetime) -> None:
    facts: Facts = {"need:watch_over": {"value": "no", "status": "declined", "evidence": []}}
    assert shared_values(facts, ["support"]) == {}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data["worries"][0].update(worry="bad_breath"), "bad_breath"),
        (lambda data: data["worries"][0]["in_place"].append({"when": {"equals": {"debt": "no"}}, "text": "借金はありません。"}), "debt"),
        (lambda data: data["lines"]["care"].append("disability"), "care"),
        (lambda data: data["labels"].update(shoe_size="くつ"), "shoe_size"),
    ],
)
def test_a_slip_in_the_file_stops_loading(change: Any, fault: str, tmp_path: Path) -> None:
    data = yaml.safe_load(LANDLORD_SHEET_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "landlord_sheet.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DataError, match=fault):
        load_landlord_sheet(path)
