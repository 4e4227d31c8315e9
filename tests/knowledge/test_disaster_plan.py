"""The plan for a lasting home, filled from what a person told."""

from datetime import datetime
from typing import Any

import pytest

from knowledge.disaster_plan import DisasterPlan, PlanLine, fill_disaster_plan, load_plan_words
from knowledge.vocabulary import load_vocabulary

NOW = datetime.fromisoformat("2026-11-20T10:00:00+09:00")
LOST = {"reasons": ["disaster"]}


def fill(**values: Any) -> DisasterPlan:
    plan = fill_disaster_plan({**LOST, **values}, NOW)
    assert plan is not None
    return plan


def line(plan: DisasterPlan, name: str) -> PlanLine:
    return next(line for line in plan.lines if line.id == name)


def ticked(plan: DisasterPlan, name: str) -> list[str]:
    return [option.label for option in line(plan, name).options if option.ticked]


def test_without_a_disaster_there_is_no_plan() -> None:
    assert fill_disaster_plan({"reasons": ["rent_arrears"]}, NOW) is None
    assert fill_disaster_plan({}, NOW) is None


def test_what_was_told_is_filled_in_and_names_and_addresses_stay_blank() -> None:
    plan = fill(damage="half", rebuild_plan="repair", household_size=3, temporary_until="2027-05-31", municipality="八代市")
    assert line(plan, "written_on").value == "2026年11月20日"
    assert line(plan, "members").value == "3人"
    assert line(plan, "stay_until").value == "2027年5月31日"
    assert ticked(plan, "damage") == ["半壊"]
    assert ticked(plan, "plan") == ["直して住む（雇用促進住宅をふくむ）"]
    assert all(not line(plan, name).value and not ticked(plan, name) for name in load_plan_words().by_hand)


@pytest.mark.parametrize("damage", [value for value in load_vocabulary().facts["damage"].values if value != "unknown"])
def test_every_damage_that_was_told_is_ticked_once(damage: str) -> None:
    assert len(ticked(fill(damage=damage), "damage")) == 1


@pytest.mark.parametrize("choice", [value for value in load_vocabulary().facts["rebuild_plan"].values if value != "undecided"])
def test_every_way_that_was_chosen_is_ticked_once(choice: str) -> None:
    assert len(ticked(fill(rebuild_plan=choice), "plan")) == 1


def test_what_is_open_is_not_ticked() -> None:
    plan = fill(damage="unknown", rebuild_plan="undecided")
    assert ticked(plan, "damage") == ticked(plan, "plan") == []
    assert line(plan, "plan").value == "まだ決めていない"
    assert plan.steps == ()


def test_the_months_run_from_now_to_the_end_of_the_stay() -> None:
    months = fill(temporary_until="2027-02-10").months
    assert [month.label for month in months] == ["2026年11月", "2026年12月", "2027年1月", "2027年2月"]
    assert [month.mark for month in months] == ["いま", "", "", "入居の期限"]


def test_an_end_in_this_month_a_past_one_and_a_far_one() -> None:
    assert [month.mark for month in fill(temporary_until="2026-11-30").months] == ["入居の期限"]
    assert [month.mark for month in fill(temporary_until="2026-10-31").months] == ["いま"] + [""] * 11
    assert len(fill(temporary_until="2030-01-31").months) == 24
    assert len(fill().months) == 12


def test_the_next_steps_follow_what_is_open() -> None:
    told = fill(damage_certificate="no", rebuild_plan="rent").next_steps
    assert any("罹災証明書" in step for step in told)
    assert any("保証人" in step for step in told)
    done = fill(damage_certificate="yes", rebuild_plan="rent").next_steps
    assert not any("罹災証明書" in step for step in done)


def test_the_supports_come_with_the_sentence_that_they_are_an_example() -> None:
    plan = fill(damage="flood_above")
    assert "例です" in plan.menu_introduction
    assert plan.menu[0].fit == "listed"
