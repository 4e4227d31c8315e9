"""What residents may be shown of the directory, and when."""

import datetime as dt
from typing import Any

import pytest

from knowledge.directory import Directory, is_old, phones_to_show, true_on
from knowledge.hours import TOKYO
from knowledge.schema import DeskRecord
from knowledge.vocabulary import load_vocabulary


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def desk(**fields: Any) -> DeskRecord:
    usual = {
        "id": "sample",
        "kind": "housing_desk",
        "name": "見本の窓口",
        "municipality": "足立区",
        "what": "相談を受けます。",
        "source": {"document": "001", "as_of": "2024-03-31"},
    }
    return DeskRecord.model_validate({**usual, **fields})


def directory(*desks: DeskRecord) -> Directory:
    return Directory(desks, {}, (), {})


def test_every_kind_of_desk_has_its_general_record() -> None:
    shipped = Directory.from_files()
    assert {kind for kind in load_vocabulary().desk_kinds if shipped.general(kind)} == set(load_vocabulary().desk_kinds)


def test_general_records_promise_no_numbers_and_no_exact_hours() -> None:
    general = [record for record in Directory.from_files().records if record.general]
    assert all(not record.phones and not record.schedule and record.find for record in general)


@pytest.mark.parametrize(("at", "old"), [("2026-03-30T12:00", False), ("2026-03-31T23:59", False), ("2026-04-01T00:00", True)])
def test_data_is_old_from_the_day_after_two_years(at: str, old: bool) -> None:
    assert is_old(dt.date(2024, 3, 31), moment(at)) is old


def test_an_admins_check_makes_old_data_young_again() -> None:
    assert true_on(desk(checked_on="2026-10-01")) == dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ({"number": "03-0000-0000"}, False),
        ({"number": "03-0000-0000", "source": {"document": "general", "as_of": "2025-06-01"}}, True),
        ({"number": "03-0000-0000", "confirmed_on": "2026-10-01"}, True),
    ],
)
def test_a_number_is_shown_only_when_young_or_confirmed(phone: dict[str, Any], shown: bool) -> None:
    assert bool(phones_to_show(desk(phones=[phone]), moment("2026-11-20T10:00"))) is shown


def test_ended_and_never_offered_desks_are_not_suggested() -> None:
    known = directory(desk(id="a", status="ended"), desk(id="b", status="not_offered"), desk(id="c", status="unverified"))
    assert [found.id for found in known.in_municipality("housing_desk", "足立区")] == ["c"]


def test_a_prefectures_desk_is_not_taken_for_one_of_a_municipality_in_it() -> None:
    known = directory(desk(id="city", prefecture="東京都"), desk(id="whole", municipality=None, prefecture="東京都"))
    assert [found.id for found in known.in_prefecture("housing_desk", "東京都")] == ["whole"]
