"""The sixteen worries and their marks."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.concerns import CONCERNS_FILE, ConcernExample, ConcernFinding, load_concerns, mark_concerns
from knowledge.errors import DataError
from knowledge.facts import Facts
from knowledge.needs import infer_needs
from knowledge.rules import RuleError

LABELS = [
    "病気や健康・障害のこと", "住まい", "収入・生活費", "家賃やローンの支払い", "税金や公共料金等の支払い", "債務", "仕事探し・就職",
    "仕事上の不安やトラブル", "地域との関係", "家族との関係", "子育て", "介護", "ひきこもり・不登校", "DV・虐待", "食べるものがない", "その他",
]  # fmt: skip


def record(value: Any, status: str = "said", message_id: int = 1) -> dict[str, Any]:
    return {"value": value, "status": status, "evidence": [{"message_id": message_id, "text": f"言葉{message_id}", "start": 0, "end": 3}]}


def marks(facts: dict[str, Any], now: datetime) -> dict[str, ConcernFinding]:
    typed: Facts = facts  # type: ignore[assignment]
    return {concern.id: concern for concern in mark_concerns(typed, infer_needs(typed, now), now)}


def test_the_form_has_its_sixteen_worries_in_order() -> None:
    assert [concern.label for concern in load_concerns().concerns] == LABELS


@pytest.mark.parametrize("example", load_concerns().examples, ids=lambda example: example.name)
def test_each_household_of_the_file_comes_to_its_marks(example: ConcernExample) -> None:
    found = marks({key: record(value) for key, value in example.values.items()}, load_concerns().examples_now).values()
    assert [one.id for one in found if one.marks == 2] == ([example.heaviest] if example.heaviest else [])
    assert {one.id for one in found if one.marks == 1} >= set(example.marked)
    assert {one.id for one in found if one.status == "suspected"} >= set(example.suspected)
    assert {one.id for one in found if one.status == "absent"} == set(example.absent)


def test_a_guess_never_gets_a_mark(now: datetime) -> None:
    found = marks({"reasons": record(["job_loss"], "inferred")}, now)
    assert found["income"].status == "suspected"
    assert all(concern.marks == 0 for concern in found.values())


def test_of_equal_worries_the_one_spoken_of_first_is_the_heaviest(now: datetime) -> None:
    debt_last = {"reasons": record(["rent_too_high"], message_id=2), "debt": record("yes", message_id=3)}
    found = marks(debt_last, now)
    assert found["debt"].weight == found["rent_or_loan"].weight
    assert (found["rent_or_loan"].marks, found["debt"].marks) == (2, 1)
    found = marks({**debt_last, "debt": record("yes", message_id=1)}, now)
    assert (found["rent_or_loan"].marks, found["debt"].marks) == (1, 2)


def test_the_marks_carry_reasons_and_the_persons_words(now: datetime) -> None:
    housing = marks({"reasons": record(["eviction_demand"], message_id=4)}, now)["housing"]
    assert housing.reasons[0] == "いまの住まいを出なければならない"
    assert housing.evidence[0]["text"] == "言葉4"


def test_what_was_agreed_to_is_confirmed_and_what_was_turned_down_is_no_blank(now: datetime) -> None:
    found = marks({"need:food_support": record("yes", "confirmed"), "need:hikikomori_support": record("no", "declined")}, now)
    assert (found["food"].status, found["food"].marks) == ("confirmed", 2)
    assert found["withdrawal"].status == "declined"
    assert found["debt"].status == "open"
    refused: dict[str, Any] = {"debt": {"value": None, "status": "declined", "evidence": []}}
    assert marks(refused, now)["debt"].status == "declined"


def test_a_corrected_answer_takes_its_mark_back(now: datetime) -> None:
    assert marks({"food_shortage": record("yes")}, now)["food"].marks == 2
    assert marks({"food_shortage": record("no", "corrected")}, now)["food"].status == "absent"


@pytest.mark.parametrize(
    ("change", "error", "fault"),
    [
        (lambda data: data["concerns"][0]["needs"].append("wishing_well"), DataError, "wishing_well"),
        (lambda data: data["concerns"][0]["needs"].remove("medical_care"), DataError, "medical_care"),
        (lambda data: data["concerns"][1].update(id="health"), DataError, "twice"),
        (lambda data: data["concerns"][5]["signals"][0].update(when={"equals": {"debt": "heavy"}}), RuleError, "debt"),
        (lambda data: data["concerns"][5]["signals"][0].update(weight=11), DataError, "weight"),
        (lambda data: data["concerns"][7].update(needs=[]), DataError, "work_trouble"),
    ],
)
def test_a_slip_in_the_file_stops_loading(change: Any, error: type[Exception], fault: str, tmp_path: Path) -> None:
    data = yaml.safe_load(CONCERNS_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "concerns.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(error, match=fault):
        load_concerns(path)
