"""Programmes load whole, decide in three values, say why, and never show what has ended."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from knowledge.errors import DataError
from knowledge.programmes import (
    FOLDER,
    amounts_for,
    check_programme,
    check_programmes,
    current_programmes,
    find_programme,
    load_programmes,
)
from knowledge.rules import Condition, Group, Test

NOW = datetime.fromisoformat("2026-11-21T10:00:00+09:00")
EXAMPLES = [(record, example) for record in load_programmes() for example in record.examples]
HEAD = "source: {document: '003'}\nas_of: 2008-12-31\nprogrammes:\n"
PLAIN = "{id: aru_seido, name: 制度, kind: benefit, run_by: 国, level: national, what: 助けます。, status: current"


def findings(**values):
    return {finding.id: finding for finding in check_programmes(values, NOW)}


def written(folder: Path, *records: str) -> Path:
    (folder / "one.yml").write_text(HEAD + "".join(f"  - {record}\n" for record in records), encoding="utf-8")
    return folder


def limits(condition: Condition) -> Iterator[Test]:
    if isinstance(condition, Group):
        for part in condition.parts:
            yield from limits(part)
    elif condition.predicate in ("at_least", "at_most"):
        yield condition


LIMITS = [
    (record, test)
    for record in load_programmes()
    for item in (*record.eligibility, *record.exclusions)
    for test in limits(item.condition)
    if record.level == "national"
]


@pytest.mark.parametrize(("record", "example"), EXAMPLES, ids=[f"{record.id}: {example.name}" for record, example in EXAMPLES])
def test_each_example_household_gets_the_verdict_it_declares(record, example) -> None:
    assert check_programme(record, example.values, NOW).verdict == example.expect


@pytest.mark.parametrize(("record", "test"), LIMITS, ids=[f"{record.id}: {test.key} {test.argument}" for record, test in LIMITS])
def test_each_limit_is_shown_below_at_and_above(record, test) -> None:
    tried = [example.values[test.key] for example in record.examples if test.key in example.values]
    assert any(value == test.argument for value in tried), "at the limit"
    assert any(value < test.argument for value in tried), "below"
    assert any(value > test.argument for value in tried), "above"


@pytest.mark.parametrize("record", [record for record in load_programmes() if record.eligibility], ids=lambda record: record.id)
def test_a_programme_with_conditions_is_shown_with_a_yes_and_with_something_else(record) -> None:
    verdicts = {example.expect for example in record.examples}
    assert "yes" in verdicts
    assert len(verdicts) > 1


def test_ended_and_unverified_programmes_are_never_shown_as_current() -> None:
    assert {record.status for record in current_programmes(NOW)} == {"current"}
    assert {record.status for record in current_programmes(NOW, unverified=True)} == {"current", "unverified"}
    assert {finding.programme.status for finding in check_programmes({"age": 70, "housing_now": "own"}, NOW)} == {"current"}


def test_a_programme_counts_only_in_its_time() -> None:
    before = datetime.fromisoformat("2025-09-30T10:00:00+09:00")
    after = datetime.fromisoformat("2025-10-01T10:00:00+09:00")
    assert "kyojuu_sapooto_juutaku" not in {record.id for record in current_programmes(before)}
    assert "kyojuu_sapooto_juutaku" in {record.id for record in current_programmes(after)}


def test_every_current_programme_names_where_to_ask_and_a_dated_source() -> None:
    for record in current_programmes(NOW):
        assert record.source is not None, record.id
        assert record.source.document or (record.source.publisher and record.source.url), record.id
        assert record.as_of is not None, record.id
        assert record.as_of <= NOW.date(), record.id
        assert record.desk_kinds, record.id
        assert record.needs, record.id


def test_every_sentence_for_residents_is_plain_and_promises_nothing() -> None:
    for record in load_programmes():
        assert record.what.endswith("。"), record.id
        assert len(record.what) <= 80, record.id
        for word in ("必ず", "かならず", "受けられます", "もらえます"):
            assert word not in record.what + (record.for_whom or ""), record.id


def test_a_no_says_the_condition_that_does_not_hold() -> None:
    finding = findings(household="single", age=70)["jidou_fuyou_teate"]
    assert (finding.verdict, finding.decided, finding.settles) == ("no", ("子どもと暮らしている方",), ())


def test_a_yes_says_what_held_and_what_the_desk_still_has_to_check() -> None:
    finding = findings(reasons=["job_loss", "rent_arrears"], housing_now="private_rent")["juukyo_kakuho_kyuufukin"]
    assert finding.verdict == "yes"
    assert len(finding.decided) == 2
    assert any("2年以内" in text for text in finding.left_to_desk)


def test_an_unknown_says_which_facts_would_settle_it_and_what_is_open() -> None:
    finding = findings(reasons=["job_loss"])["sougou_shien_shikin"]
    assert (finding.verdict, finding.settles, finding.open) == ("unknown", ("public_assistance",), ("生活保護を使っていない方",))
    assert finding.decided == ()


def test_a_list_that_lacks_a_reason_is_not_taken_for_a_no() -> None:
    finding = findings(reasons=["rent_arrears"], public_assistance="no")["sougou_shien_shikin"]
    assert finding.verdict == "unknown"
    assert finding.settles == ()


def test_a_list_that_says_none_closes_the_question(tmp_path) -> None:
    with_pension = ", eligibility: [{when: {includes: {income_source: [pension]}}, reason: 年金の方}]}"
    (record,) = load_programmes(written(tmp_path, PLAIN + with_pension))
    verdicts = [check_programme(record, {"income_source": told}, NOW).verdict for told in (["pension"], ["wages"], ["none"])]
    assert verdicts == ["yes", "unknown", "no"]


def test_yes_comes_before_unknown_and_unknown_before_no() -> None:
    verdicts = [finding.verdict for finding in check_programmes({"age": 70, "household": "single", "care_level": "none"}, NOW)]
    assert verdicts == sorted(verdicts, key=("yes", "unknown", "no").index)
    assert set(verdicts) == {"yes", "unknown", "no"}


def test_amounts_that_hang_on_the_household_follow_it() -> None:
    record = find_programme("sougou_shien_shikin", NOW)
    assert record is not None
    alone = [amount.amount_jpy for amount in amounts_for(record, {"household_size": 1}, NOW)]
    together = [amount.amount_jpy for amount in amounts_for(record, {"household_size": 2}, NOW)]
    assert (150_000 in alone, 200_000 in alone) == (True, False)
    assert (150_000 in together, 200_000 in together) == (False, True)
    assert len(amounts_for(record, {}, NOW)) == 4


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"municipality": "石巻市"}, "yes"),
        ({"municipality": "仙台市"}, "no"),
        ({}, "unknown"),
    ],
)
def test_a_local_programme_holds_only_where_it_is_offered(tmp_path, values, verdict) -> None:
    folder = written(tmp_path, PLAIN.replace("level: national", "level: municipality") + ", area: [石巻市], open_to_all: true}")
    (record,) = load_programmes(folder)
    finding = check_programme(record, values, NOW)
    assert finding.verdict == verdict
    assert (finding.settles == ("municipality",)) == (verdict == "unknown")


def test_a_prefecture_covers_its_municipalities_but_a_name_that_stands_twice_is_left_open(tmp_path) -> None:
    folder = written(tmp_path, PLAIN.replace("level: national", "level: prefecture") + ", area: [東京都], open_to_all: true}")
    (record,) = load_programmes(folder)
    assert check_programme(record, {"municipality": "足立区"}, NOW).verdict == "yes"
    assert check_programme(record, {"municipality": "横浜市"}, NOW).verdict == "no"
    assert check_programme(record, {"municipality": "府中市"}, NOW).verdict == "unknown"


def test_the_version_that_holds_on_the_day_is_found(tmp_path) -> None:
    folder = written(tmp_path, PLAIN + ", valid_to: 2024-03-31, notes: old}", PLAIN + ", valid_from: 2024-04-01, notes: new}")
    assert [record.notes for record in load_programmes(folder)] == ["old", "new"]
    assert [record.covers(date(2024, 3, 31)) for record in load_programmes(folder)] == [True, False]
    assert find_programme("no_such_programme", NOW) is None


@pytest.mark.parametrize(
    ("end", "complaint"),
    [
        (", surprise: 1}", "surprise"),
        (", needs: [flying]}", "flying"),
        (", desk_kinds: [castle]}", "castle"),
        (", households: [royal]}", "royal"),
        (", eligibility: [{when: {at_least: {height: 3}}, reason: 高い方}]}", "height"),
        (", eligibility: [{when: {one_of: {household: [crowd]}}, reason: 多い方}]}", "crowd"),
        (", examples: [{name: 例, values: {age: 若い}, expect: unknown}]}", "age"),
        (", area: [東京都]}", "area"),
        (", successor: something_else}", "successor"),
        (", source: {document: '999'}}", "999"),
        (", source: {title: どこか}}", "publisher"),
        (", amounts: [{unit: 月額}]}", "amount"),
    ],
)
def test_a_slip_in_a_file_stops_loading_and_names_the_record(tmp_path, end, complaint) -> None:
    with pytest.raises(DataError, match=complaint) as raised:
        load_programmes(written(tmp_path, PLAIN + end))
    assert raised.value.record == "aru_seido"


def test_the_same_programme_cannot_stand_twice_for_the_same_time(tmp_path) -> None:
    with pytest.raises(DataError, match="twice"):
        load_programmes(written(tmp_path, PLAIN + "}", PLAIN + "}"))


def test_a_file_without_source_or_date_is_refused(tmp_path) -> None:
    (tmp_path / "one.yml").write_text(f"programmes:\n  - {PLAIN}}}\n", encoding="utf-8")
    with pytest.raises(DataError, match="source"):
        load_programmes(tmp_path)


def test_the_data_folder_holds_no_stray_file() -> None:
    assert {path.suffix for path in FOLDER.iterdir()} == {".yml"}
