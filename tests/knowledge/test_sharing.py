"""What may go to whom."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.errors import DataError
from knowledge.facts import Facts
from knowledge.sharing import SHARING_FILE, items_for, load_sharing, needs_care, shared_values


def facts_of(**values: Any) -> Facts:
    return {key.replace("__", ":"): {"value": value, "status": "said", "evidence": []} for key, value in values.items()}


def test_a_shop_gets_only_the_values_that_its_item_allows() -> None:
    facts = facts_of(
        reasons=["dv", "rent_arrears"], municipality="足立区", income_monthly=90000, debt="yes", income_source=["pension", "none"],
        difficulties=["hearing", "mood", "dementia_diagnosed"], supports_now=["care_manager", "probation"], rent_max=50000,
        guarantor="unknown", age=75, desired_area=["荒川区"],
    )  # fmt: skip
    assert shared_values(facts, ["wishes", "support", "care"]) == {
        "desired_area": ["荒川区"], "rent_max": 50000, "age_band": "75_over", "income_source": ["pension"],
        "supports_now": ["care_manager"], "difficulties": ["hearing"],
    }  # fmt: skip
    assert shared_values(facts, ["wishes"]) == {"desired_area": ["荒川区"], "rent_max": 50000}
    assert shared_values(facts, []) == {}


def test_why_somebody_lost_their_home_and_what_they_owe_never_goes_to_a_landlord() -> None:
    passed_on = {key for name in ("wishes", "support", "care") for key in load_sharing().items[name].facts}
    assert not passed_on & {
        "reasons", "debt", "arrears_months", "arrears_amount", "savings", "income_monthly", "disability", "housing_now",
        "municipality", "contact_time", "contact_method", "contact_unsafe", "gender", "nationality_foreign", "damage",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "careful"),
    [
        ({"reasons": ["dv"]}, True),
        ({"contact_unsafe": "yes"}, True),
        ({"need:dv_protection": "yes"}, True),
        ({"need:abuse_report": "yes"}, True),
        ({"reasons": ["divorce"], "contact_unsafe": "no"}, False),
        ({}, False),
    ],
)
def test_care_is_needed_where_a_place_in_the_wrong_hands_is_a_danger(values: dict[str, Any], careful: bool, now: datetime) -> None:
    assert needs_care(values, now) is careful


def test_items_come_in_the_files_order_and_only_those_of_the_recipient() -> None:
    assert items_for("shop", ["care", "sheet", "wishes"]) == ["wishes", "care"]
    assert items_for("caseworker", ["conversation", "sheet", "nothing"]) == ["sheet", "conversation"]
    with pytest.raises(ValueError, match="recipient"):
        items_for("neighbour", ["wishes"])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data["items"]["wishes"]["facts"].update(shoe_size=[]), "shoe_size"),
        (lambda data: data["items"]["support"]["facts"].update(guarantor=["perhaps"]), "perhaps"),
        (lambda data: data["recipients"]["shop"]["items"].append("secrets"), "secrets"),
        (lambda data: data.update(careful_when={"equals": {"debt": "maybe"}}), "careful_when"),
    ],
)
def test_a_slip_in_the_file_stops_loading(change: Any, fault: str, tmp_path: Path) -> None:
    data = yaml.safe_load(SHARING_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "sharing.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DataError, match=fault):
        load_sharing(path)
