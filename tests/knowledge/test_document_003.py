"""The programmes and offices of document 003 (2007-2008) hold what its table, texts and list of offices say."""

from datetime import date, datetime
from functools import cache

import pytest

from knowledge.directory import Directory, phones_to_show
from knowledge.files import read_desk_files
from knowledge.programmes import find_programme, household_matrix, load_households, load_programmes
from knowledge.suggestions import find_desk

NOW = datetime.fromisoformat("2026-11-21T10:00:00+09:00")
KINDS = [kind.id for kind in load_households().households]
RECORDS = {record.id: record for record in load_programmes() if record.source and record.source.document == "003"}

# The document's table: one line a row, one character a kind of household in the order of its columns.
MATRIX = """
yuuryou_juutaku_shutoku_shien     oo..........
shibouji_ikkatsu_shoukan_yuushi   o...........
juutaku_loan_saimu_hoshou         o...........
baria_furii_shotokuzei_koujo      oo..........
baria_furii_koteishisanzei_gengaku oo..........
maihoomu_kariage                  o...........
kourei_enkatsu_nyuukyo_chintai    o...........
kourei_senyou_chintai             o...........
anshin_chintai_shien              oooo........
chiiki_yuuryou_chintai            oooooooooooo
yachin_saimu_hoshou_2008          oooo........
shuushin_tatemono_chintaishaku_2008 o...........
koukyou_chintai_baria_furii       oo..........
koueijuutaku_tanshin_nyuukyo      oo...o.o.ooo
koueijuutaku_shuunyuu_kanwa       oo.o...o..oo
koueijuutaku_yuusen_nyuukyo       oooooooooooo
koueijuutaku_sumikae              oooooooooooo
shirubaa_haujingu                 oo..........
korekutibu_juutaku                o...........
guruupu_hoomu_katsuyou            oo..........
fukushi_shisetsu_ittai_seibi      oooooooooooo
"""
ROWS = dict(line.split() for line in MATRIX.strip().splitlines())


@cache
def directory() -> Directory:
    return Directory.from_files()


def money(programme_id: str, condition: str) -> int | str | None:
    amounts = [amount for amount in RECORDS[programme_id].amounts if condition in (amount.condition or amount.unit or "")]
    assert len(amounts) == 1, amounts
    return amounts[0].amount_jpy if amounts[0].amount_jpy is not None else amounts[0].text


def test_there_are_the_twelve_kinds_of_household() -> None:
    assert [kind.label for kind in load_households().households] == [
        "高齢者", "障害者", "外国人", "子育て世帯", "母子世帯・父子世帯", "DV被害者", "犯罪被害者", "戦傷病者・原子爆弾被爆者",
        "ホームレス", "被生活保護者", "海外からの引揚者", "ハンセン病療養所入所者等",
    ]  # fmt: skip


@pytest.mark.parametrize("programme_id", ROWS)
def test_each_row_of_the_table_has_its_circles(programme_id) -> None:
    marked = {kind for kind, mark in zip(KINDS, ROWS[programme_id], strict=True) if mark == "o"}
    assert set(RECORDS[programme_id].households) == marked


def test_the_table_is_whole() -> None:
    assert set(RECORDS) == set(ROWS)
    assert {kind: len(ids) for kind, ids in household_matrix().items()} == {
        kind: sum(row[place] == "o" for row in ROWS.values()) for place, kind in enumerate(KINDS)
    }


@pytest.mark.parametrize(
    ("programme_id", "condition", "expected"),
    [
        ("yuuryou_juutaku_shutoku_shien", "5年間", "年0.3%下げる"),
        ("shibouji_ikkatsu_shoukan_yuushi", "バリアフリー改修", 5_000_000),
        ("shibouji_ikkatsu_shoukan_yuushi", "マンションの建替え", 10_000_000),
        ("juutaku_loan_saimu_hoshou", "保証料", "貸付元金の1.5%"),
        ("baria_furii_shotokuzei_koujo", "増改築", "ローン残高1,000万円までの1.0%"),
        ("baria_furii_shotokuzei_koujo", "うちバリアフリー", "ローン残高200万円までの2.0%"),
        ("baria_furii_koteishisanzei_gengaku", "30万円以上", "税額の3分の1を減額"),
        ("chiiki_yuuryou_chintai", "80%", 487_000),
        ("chiiki_yuuryou_chintai", "高齢者向け", "25㎡以上"),
        ("chiiki_yuuryou_chintai", "そのほか", "50㎡以上"),
        ("yachin_saimu_hoshou_2008", "未払いの家賃", "家賃の6か月分まで"),
        ("yachin_saimu_hoshou_2008", "もとに戻す", "家賃の9か月分まで"),
        ("yachin_saimu_hoshou_2008", "保証料", "月の家賃の35%"),
        ("koueijuutaku_shuunyuu_kanwa", "25%", 200_000),
        ("koueijuutaku_shuunyuu_kanwa", "40%", 268_000),
        ("shirubaa_haujingu", "実施", "800を超える団地"),
    ],
)
def test_sums_and_rates_are_those_of_the_document(programme_id, condition, expected) -> None:
    assert money(programme_id, condition) == expected


@pytest.mark.parametrize(
    ("programme_id", "last_day"),
    [
        ("baria_furii_shotokuzei_koujo", date(2008, 12, 31)),
        ("baria_furii_koteishisanzei_gengaku", date(2010, 3, 31)),
        ("kourei_enkatsu_nyuukyo_chintai", date(2011, 10, 19)),
        ("kourei_senyou_chintai", date(2011, 10, 19)),
    ],
)
def test_programmes_end_on_their_day(programme_id, last_day) -> None:
    assert (RECORDS[programme_id].status, RECORDS[programme_id].valid_to) == ("ended", last_day)


@pytest.mark.parametrize(
    ("programme_id", "successor"),
    [
        ("kourei_enkatsu_nyuukyo_chintai", "saabisu_tsuki_koureisha_muke_juutaku"),
        ("kourei_senyou_chintai", "saabisu_tsuki_koureisha_muke_juutaku"),
        ("anshin_chintai_shien", "seefutii_netto_touroku_juutaku"),
        ("yachin_saimu_hoshou_2008", "yachin_saimu_hoshou"),
        ("shuushin_tatemono_chintaishaku_2008", "shuushin_tatemono_chintaishaku"),
        ("koueijuutaku_tanshin_nyuukyo", "koueijuutaku"),
    ],
)
def test_ended_programmes_lead_to_what_took_their_place(programme_id, successor) -> None:
    following = find_programme(successor, NOW)
    assert RECORDS[programme_id].successor == successor
    assert following is not None
    assert following.status == "current"


def test_nothing_of_the_document_is_current() -> None:
    assert {record.status for record in RECORDS.values()} == {"ended", "unverified"}
    assert {record.as_of for record in RECORDS.values()} == {date(2008, 12, 31)}


def test_there_are_47_prefectures_and_17_designated_cities() -> None:
    desks = read_desk_files()["prefectures_003"].desks
    assert len({desk.prefecture for desk in desks if not desk.municipality}) == 47
    assert len({desk.municipality for desk in desks if desk.municipality}) == 17
    assert len(desks) == 64
    assert {desk.status for desk in desks} == {"unverified"}
    assert len({phone.number for desk in desks for phone in desk.phones}) == 64


@pytest.mark.parametrize(
    ("desk_id", "area", "number", "office"),
    [
        ("hokkaido_pref_housing", "北海道", "011-231-4111", "建設部住宅課"),
        ("tokyo_pref_housing", "東京都", "03-5320-4967", "民間住宅課"),
        ("kanagawa_pref_housing", "神奈川県", "045-210-6557", "県土整備部住宅課"),
        ("nagano_pref_housing", "長野県", "026-235-7339", "住宅部住宅課"),
        ("osaka_pref_housing", "大阪府", "06-6941-0351", "居住企画課"),
        ("hiroshima_pref_housing", "広島県", "082-513-4164", "都市事業局住宅室"),
        ("okinawa_pref_housing", "沖縄県", "098-866-2418", "土木建築部住宅課"),
        ("sapporo_city_housing", "札幌市", "011-211-2807", "市街地整備部"),
        ("saitama_shi_city_housing", "さいたま市", "048-829-1520", "建設局建築部住宅課"),
        ("niigata_shi_city_housing", "新潟市", "025-228-1000", "住環境政策課"),
        ("sakai_city_housing", "堺市", "072-228-8215", "住宅まちづくり課"),
        ("fukuoka_shi_city_housing", "福岡市", "092-711-4279", "都心居住"),
    ],
)
def test_offices_keep_the_number_of_2008_and_show_none(desk_id, area, number, office) -> None:
    desk = directory().desk(desk_id)
    assert desk is not None
    assert area in (desk.municipality, desk.prefecture)
    assert [phone.number for phone in desk.phones] == [number]
    assert office in (desk.notes or "")
    assert phones_to_show(desk, NOW) == []
    assert desk.find


def test_a_resident_is_led_to_the_prefecture_without_the_old_number() -> None:
    desk = find_desk("prefecture_housing", ["housing_search"], {"municipality": "甲府市"}, directory(), NOW)
    assert desk is not None
    assert desk.id == "yamanashi_pref_housing"
