"""What stands in document 002 (恒久住宅への移行に向けた支援) stands in the data: counts, facts picked by hand, and its rules."""

import datetime as dt
from typing import Any

import pytest

from knowledge import disaster
from knowledge.hours import TOKYO
from knowledge.programme_schema import ProgrammeRecord
from knowledge.programmes import amounts_for, check_programme, check_programmes, current_programmes, find_programme, load_programmes

NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=TOKYO)
LATER_TERMS = {("hisaisha_seikatsu_saiken_shien", dt.date(2020, 12, 4)), ("saigai_fukkou_juutaku_yuushi", None)}


def of_the_document() -> list[ProgrammeRecord]:
    return [record for record in load_programmes() if record.source is not None and record.source.document == "002"]


def programme(programme_id: str) -> ProgrammeRecord:
    return next(record for record in of_the_document() if record.id == programme_id)


def by_id(records: Any, record_id: str) -> Any:
    return next(record for record in records if record.id == record_id)


def menu(number: int) -> disaster.MenuItem:
    return disaster.load_menu().records[number - 1]


def test_the_national_table_has_eleven_programmes_and_the_regions_thirteen() -> None:
    levels = [record.level for record in of_the_document()]
    assert levels.count("national") == 11
    assert len(levels) - levels.count("national") == 13


def test_each_named_region_has_its_programmes() -> None:
    areas = [area for record in of_the_document() for area in record.area]
    counts = {area: areas.count(area) for area in set(areas)}
    assert counts == {"石川県": 3, "兵庫県": 4, "新潟県": 3, "神戸市": 1, "石巻市": 1, "杉並区": 1}


def test_nothing_that_the_document_says_is_shown_as_current() -> None:
    assert {record.status for record in of_the_document()} == {"ended", "unverified"}
    shown = {record.id for record in current_programmes(NOW) if (record.id, record.valid_from) not in LATER_TERMS}
    assert not shown & {record.id for record in of_the_document()}


def test_ended_programmes_are_never_checked_for_a_resident() -> None:
    values = {"municipality": "石巻市", "damage": "total", "housing_now": "temporary_housing", "rebuild_plan": "public"}
    checked = {finding.id for finding in check_programmes(values, NOW, unverified=True)}
    ended = {record.id for record in of_the_document() if record.status == "ended"} - {key for key, _ in LATER_TERMS}
    assert not checked & ended


EXAMPLES = [
    pytest.param(record, example, id=f"{record.id}-{example.name}")
    for record in load_programmes()
    if (record.source is not None and record.source.document == "002") or (record.id, record.valid_from) in LATER_TERMS
    for example in record.examples
]


@pytest.mark.parametrize(("record", "example"), EXAMPLES)
def test_an_example_household_gets_its_verdict(record: ProgrammeRecord, example: Any) -> None:
    assert check_programme(record, example.values, NOW).verdict == example.expect


def test_every_programme_with_rules_has_households_on_all_sides() -> None:
    for record in {param.values[0].id: param.values[0] for param in EXAMPLES}.values():
        expected = {example.expect for example in record.examples}
        assert expected == ({"yes", "no", "unknown"} if record.eligibility else {"unknown"}), record.id


@pytest.mark.parametrize(
    ("programme_id", "jpy"),
    [
        ("saigai_fukkou_juutaku_yuushi_kensetsu", {14_600_000, 4_500_000, 9_700_000, 3_900_000}),
        ("saigai_fukkou_juutaku_yuushi_kounyuu", {24_300_000, 4_500_000, 21_300_000}),
        ("saigai_fukkou_juutaku_yuushi_hoshuu", {6_400_000, 3_900_000}),
        ("seikatsu_fukushi_shikin_juutaku_hoshuu", {2_500_000}),
        ("boshi_kafu_fukushi_shikin_juutaku", {2_000_000}),
        ("takuchi_bousai_kouji_shikin", {10_300_000}),
        ("jisuberi_nado_kanren_yuushi", {14_600_000, 9_700_000, 24_300_000, 21_300_000}),
        ("noto_furusato_sumai_machizukuri", {2_000_000}),
        ("niigata_fudousan_katsuyou_saiken_shikin", {12_000_000}),
        ("niigata_minkan_chintai_nyuukyo_shien", {30_000}),
        ("ishinomaki_fukkou_kouei_iten_shien", {100_000}),
        ("suginami_hoshouryou_josei", {30_000}),
    ],
)
def test_the_sums_are_those_of_the_document(programme_id: str, jpy: set[int]) -> None:
    assert {amount.amount_jpy for amount in programme(programme_id).amounts if amount.amount_jpy is not None} == jpy


@pytest.mark.parametrize(
    ("values", "jpy"),
    [
        ({"damage": "total", "rebuild_plan": "rebuild", "household_size": 3}, 3_000_000),
        ({"damage": "total", "rebuild_plan": "repair", "household_size": 2}, 2_000_000),
        ({"damage": "large_half", "rebuild_plan": "rent", "household_size": 2}, 1_000_000),
        ({"damage": "large_half", "rebuild_plan": "public", "household_size": 2}, 500_000),
    ],
)
@pytest.mark.parametrize("day", [dt.date(2013, 11, 1), dt.date(2026, 11, 21)])
def test_the_grant_adds_what_the_damage_and_the_way_of_rebuilding_bring(values: dict[str, Any], jpy: int, day: dt.date) -> None:
    at = dt.datetime.combine(day, dt.time(12), tzinfo=TOKYO)
    record = find_programme("hisaisha_seikatsu_saiken_shien", at)
    assert record is not None
    assert sum(amount.amount_jpy or 0 for amount in amounts_for(record, values, at)) == jpy
    assert not any(amount.condition == "ひとりの世帯" for amount in amounts_for(record, values, at))


def test_one_person_alone_gets_three_quarters() -> None:
    values = {"damage": "total", "rebuild_plan": "rebuild", "household_size": 1}
    record = programme("hisaisha_seikatsu_saiken_shien")
    assert "4分の3" in (amounts_for(record, values, NOW)[-1].text or "")


def test_the_grant_of_today_also_knows_the_middle_of_half() -> None:
    record = find_programme("hisaisha_seikatsu_saiken_shien", NOW)
    assert record is not None
    assert (record.status, record.valid_from) == ("current", dt.date(2020, 12, 4))
    sums = {
        plan: sum(
            amount.amount_jpy or 0
            for amount in amounts_for(record, {"damage": "medium_half", "rebuild_plan": plan, "household_size": 2}, NOW)
        )
        for plan in ("rebuild", "buy", "repair", "rent", "public")
    }
    assert sums == {"rebuild": 1_000_000, "buy": 1_000_000, "repair": 500_000, "rent": 250_000, "public": 0}


def test_ishinomaki_names_all_ten_exclusions() -> None:
    record = programme("ishinomaki_fukkou_kouei_iten_shien")
    assert len(record.exclusions) + len(record.left_to_desk) == 10
    assert any("市の税金" in text for text in record.left_to_desk)


def test_suginami_asks_for_an_emergency_contact_and_four_papers() -> None:
    record = programme("suginami_hoshouryou_josei")
    assert record.status == "unverified"
    assert len(record.documents) == 4
    assert any("240万円" in text and "38万円" in text for text in record.left_to_desk)
    assert any(part.when == {"equals": {"emergency_contact": "yes"}} for part in record.eligibility)


def test_the_menu_holds_forty_one_rows_of_a_booklet_of_forty_five_pages() -> None:
    book = disaster.load_menu()
    assert (len(book.records), book.booklet_pages, book.records[-1].page) == (41, 45, 45)
    pages = [item.page for item in book.records]
    assert pages == sorted(set(pages))
    assert set(range(1, 46)) - set(pages) == {10, 29, 32, 42}


def test_the_columns_of_the_menu_count_as_in_the_table() -> None:
    items = disaster.load_menu().records
    listed = {column: sum(column in item.listed for item in items) for column in ("destroyed", "flood_above", "flood_below")}
    assert listed == {"destroyed": 27, "flood_above": 22, "flood_below": 9}
    assert [item.number for item in items if item.partly] == [15]
    assert [item.number for item in items if not item.by_damage] == list(range(31, 42))


@pytest.mark.parametrize(
    ("number", "page", "kind", "word"),
    [
        (5, 5, "水道料", "水道"), (10, 11, "福祉", "見舞金"), (15, 16, "貸付", "家財"), (21, 22, "保険料", "国民年金"),
        (25, 26, "住宅", "市営住宅"),
        (27, 28, "助成", "生活再建支援"), (30, 33, "助成", "畳"), (34, 37, "ごみ", "ごみ"),
        (38, 41, "福祉", "こころ"), (40, 44, "税", "猶予"),
    ],
)  # fmt: skip
def test_a_menu_stands_on_its_page(number: int, page: int, kind: str, word: str) -> None:
    item = menu(number)
    assert (item.page, item.kind) == (page, kind)
    assert word in item.name


def test_sendai_sorted_8610_households_into_four_classes() -> None:
    book = disaster.load_classes()
    assert {record.name: (record.households, record.percent) for record in book.sendai} == {
        "生活再建可能世帯": (5686, 66.0),
        "日常生活支援世帯": (540, 6.3),
        "住まいの再建支援世帯": (2133, 24.8),
        "日常生活・住まいの再建支援世帯": (251, 2.9),
    }
    assert sum(record.households for record in book.sendai) == book.sendai_total == 8610
    for record in book.sendai:
        assert round(100 * record.households / book.sendai_total, 1) == record.percent


def test_sendai_did_three_three_and_five_things_beyond_what_all_got() -> None:
    assert [len(record.measures) for record in disaster.load_classes().sendai] == [0, 3, 3, 5]


def test_kobe_had_eight_classes_for_its_last_year_of_temporary_housing() -> None:
    kobe = disaster.load_classes().kobe
    assert [record.households for record in kobe.classes] == [6400, 2300, 430, 350, 260, 120, 1000, 110]
    assert (kobe.remaining.households, kobe.remaining.occupancy_percent, kobe.ends_on) == (12366, 38.2, dt.date(1999, 3, 31))
    assert [record.id for record in kobe.classes if record.staff_only] == ["left_without_word", "not_entitled"]


def test_there_are_fifteen_kinds_of_rental_support() -> None:
    services = disaster.load_rental_support()
    assert len(services) == 15
    assert {need for service in services for need in service.needs} >= {
        "rent_guarantee",
        "watch_over",
        "after_death_affairs",
        "money_management",
    }


@pytest.mark.parametrize(
    ("service_id", "fees"),
    [
        ("rent_guarantee_foundation", [(35, "rent_percent")]),
        ("rent_guarantee_company", [(1, "rent_months"), (10_000, "jpy"), (30_000, "jpy"), (1, "rent_months")]),
        ("guarantor_stand_in", [(10_000, "jpy"), (10_000, "jpy")]),
        ("emergency_contact_stand_in", [(10_000, "jpy"), (10_000, "jpy"), (10_000, "jpy")]),
        ("whole_life_support", [(360_000, "jpy"), (None, "actual_cost"), (154_286, "jpy"), (100_000, "jpy"), (308_572, "jpy")]),
        ("restoration_guarantee", [(80, "jpy_per_m2")]),
        ("landlord_risk_guarantee", [(50, "rent_percent"), (100, "rent_percent"), (12_000, "jpy")]),
        ("anshin_kyojuu", []),
    ],
)
def test_private_services_cost_what_the_document_says(service_id: str, fees: list[tuple[int | None, str]]) -> None:
    service = by_id(disaster.load_private_services(), service_id)
    assert [(fee.amount, fee.unit) for fee in service.fees] == fees


def test_the_guarantees_have_their_limits_and_lower_bounds() -> None:
    services = disaster.load_private_services()
    foundation, company = by_id(services, "rent_guarantee_foundation"), by_id(services, "rent_guarantee_company")
    assert [cover.limit.amount for cover in foundation.covers] == [12, 9]
    assert (foundation.figures.elderly, foundation.figures.disability, foundation.term_years) == (2095, 123, 2)
    assert company.fees[0].at_least_jpy == 35_000
    risk = by_id(services, "landlord_risk_guarantee")
    assert [cover.limit.amount for cover in risk.covers] == [12, 12, 1, 1, 400_000]
    assert {fee.at_least_jpy for fee in risk.fees} == {25_000, None}
    assert risk.audience == "landlord"


@pytest.mark.parametrize(
    ("record_id", "since", "ages", "percent", "count"),
    [
        ("fudousan_tanpo_seikatsu_shikin", 2002, (65, None), 70, 1121),
        ("youhogo_fudousan_tanpo", 2007, (65, None), 70, 1209),
        ("musashino", 1981, (65, None), 80, 119),
        ("bank_a", 2005, (60, 83), 50, 364),
        ("bank_b", 2005, (55, 80), 80, 2445),
        ("bank_c", 2009, (60, 85), 60, None),
        ("shinkin_d_interest_paid", 2011, (55, 79), 70, 60),
        ("credit_union_e", 2010, (65, None), 50, 12),
        ("koureisha_hensai_tokurei", 2001, (60, None), None, 480),
        ("juutaku_yuushi_hoken", 2009, (60, None), 50, 17),
    ],
)
def test_a_reverse_mortgage_keeps_its_line_of_the_table(
    record_id: str, since: int, ages: tuple[int, int | None], percent: int | None, count: int | None
) -> None:
    loan = by_id(disaster.load_reverse_mortgages(), record_id)
    assert (loan.since, (loan.age_from, loan.age_to), loan.loan_percent) == (since, ages, percent)
    assert (loan.contracts.count if loan.contracts else None) == count


def test_tsukubas_plan_can_be_filled_from_what_a_person_said() -> None:
    form = by_id(disaster.load_survey_forms(), "saiken_keikaku")
    assert [item.id for item in form.items if item.fact] == ["members", "damage", "stay_until", "plan"]
    assert [option.value for option in by_id(form.items, "plan").options] == ["rebuild", "repair", "rent", "relatives", "public"]
    assert by_id(form.items, "timetable").steps["rent"] == ["賃貸住宅を探す", "賃貸借契約", "引っ越し"]


def test_wakayama_asked_eight_things_of_41_households_and_kihou_offered_six_answers() -> None:
    forms = disaster.load_survey_forms()
    wakayama, kihou = by_id(forms, "genchi_kakunin"), by_id(forms, "sumai_chousa")
    assert (wakayama.households, len(wakayama.items) - 2) == (41, 8)  # beside the day and who asked
    assert (kihou.households, len(by_id(kihou.items, "future_home").options)) == (22, 6)


@pytest.mark.parametrize(
    ("record_id", "words"),
    [
        ("iwanuma_housing_avenue", "14社"), ("iwate_matching", "138"), ("rikuzentakata_council", "39社"), ("iwate_model_plans", "42プラン"),
        ("genkaijima_joint_order", "62社6団体"), ("core_house", "14.5坪"), ("hiroshima_building_desk", "2014年8月26日"),
    ],
)  # fmt: skip
def test_a_practice_keeps_its_figures(record_id: str, words: str) -> None:
    assert words in "。".join(by_id(disaster.load_practices(), record_id).details)


def test_yame_told_each_household_what_fits_its_plan() -> None:
    yame = by_id(disaster.load_practices(), "yame_visits")
    assert set(yame.by_plan) == {"stay", "public", "buy", "rent"}
    assert "1か月前" in yame.by_plan["stay"]
