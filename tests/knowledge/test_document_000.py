"""Services, practices and worries of document 000 (2017-2018) hold what it says."""

from datetime import date, datetime

import pytest

from knowledge.errors import DataError
from knowledge.practices import load_practices, services_easing, worries_for

NOW = datetime.fromisoformat("2026-11-21T10:00:00+09:00")


def records(kind: str) -> dict:
    return {record.id: record for record in getattr(load_practices(), kind) if record.source.document == "000"}


def test_every_record_has_the_source_and_its_date() -> None:
    for kind in ("practices", "services", "worries", "findings"):
        assert records(kind), kind
        assert {record.source.as_of for record in records(kind).values()} == {date(2018, 3, 31)}


@pytest.mark.parametrize(
    ("practice", "where", "secretariat"),
    [
        ("funabashi_sumairu_support", "船橋市", ["船橋市社会福祉協議会"]),
        ("fukuoka_platform", "福岡市", ["福岡市住宅計画課", "福岡市社会福祉協議会"]),
        ("omuta_akiya", "大牟田市", ["大牟田市社会福祉協議会", "大牟田市建築住宅課"]),
        ("yokote_soudan", "横手市", []),
        ("kawasaki_renkei", "川崎市", []),
        ("saitama_kobetsu_shien", "埼玉県", []),
    ],
)
def test_practices_stand_with_their_place_and_secretariat(practice, where, secretariat) -> None:
    found = records("practices")[practice]
    assert (found.where, found.secretariat) == (where, secretariat)


@pytest.mark.parametrize(
    ("service", "basis", "need"),
    [
        ("funabashi_tsuuhou_mimamori", "existing", "watch_over"),
        ("funabashi_anshin_touroku_card", "existing", "emergency_contact_service"),
        ("funabashi_mijimai", "new", "after_death_affairs"),
    ],
)
def test_the_three_basic_services_of_funabashi_are_required(service, basis, need) -> None:
    found = records("services")[service]
    assert found.required
    assert found.basis == basis
    assert need in found.needs
    assert service in records("practices")["funabashi_sumairu_support"].parts


@pytest.mark.parametrize(
    ("record", "field", "words"),
    [
        ("funabashi_mijimai", "what", "納骨"),
        ("funabashi_mijimai", "paid_by", "預けた"),
        ("funabashi_anshin_touroku_card", "what", "冷蔵庫"),
        ("funabashi_tsuuhou_mimamori", "run_by", "警備会社"),
    ],
)
def test_the_services_say_how_they_work(record, field, words) -> None:
    assert words in getattr(records("services")[record], field)


@pytest.mark.parametrize(
    ("practice", "started", "count"),
    [("kanto_workshop", "2017-10-11", "26名"), ("saitama_workshop", "2018-01-26", "16名")],
)
def test_the_workshops_have_their_day_and_their_people(practice, started, count) -> None:
    found = records("practices")[practice]
    assert found.started == started
    assert any(count in result for result in found.results)


def test_the_self_reliance_desks_hear_of_housing_fifty_times_a_year() -> None:
    assert "50件" in records("findings")["jiritsu_soudan_50"].text


def test_each_worry_is_eased_by_something_and_the_main_ones_by_a_service() -> None:
    assert all(worry.eased_by for worry in records("worries").values())
    for worry in ("lonely_death", "emergency_response", "belongings_left", "contract_ability", "unknown_support"):
        assert services_easing(worry), worry
    assert services_easing("no_such_worry") == []


@pytest.mark.parametrize(
    ("values", "worry"),
    [
        ({"reasons": ["rent_arrears"]}, "rent_unpaid"),
        ({"household": "single", "age": 65}, "lonely_death"),
        ({"guarantor": "no"}, "no_guarantor"),
        ({"emergency_contact": "no"}, "emergency_response"),
        ({"household": "single", "relatives": "none"}, "belongings_left"),
        ({"difficulties": ["memory"]}, "contract_ability"),
        ({"income_source": ["pension"], "public_assistance": "no"}, "low_income_gap"),
    ],
)
def test_facts_bring_the_worry_a_person_may_meet(values, worry) -> None:
    assert worry in {found.id for found in worries_for(values, NOW)}


def test_no_worry_is_put_on_a_person_of_whom_nothing_is_known() -> None:
    assert worries_for({}, NOW) == []
    assert "lonely_death" not in {found.id for found in worries_for({"household": "single", "age": 64, "reasons": ["barrier"]}, NOW)}


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ("services: [{id: hito, name: 名, what: こと。, needs: [flying]}]", "flying"),
        ("services: [{id: hito, name: 名, what: こと。, needs: [watch_over], eases: [rain]}]", "rain"),
        ("practices: [{id: hito, name: 名, level: national, what: こと。, parts: [nothing]}]", "nothing"),
        ("worries: [{id: hito, name: 名, says: 心配, eased_by: [手], facts: {equals: {height: 3}}}]", "height"),
        ("figures: [{id: hito, title: 表, unit: 県, columns: [a, b], cells: {行: [1]}}]", "column"),
        ("findings: [{id: hito, text: 文, extra: 1}]", "extra"),
        ("findings: [{id: hito, text: 文}, {id: hito, text: 文}]", "twice"),
    ],
)
def test_a_slip_in_a_file_stops_loading(tmp_path, record, complaint) -> None:
    (tmp_path / "one.yml").write_text(f"source: {{document: '000', as_of: 2018-03-31}}\n{record}\n", encoding="utf-8")
    with pytest.raises(DataError, match=complaint):
        load_practices(tmp_path)
