"""Which desks a person is told of, in which order, and what a card says."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from knowledge.desk_choice import desk_plan, fits_person, load_choice_rules
from knowledge.directory import Directory
from knowledge.hours import TOKYO
from knowledge.needs import infer_needs
from knowledge.schema import DeskRecord
from knowledge.suggestions import Gap, preview_desk, suggest_desks, suggestion_card
from knowledge.vocabulary import load_vocabulary

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)  # a Friday
CARD_FIELDS = {"id", "desk_kind", "title", "what", "why", "hours", "open_now", "reach", "say", "bring", "source", "as_of", "notice"}


@dataclass(frozen=True)
class Need:
    """A need as the choice sees it."""

    id: str
    status: str = "suspected"
    strength: str = "strong"
    score: float = 1.0


def kinds(values: dict[str, Any], *needs: str | Need, urgency: str = "normal", **more: Any) -> list[str]:
    found = [Need(need) if isinstance(need, str) else need for need in needs]
    return [choice.kind for choice in desk_plan(values, found, urgency, NOW, **more)]


def desk(**fields: Any) -> DeskRecord:
    usual = {
        "id": "sample_desk",
        "kind": "housing_desk",
        "name": "見本の窓口",
        "municipality": "足立区",
        "what": "相談を受けます。",
        "source": {"document": "001", "as_of": "2024-03-31"},
    }
    return DeskRecord.model_validate({**usual, **fields})


def with_desks(*desks: DeskRecord) -> Directory:
    shipped = Directory.from_files()
    general = tuple(record for record in shipped.records if record.general)
    return Directory((*desks, *general), {}, (), shipped.sources)


def suggest(values: dict[str, Any], *needs: str | Need, directory: Directory, **more: Any) -> list[Any]:
    found = [Need(need) if isinstance(need, str) else need for need in needs]
    return suggest_desks(values, found, more.pop("urgency", "normal"), directory, NOW, **more)


# Whom a kind of desk is for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "needs", "fits"),
    [
        ("elderly_support_centre", {"age": 64}, [], False),
        ("elderly_support_centre", {"age": 65}, [], True),
        ("elderly_support_centre", {"age_band": "60_64"}, ["care_service"], False),
        ("elderly_support_centre", {"age_band": "65_74"}, [], True),
        ("elderly_support_centre", {"age": 58, "care_level": "care2"}, [], True),
        ("elderly_support_centre", {}, ["dementia_support"], True),
        ("elderly_support_centre", {"age": 34}, ["dementia_support"], False),
        ("child_family", {"household": "single", "children": 0}, ["school_support"], False),
        ("child_family", {"children": 1}, [], True),
        ("child_family", {"pregnant": "yes"}, [], True),
        ("dv_support", {"reasons": ["family_conflict"]}, ["family_relations"], False),
        ("dv_support", {"reasons": ["dv"]}, [], True),
        ("foreign_residents", {"nationality_foreign": "no"}, [], False),
        ("foreign_residents", {"language": "easy_ja"}, [], False),
        ("foreign_residents", {"language": "vi"}, [], True),
        ("disaster_desk", {"housing_now": "private_rent"}, ["housing_search"], False),
        ("disaster_desk", {"reasons": ["disaster"]}, [], True),
        ("rehabilitation_support", {"reasons": ["discharge"], "housing_now": "hospital"}, [], False),
        ("rehabilitation_support", {"housing_now": "prison"}, [], True),
        ("disability_support", {"difficulties": ["walking"]}, [], False),
        ("disability_support", {"disability": ["mental"]}, [], True),
        ("job_centre", {"age": 69}, ["employment_support"], True),
        ("job_centre", {"age": 70}, ["employment_support"], False),
        ("child_guidance", {"household": "single_parent", "reasons": ["dv"]}, ["abuse_report"], False),
        ("police", {"reasons": ["dv"]}, ["dv_protection"], False),
        ("suicide_prevention", {"difficulties": ["mood"]}, ["mental_health"], False),
        ("welfare_office", {"income_monthly": 300000}, ["housing_search"], False),
        ("welfare_office", {"public_assistance": "yes"}, [], True),
    ],
)
def test_a_kind_of_desk_fits_only_the_people_it_is_for(kind: str, values: dict[str, Any], needs: list[str], fits: bool) -> None:
    assert fits_person(kind, values, [Need(need) for need in needs], NOW) is fits


def test_a_mere_guess_does_not_open_a_guarded_desk() -> None:
    assert not fits_person("dv_support", {}, [Need("dv_protection", strength="weak")], NOW)
    assert fits_person("dv_support", {}, [Need("dv_protection", status="stated", strength="weak")], NOW)


# In which order ----------------------------------------------------------------------------------------------------


def test_the_desk_for_the_top_need_comes_first_and_every_need_meets_one() -> None:
    plan = kinds({"age": 45}, "housing_search", "debt_counselling", "mental_health", "employment_support")
    assert plan[0] == "housing_desk"
    assert set(plan) == {"housing_desk", "consumer_debt", "job_centre", "mental_health_centre"}


def test_a_need_that_a_named_desk_is_made_for_brings_no_second_desk() -> None:
    assert kinds({}, "housing_search", "rent_guarantee", "viewing_accompaniment") == ["housing_desk"]


def test_a_night_without_a_roof_puts_the_desk_for_it_first() -> None:
    assert kinds({"reasons": ["no_home"]}, "housing_search", "temporary_stay", urgency="today")[:2] == ["self_reliance", "welfare_office"]


def test_violence_comes_before_the_search_for_a_home() -> None:
    assert kinds({"reasons": ["dv"]}, Need("housing_search", status="stated"), "dv_protection")[0] == "dv_support"


@pytest.mark.parametrize(
    ("emergency", "first"),
    [("suicide", "suicide_prevention"), ("violence_now", "police"), ("child_danger", "child_guidance"), ("medical", "fire_ambulance")],
)
def test_an_emergency_comes_before_everything(emergency: str, first: str) -> None:
    assert kinds({"reasons": ["disaster"]}, "housing_search", urgency="emergency", emergency=[emergency])[0] == first


def test_abuse_of_an_elderly_person_leads_to_the_desk_for_the_elderly() -> None:
    assert kinds({"age": 80}, "abuse_report", urgency="emergency", emergency=["elder_abuse"])[0] == "elderly_support_centre"


def test_a_declined_need_brings_no_desk() -> None:
    assert kinds({}, "housing_search", Need("debt_counselling", status="declined")) == ["housing_desk"]


def test_stated_needs_are_served_before_guesses() -> None:
    plan = kinds({}, Need("mental_health", strength="weak", score=9), Need("legal_advice", status="stated", score=1))
    assert plan == ["legal_aid", "mental_health_centre"]


def test_nothing_known_still_leads_somewhere() -> None:
    assert kinds({}) == ["housing_desk", "welfare_general"]


def test_every_need_alone_leads_an_adult_to_some_desk() -> None:
    assert {need for need in load_vocabulary().needs if not kinds({"age": 70}, need)} == set()


def test_over_a_conversation_every_clear_need_meets_a_fitting_desk() -> None:
    values = {"age": 71, "household": "single", "municipality": "足立区", "reasons": ["rent_arrears"], "debt": "yes", "guarantor": "no"}
    facts: Any = {key: {"value": value, "status": "said", "evidence": []} for key, value in values.items()}
    needs = infer_needs(facts, NOW)
    directory, told = Directory.from_files(), list[str]()
    while found := suggest_desks(values, needs, "normal", directory, NOW, limit=1, already=told):
        told.append(found[0].desk.id)
    met = {directory.desk(item).kind for item in told}  # type: ignore[union-attr]
    served = load_choice_rules().file.needs
    assert all(met & {*served[need.id].desks, *served[need.id].also} for need in needs if need.strength == "strong")
    assert len(told) == len(set(told))


# Which desk --------------------------------------------------------------------------------------------------------


def test_the_desk_of_the_own_municipality_is_preferred() -> None:
    directory = with_desks(desk(), desk(id="other", municipality="北区"), desk(id="whole", municipality=None, prefecture="東京都"))
    found = suggest({"municipality": "足立区", "desired_area": ["北区"]}, "housing_search", directory=directory)
    assert found[0].desk.id == "sample_desk"


def test_a_desk_where_the_person_wants_to_live_is_named_as_such() -> None:
    directory = with_desks(desk(id="other", municipality="北区"))
    found = suggest({"municipality": "足立区", "desired_area": ["北区"]}, "housing_search", directory=directory)
    assert found[0].desk.id == "other"
    assert "北区の窓口です" in found[0].notice


def test_the_prefectures_desk_stands_in_and_says_so() -> None:
    directory = with_desks(desk(id="whole", municipality=None, prefecture="東京都"))
    found = suggest({"municipality": "足立区"}, "housing_search", directory=directory)
    assert found[0].desk.id == "whole"
    assert "東京都全体" in found[0].notice


def test_without_a_concrete_desk_the_general_one_says_that_the_contact_is_not_known() -> None:
    found = suggest({"municipality": "足立区"}, "housing_search", directory=with_desks())
    assert found[0].general
    assert "足立区の「" in found[0].notice
    assert "まだ分かっていません" in found[0].notice
    assert found[0].open_now is None


def test_without_a_place_the_general_record_asks_for_none_but_says_what_would_help() -> None:
    assert "市区町村が分かると" in suggest({}, "housing_search", directory=with_desks())[0].notice


def test_a_desk_for_others_is_passed_over() -> None:
    directory = with_desks(desk(id="for_elderly", serves=["elderly"]))
    assert suggest({"municipality": "足立区", "age": 40}, "housing_search", directory=directory)[0].general
    assert suggest({"municipality": "足立区", "age": 70}, "housing_search", directory=directory)[0].desk.id == "for_elderly"


def test_who_has_trouble_hearing_is_not_sent_to_a_desk_that_only_takes_calls() -> None:
    directory = with_desks(desk(id="calls", reach=["phone"]), desk(id="visits", reach=["visit", "phone"], place={"name": "区役所"}))
    found = suggest({"municipality": "足立区", "difficulties": ["hearing"]}, "housing_search", directory=directory)[0]
    assert found.desk.id == "visits"
    assert "筆談" in found.notice


def test_ways_without_the_telephone_come_first_for_who_avoids_it() -> None:
    reachable = desk(phones=[{"number": "03-0000-0000", "confirmed_on": "2026-10-01"}], websites=["https://example.jp/"])
    values = {"municipality": "足立区", "contact_method": ["email"]}
    assert [line.kind for line in suggest(values, "housing_search", directory=with_desks(reachable))[0].reach] == ["web", "phone"]
    assert suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(reachable))[0].reach[0].kind == "phone"


def test_a_desk_is_not_suggested_twice() -> None:
    directory = with_desks(desk())
    assert [item.kind for item in suggest({"municipality": "足立区"}, "housing_search", directory=directory, already=["sample_desk"])] == []


def test_a_concrete_desk_may_follow_its_general_description_once_the_place_is_known() -> None:
    found = suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(desk()), already=["general_housing_desk"])
    assert found[0].desk.id == "sample_desk"


# What a card says --------------------------------------------------------------------------------------------------


def test_a_card_has_exactly_the_fields_that_channels_render() -> None:
    card = suggestion_card(suggest({"municipality": "足立区"}, "housing_search", directory=Directory.from_files())[0])
    assert set(card) == CARD_FIELDS


def test_old_data_is_never_open_now_and_tells_its_date() -> None:
    weekday = [{"byday": ["MO", "TU", "WE", "TH", "FR"], "opens_at": "09:00", "closes_at": "17:00"}]
    found = suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(desk(schedule=weekday)))[0]
    assert found.open_now is None
    assert found.as_of == "2024年3月31日時点"
    assert "行く前に電話やホームページでお確かめください" in found.notice
    checked = suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(desk(schedule=weekday, checked_on="2026-10-01")))[
        0
    ]
    assert checked.open_now is True
    assert "行く前に" not in checked.notice


def test_a_sensitive_need_is_not_named_on_a_guess() -> None:
    directory = Directory.from_files()
    guessed = suggest({}, Need("debt_counselling", strength="weak"), directory=directory)[0].why
    spoken = suggest({}, Need("debt_counselling", status="stated"), directory=directory)[0].why
    assert "借金" not in guessed
    assert "借金" in spoken


def test_a_guess_that_is_not_sensitive_is_named_as_a_guess() -> None:
    why = suggest({}, Need("watch_over", strength="weak"), directory=Directory.from_files())[0].why
    assert "見守り" in why
    assert "かもしれない" in why


def test_a_sample_desk_says_that_it_is_one() -> None:
    assert "見本です" in suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(desk(sample=True)))[0].notice


def test_national_lines_stand_on_the_general_card_only_while_their_source_is_young() -> None:
    directory = Directory.from_files()
    card = suggest({}, "mental_health", directory=directory, urgency="emergency", emergency=["violence_now"])[0]
    assert [line.href for line in card.reach if line.kind == "phone"][0] == "tel:110"
    far = NOW + dt.timedelta(days=365 * 9)
    later = suggest_desks({}, [Need("legal_advice")], "normal", directory, far)[0]
    assert [line for line in later.reach if line.kind == "phone"] == []


def test_a_place_without_such_a_desk_is_said_to_have_none_as_of_a_day() -> None:
    (card,) = suggest({"municipality": "文京区"}, "housing_search", directory=Directory.from_files(), limit=1)
    assert card.general
    assert "文京区では、2024年3月31日時点で" in card.notice
    assert "まだありません" in card.notice


def test_a_card_says_how_many_shops_were_registered_and_when() -> None:
    shops = desk(kind="cooperating_shop", prefecture="東京都", shops={"count": 29, "as_of": "2024-05-01", "where_listed": "市のホームページ"})
    preview = preview_desk(shops, with_desks(shops), NOW)
    assert preview is not None
    assert suggestion_card(preview)["what"] == "相談を受けます。（2024年5月1日時点で29件）"


# Gaps --------------------------------------------------------------------------------------------------------------


def test_a_municipality_that_is_known_to_have_no_such_desk_is_named_as_such() -> None:
    found = suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(desk(status="not_offered")))[0]
    assert found.general
    assert found.gap == Gap("足立区", "東京都", "housing_desk", "not_offered", "nationwide")
    assert "まだありません" in found.notice


def test_where_nothing_is_known_nothing_is_claimed() -> None:
    found = suggest({"municipality": "足立区"}, "housing_search", directory=with_desks())[0]
    assert found.gap == Gap("足立区", "東京都", "housing_desk", "not_known", "nationwide")
    assert "まだ分かっていません" in found.notice


def test_a_desk_at_home_is_no_gap_and_neither_is_a_nationwide_line() -> None:
    assert suggest({"municipality": "足立区"}, "housing_search", directory=with_desks(desk()))[0].gap is None
    assert suggest({"municipality": "足立区"}, "legal_advice", directory=with_desks())[0].gap is None
    assert suggest({}, "housing_search", directory=with_desks())[0].gap is None


def test_the_prefecture_is_named_too_where_the_municipality_has_no_housing_desk() -> None:
    shipped = Directory.from_files()
    found = suggest({"municipality": "八代市"}, "housing_search", directory=shipped)[0]
    assert found.gap
    assert any("熊本県の住宅担当課" in line.label for line in found.reach)
