"""The desks and councils of Tokyo hold what document 001 says (as of 31 March 2024)."""

import datetime as dt
from collections import Counter
from functools import cache
from typing import Any

import pytest

from knowledge.directory import Directory
from knowledge.files import read_desk_files
from knowledge.hours import TOKYO, slots_between
from knowledge.schema import DeskFile, DeskRecord, SourceRef
from knowledge.suggestions import find_desk

AS_OF = dt.date(2024, 3, 31)
WARDS = (
    "chiyoda shinjuku bunkyo taito sumida koto shinagawa meguro ota setagaya "
    "shibuya nakano suginami toshima kita itabashi nerima adachi katsushika edogawa"
)
CITIES = "hachioji tachikawa musashino fuchu chofu machida koganei hino komae tama akiruno nishitokyo"


@cache
def files() -> dict[str, DeskFile]:
    return {stem: file for stem, file in read_desk_files().items() if file.source.document == "001"}


@cache
def directory() -> Directory:
    return Directory.from_files()


def desk(desk_id: str) -> DeskRecord:
    found = directory().desk(desk_id)
    assert found is not None, desk_id
    return found


def at_path(record: Any, path: str) -> Any:
    for part in path.split("."):
        record = record[int(part)] if part.isdigit() else getattr(record, part)
    return record


def test_there_are_the_councils_of_tokyo_its_twenty_wards_and_twelve_cities() -> None:
    assert set(files()) == {"tokyo", *WARDS.split(), *CITIES.split()}
    kinds = Counter((file.council.municipality or file.council.prefecture)[-1] for file in files().values() if file.council)
    assert kinds == {"都": 1, "区": 20, "市": 12}


def test_every_file_speaks_of_one_municipality() -> None:
    for stem, file in files().items():
        council = file.council
        assert council is not None, stem
        area = council.municipality or council.prefecture
        assert council.name.startswith(area), stem
        assert file.source.section == area, stem
        assert {found.municipality for found in file.desks} <= {council.municipality}, stem
        assert {found.prefecture for found in file.desks} <= {"東京都"}, stem


def test_every_record_has_source_and_date() -> None:
    ids = {found.id for file in files().values() for found in file.desks}
    councils = {file.council.id for file in files().values() if file.council}
    organizations = {record.id for file in files().values() for record in file.organizations}
    sources: list[SourceRef | None] = [desk(desk_id).source for desk_id in ids]
    sources += [council.source for council in directory().councils if council.id in councils]
    sources += [directory().organizations[record].source for record in organizations]
    assert len(sources) == len(ids) + len(councils) + len(organizations)
    assert {(source.document, source.as_of) for source in sources if source} == {("001", AS_OF)}
    assert None not in sources


def test_every_council_says_what_the_document_says_of_every_council() -> None:
    for stem, file in files().items():
        council = file.council
        assert council is not None, stem
        assert council.founded, stem
        assert council.basis in ("会則", "要綱", "要領"), stem
        filled = (council.members.local_government, council.members.real_estate_associations, council.secretariat)
        assert all((*filled, council.activities, council.work)), stem
        assert council.founding_issues or council.present_issues, stem


def test_no_phone_number_is_given_where_the_document_has_none() -> None:
    assert not [found.id for file in files().values() for found in file.desks if found.phones or found.websites or found.email]


@pytest.mark.parametrize("stem", [*WARDS.split(), *CITIES.split()])
def test_every_municipality_has_a_desk_or_says_that_none_is_offered(stem: str) -> None:
    desks = [found for found in files()[stem].desks if found.kind == "housing_desk"]
    assert desks
    assert {found.status for found in desks} == ({"not_offered"} if stem in ("bunkyo", "akiruno") else {"current"})


@pytest.mark.parametrize(
    ("stem", "path", "expected"),
    [
        ("tokyo", "founded", "2014-06-25"),
        ("koto", "founded", "2011-09"),
        ("toshima", "founded", "2012-07"),
        ("itabashi", "founded", "2013-07"),
        ("chofu", "founded", "2015-12"),
        ("hachioji", "founded", "2016-02"),
        ("setagaya", "founded", "2017-03"),
        ("edogawa", "founded", "2018-07"),
        ("koganei", "founded", "2022-04-15"),
        ("akiruno", "founded", "2023-05"),
        ("nishitokyo", "founded", "2020-07"),
        ("sumida", "founded", "2024-03"),
        ("setagaya", "basis", "要綱"),
        ("nakano", "basis", "会則"),
        ("machida", "basis", "要領"),
        ("musashino", "name", "武蔵野市あんしん住まい推進協議会"),
        ("tokyo", "members.observers.0", "41区市"),
        ("hachioji", "members.support_corporations", []),
        ("nakano", "members.support_corporations", ["ホームネット株式会社", "（一社）ささえる手"]),
        ("tama", "secretariat", ["都市整備部 都市計画課", "健康福祉部 福祉総務課"]),
        ("toshima", "places", ["区役所に1か所"]),
    ],
)
def test_a_council_holds_the_fact(stem: str, path: str, expected: Any) -> None:
    assert at_path(files()[stem].council, path) == expected


@pytest.mark.parametrize(
    ("desk_id", "path", "expected"),
    [
        ("setagaya_room_search_main_office", "schedule.0.byday", ["TH"]),
        ("setagaya_room_search_main_office", "schedule.0.opens_at", dt.time(13)),
        ("setagaya_room_search_main_office", "schedule.0.closes_at", dt.time(16)),
        ("setagaya_room_search_main_office", "appointment", "required"),
        ("setagaya_room_search_main_office", "organization", "setagaya_trust_machizukuri"),
        ("setagaya_room_search_regional_offices", "schedule.0.byday", ["1TU", "2TU", "3TU", "4TU", "1FR", "2FR", "3FR", "4FR"]),
        ("chofu_sumai_nukumori", "schedule.0.byday", ["1TH", "3TH", "5TH"]),
        ("chofu_sumai_nukumori", "schedule.0.slots", "1日4組"),
        ("chofu_sumai_nukumori", "organization", "homenet"),
        ("tachikawa_minna_no_sumai", "schedule.0.part_of_day", "afternoon"),
        ("tachikawa_minna_no_sumai", "schedule.0.slots", "45分を3件"),
        ("hino_anshin_sumai", "schedule.0.byday", ["TH"]),
        ("hino_anshin_sumai", "schedule.0.valid_to", dt.date(2025, 3, 31)),
        ("komae_room_search_consultation", "schedule.0.byday", ["1TU"]),
        ("komae_room_search_consultation", "schedule.2.opens_at", dt.time(11, 30)),
        ("komae_room_search_consultation", "organization", "jinushi_yanushi_kyokai"),
        ("koto_room_search_meeting", "schedule.0.byday", ["TU"]),
        ("shinjuku_housing_consultation", "appointment", "required"),
        ("adachi_room_search_support", "schedule", []),
        ("adachi_room_search_support", "place.floor", "4階"),
        ("katsushika_moving_desk", "place.floor", "3階"),
        ("ota_housing_desk", "organization", "ota_machizukuri_kosha"),
        ("tokyo_fuchu_housing_desk", "organization", "tokyo_fuchu_shakyo"),
        ("toshima_housing_desk", "place.name", "豊島区役所 福祉総務課"),
        ("meguro_kurashi_consultation", "kind", "self_reliance"),
        ("shinagawa_housing_single_parent", "serves", ["single_parent"]),
        ("edogawa_elderly_friendly_shops", "shops.count", None),
        ("bunkyo_housing_consultation", "status", "not_offered"),
    ],
)
def test_a_desk_holds_the_fact(desk_id: str, path: str, expected: Any) -> None:
    assert at_path(desk(desk_id), path) == expected


@pytest.mark.parametrize(
    ("desk_id", "count", "as_of"),
    [
        ("koto_cooperating_shops", 48, "2024-04-30"),
        ("ota_cooperating_shops", 107, "2024-03-31"),
        ("shibuya_cooperating_shops", 40, "2024-04-01"),
        ("tokyo_kita_room_search_accompanied", 5, "2024-04-30"),
        ("itabashi_cooperating_shops", 150, "2024-03-31"),
        ("hachioji_cooperating_shops", 33, "2024-03-31"),
        ("tachikawa_cooperating_shops", 16, "2024-03-31"),
        ("tokyo_fuchu_cooperating_shops", 29, "2024-05-01"),
        ("chofu_cooperating_shops", 30, "2024-05-01"),
    ],
)
def test_registered_shops_are_counted_with_their_date(desk_id: str, count: int, as_of: str) -> None:
    shops = desk(desk_id).shops
    assert shops is not None
    assert (shops.count, shops.as_of) == (count, dt.date.fromisoformat(as_of))


def test_no_other_desk_counts_shops() -> None:
    assert sum(1 for file in files().values() for found in file.desks if found.shops and found.shops.count is not None) == 9


@pytest.mark.parametrize(
    ("desk_id", "month", "days"),
    [
        # May 2024: Thursdays on 2, 9, 16, 23, 30; Fridays from the 3rd, a holiday; Tuesdays on 7, 14, 21, 28
        ("chofu_sumai_nukumori", (2024, 5), [2, 16, 30]),
        ("setagaya_room_search_main_office", (2024, 5), [2, 9, 16, 23, 30]),
        ("setagaya_room_search_regional_offices", (2024, 5), [7, 10, 14, 17, 21, 24, 28]),
        ("shinjuku_housing_consultation", (2024, 5), [2, 9, 10, 16, 17, 23, 24]),
        ("hino_anshin_sumai", (2025, 3), [6, 13, 27]),
        ("hino_anshin_sumai", (2025, 4), []),
        ("komae_room_search_consultation", (2024, 6), [4, 4, 4]),
    ],
)
def test_the_days_of_a_month_fall_as_the_document_says(desk_id: str, month: tuple[int, int], days: list[int]) -> None:
    first = dt.date(*month, 1)
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    assert [slot.day.day for slot in slots_between(desk(desk_id).schedule, first, last)] == days


@pytest.mark.parametrize(
    ("values", "needs", "desk_id"),
    [
        ({"municipality": "世田谷区"}, ["housing_search"], "setagaya_room_search_main_office"),
        ({"municipality": "練馬区"}, ["housing_search"], "nerima_housing_desk"),
        ({"municipality": "日野市", "age": 80}, ["housing_search"], "hino_anshin_sumai"),
        ({"municipality": "日野市", "age": 80}, ["watch_over"], "hino_watch_device"),
        ({"municipality": "調布市"}, ["rent_guarantee"], "chofu_moving_in_grants"),
        ({"municipality": "品川区", "age": 70}, ["housing_search"], "shinagawa_housing_elderly"),
        ({"municipality": "文京区"}, ["housing_search"], "general_housing_desk"),
        ({"municipality": "あきる野市"}, ["housing_search"], "general_housing_desk"),
    ],
)
def test_residents_are_led_to_the_fitting_desk(values: dict[str, Any], needs: list[str], desk_id: str) -> None:
    found = find_desk("housing_desk", needs, values, directory(), dt.datetime(2024, 5, 1, 10, tzinfo=TOKYO))
    assert found is not None
    assert found.id == desk_id
