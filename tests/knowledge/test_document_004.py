"""What prefectures offer municipalities, the tables and the findings hold what document 004 (2025) says."""

import pytest

from knowledge.practices import load_practices


def records(kind: str) -> dict:
    return {record.id: record for record in getattr(load_practices(), kind) if record.source.document == "004"}


@pytest.mark.parametrize(
    ("figure", "row", "numbers"),
    [
        ("members_of_15_prefectures", "市区町村", [15]),
        ("members_of_15_prefectures", "居住支援法人", [12]),
        ("members_of_15_prefectures", "社会福祉協議会", [14]),
        ("members_of_15_prefectures", "宅地建物取引業協会", [14]),
        ("members_of_15_prefectures", "全日本不動産協会", [12]),
        ("members_of_15_prefectures", "受刑者関係（保護観察所等）", [10]),
        ("meetings_per_year", "令和3年度", [1, 3, 2, 0, 6, 3]),
        ("meetings_per_year", "令和4年度", [2, 4, 3, 0, 4, 2]),
        ("meetings_per_year", "令和5年度", [1, 6, 2, 2, 3, 1]),
        ("survey_size", "市", [48]),
        ("survey_size", "居住支援法人", [45]),
        ("survey_size", "協議会の構成員でない法人", [12]),
        ("rules_on_meetings", "毎年開くと定める", [12]),
        ("rules_on_meetings", "うち最低の回数も定める", [11]),
        ("cities_without_council", "協議会がない", [39]),
        ("cities_without_council", "連携の体制を特に検討していない", [30]),
    ],
)
def test_the_tables_have_their_numbers(figure, row, numbers) -> None:
    assert records("figures")[figure].cells[row] == numbers


def test_the_meetings_add_up_to_fifteen_prefectures_a_year_and_to_the_total() -> None:
    cells = records("figures")["meetings_per_year"].cells
    years = [cells[f"令和{year}年度"] for year in (3, 4, 5)]
    assert [sum(year) for year in years] == [15, 15, 15]
    assert [sum(column) for column in zip(*years, strict=True)] == cells["合計"]


@pytest.mark.parametrize(
    ("practice", "words"),
    [
        ("pref_ikenkoukan_kai", "令和6年度"),
        ("pref_senmonka_haken", "10市区町村のうち少なくとも3つ"),
        ("pref_houjin_ikusei", "令和4年度に9法人、令和5年度に6法人"),
        ("pref_seminar", "15県のうち11県"),
        ("pref_seminar", "7県"),
        ("pref_kouryuu", "15県のうち10県"),
        ("pref_ikou_chousa", "複数の市区町村"),
    ],
)
def test_what_prefectures_offer_comes_with_what_came_of_it(practice, words) -> None:
    assert any(words in result for result in records("practices")[practice].results)


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ("four_prefectures_ask", "4県"),
        ("shared_2025_02_04", "2025年2月4日"),
        ("guide_revised_2025_03_19", "2025年3月19日"),
        ("all_prefectures_have_council", "すべて"),
        ("not_held_since_covid", "開いていない県"),
    ],
)
def test_the_findings_are_there(finding, words) -> None:
    assert words in records("findings")[finding].text


def test_the_document_names_no_prefecture_and_neither_do_we() -> None:
    assert {practice.where for practice in records("practices").values()} == {None}
    assert {practice.level for practice in records("practices").values()} == {"prefecture"}
