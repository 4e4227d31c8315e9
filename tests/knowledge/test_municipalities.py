from pathlib import Path

import pytest

from knowledge.municipalities import DATA, MunicipalityError, build, load_municipalities


def test_the_table_holds_every_municipality_of_japan_once() -> None:
    places = load_municipalities()
    own = [place for place in places if not place.city_code]
    assert len(own) == 1741  # 1718 municipalities and the 23 special wards
    assert len({place.code for place in places}) == len(places)
    assert len({place.prefecture for place in places}) == 47


def test_a_designated_city_stands_above_its_wards() -> None:
    by_code = {place.code: place for place in load_municipalities()}
    wards = [place for place in by_code.values() if place.city_code]
    assert {by_code[ward.city_code].name for ward in wards} >= {
        "札幌市",
        "横浜市",
        "川崎市",
        "相模原市",
        "浜松市",
        "北九州市",
    }
    assert len({ward.city_code for ward in wards}) == 20


def test_readings_end_as_their_names_do() -> None:
    endings = {
        "市": ("し",),
        "区": ("く",),
        "町": ("ちょう", "まち"),
        "村": ("むら", "そん"),
    }
    assert [place.name for place in load_municipalities() if not place.kana.endswith(endings[place.name[-1]])] == []


@pytest.mark.parametrize(
    ("code", "prefecture", "name", "kana", "county"),
    [
        ("13121", "東京都", "足立区", "あだちく", ""),
        ("14130", "神奈川県", "川崎市", "かわさきし", ""),
        ("10345", "群馬県", "吉岡町", "よしおかまち", "北群馬郡"),
        ("29203", "奈良県", "大和郡山市", "やまとこおりやまし", ""),
        ("13381", "東京都", "三宅村", "みやけむら", "三宅島"),
    ],
)
def test_county_and_name_are_kept_apart(code: str, prefecture: str, name: str, kana: str, county: str) -> None:
    place = {place.code: place for place in load_municipalities()}[code]
    assert (place.prefecture, place.name, place.kana, place.county) == (
        prefecture,
        name,
        kana,
        county,
    )


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text(
        "code,prefecture,name,kana,county,city_code\n13121,東京都,,あだちく,,\n",
        encoding="utf-8",
    )
    with pytest.raises(MunicipalityError, match=r"places\.csv, line 2"):
        load_municipalities(path)


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("code,name\n13121,足立区\n", encoding="utf-8")
    with pytest.raises(MunicipalityError, match="first line"):
        load_municipalities(path)


def test_building_again_gives_the_same_table(tmp_path: Path) -> None:
    built = tmp_path / "built.csv"
    assert build(built) == len(load_municipalities())
    assert built.read_bytes() == DATA.read_bytes()
