"""Tables in and out: what a sheet says is what is taken over, as a whole or not at all, and what goes out comes back the same."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from knowledge.database import Base, open_engine
from knowledge.directory import Directory, phones_to_show
from knowledge.editing import get_record, list_records, publish, save_draft
from knowledge.exchange import EXCHANGED, Preview, apply_import, export_csv, preview_import, write_csv
from knowledge.exchange_cells import guard, unguard
from knowledge.exchange_schedule import read_schedule
from knowledge.hours import TOKYO
from knowledge.load import load_all
from knowledge.vocabulary import load_vocabulary

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)
SHOPS = """協力不動産店一覧（令和8年）,,,,
店舗名,所在地,電話,市区町村,高齢者,障がい者,外国人,備考,定休日
見本不動産,足立区見本1-1,03(0000)0001,足立区,○,,○,保証人は相談,水曜
見本ホーム,足立区見本2-2,０３-００００-０００２,足立区,,○,,,火曜
"""


def sheet(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def loaded() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        load_all(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(loaded: Engine) -> Iterator[Session]:
    with Session(loaded) as opened:
        yield opened
        opened.rollback()


def preview(session: Session, kind: Any, text: str | bytes, name: str = "list.csv", **options: Any) -> Preview:
    return preview_import(session, kind, name, text.encode() if isinstance(text, str) else text, NOW, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_municipalitys_own_list_is_understood_in_any_usual_encoding(session: Session, encoding: str) -> None:
    found = preview(session, "shop", SHOPS.encode(encoding))
    assert found.errors == ()
    assert found.ignored == ("定休日",)
    assert [(row.row, row.title, row.content["accepts"], row.content["phone"]) for row in found.added] == [
        (3, "見本不動産", ["elderly", "foreign"], "03-0000-0001"),
        (4, "見本ホーム", ["disability"], "03-0000-0002"),
    ]
    assert found.added[0].content["source"] == {"document": "admin", "as_of": "2026-11-20", "section": None, "page": None}


def test_the_same_list_as_xlsx_gives_the_same(session: Session) -> None:
    rows = list(csv.reader(io.StringIO(SHOPS)))
    from_csv, from_xlsx = preview(session, "shop", SHOPS), preview(session, "shop", sheet(*rows), "list.xlsx")
    assert from_xlsx.added == from_csv.added


def test_a_list_that_is_taken_over_is_live_and_taken_over_again_changes_nothing(session: Session) -> None:
    assert apply_import(session, preview(session, "shop", SHOPS), "tanaka", NOW).written == 2
    again = preview(session, "shop", SHOPS)
    assert (again.added, again.changed, again.unchanged, again.applicable) == ((), (), 2, False)
    line = next(line for line in list_records(session, "shop") if line.title == "見本ホーム")
    assert (line.state, get_record(session, "shop", line.id).history[0].author) == ("published", "tanaka")


def test_only_columns_of_the_sheet_are_changed_and_the_preview_says_what(session: Session) -> None:
    apply_import(session, preview(session, "shop", SHOPS), "tanaka", NOW)
    found = preview(session, "shop", "名前,市区町村,住所\n見本不動産,足立区,足立区見本9-9\n")
    assert [row.differences for row in found.changed] == [(("address", "足立区見本1-1", "足立区見本9-9"),)]
    assert found.changed[0].content["accepts"] == ["elderly", "foreign"]


def test_a_table_that_is_the_whole_list_withdraws_the_rest_of_its_municipality_only(session: Session) -> None:
    apply_import(session, preview(session, "shop", SHOPS), "tanaka", NOW)
    found = preview(session, "shop", "名前,市区町村,高齢者\n見本不動産,足立区,○\n", replace=True)
    assert [row.title for row in found.removed] == ["見本ホーム"]
    apply_import(session, found, "tanaka", NOW)
    states = {line.title: line.state for line in list_records(session, "shop")}
    assert (states["見本ホーム"], states["見本駅前不動産（見本）"]) == ("withdrawn", "published")


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("見本町,足立区,だれか,2026-11-01", "受け入れる人"),
        ("見本町,足立区,高齢者,きのう", "確かめた日"),
        ("見本町,ない市,高齢者,2026-11-01", "市区町村"),
        (",足立区,高齢者,2026-11-01", "名前"),
    ],
)
def test_one_wrong_row_is_named_in_japanese_and_nothing_is_written(session: Session, cell: str, column: str) -> None:
    found = preview(session, "shop", f"名前,市区町村,受け入れる人,確認日\nよい店,足立区,高齢者、障害者,2026/11/1\n{cell}\n")
    assert [(error.row, error.column) for error in found.errors] == [(3, column)]
    assert found.errors[0].text.startswith(f"3行目「{column}」：")
    assert len(found.added) == 1
    result = apply_import(session, found, "tanaka", NOW)
    assert (result.written, result.errors) == (0, found.errors)
    assert "よい店" not in {line.title for line in list_records(session, "shop")}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.xlsx", b"PK not a workbook"),
        ("list.csv", b"\xff\xfe\x81"),
        ("list.csv", "あ,い\n1,2\n".encode()),
        ("list.csv", "名前,市区町村\n".encode()),
        ("list.csv", "名前,市区町村,店名\nA,足立区,B\n".encode()),
        ("list.csv", b"x" * 5_000_001),
        ("list.csv", '名前,市区町村\n"開いたまま'.encode()),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_one_sentence(session: Session, name: str, data: bytes) -> None:
    found = preview(session, "shop", data, name)
    assert [error.row for error in found.errors] == [0]
    assert found.errors[0].text.endswith("。")


def test_an_import_can_be_rolled_back_as_a_whole(session: Session) -> None:
    assert apply_import(session, preview(session, "shop", SHOPS), "tanaka", NOW).written == 2
    session.rollback()
    assert "見本不動産" not in {line.title for line in list_records(session, "shop")}


def test_the_same_shop_twice_is_a_mistake(session: Session) -> None:
    found = preview(session, "shop", "名前,市区町村\n見本店,足立区\n見本店,足立区\n")
    assert [error.row for error in found.errors] == [3]


def test_what_was_edited_after_the_preview_is_not_overwritten(session: Session) -> None:
    apply_import(session, preview(session, "shop", SHOPS), "tanaka", NOW)
    found = preview(session, "shop", "名前,市区町村,住所\n見本不動産,足立区,足立区見本9-9\n")
    record = get_record(session, "shop", found.changed[0].id)
    save_draft(session, "shop", record.id, {**record.content, "address": "別の人が直した"}, "suzuki", NOW)
    publish(session, "shop", record.id, "suzuki", NOW)
    assert apply_import(session, found, "tanaka", NOW).written == 0
    assert get_record(session, "shop", record.id).content["address"] == "別の人が直した"


def test_a_waiting_draft_is_not_published_by_an_import(session: Session) -> None:
    record = get_record(session, "faq", "kakuho_kyufukin")
    save_draft(session, "faq", record.id, {**record.content, "answer": "まだ途中"}, "suzuki", NOW)
    found = preview(session, "faq", "ID,質問\nkakuho_kyufukin,新しい質問ですか\n")
    assert [error.row for error in found.errors] == [2]


def test_desks_come_in_with_hours_and_a_number_that_is_shown(session: Session) -> None:
    table = "窓口名,市区町村,都道府県,種類,内容,開催日時,予約,電話番号\n"
    kind = load_vocabulary().desk_kinds["housing_desk"]
    row = f"見本の相談,足立区,東京都,{kind},部屋さがしの相談。,第1・第3木曜 13時から16時30分,要予約,03-0000-0000 住宅課\n"
    found = preview(session, "desk", table + row)
    assert found.errors == ()
    assert apply_import(session, found, "tanaka", NOW).written == 1
    desk = Directory.from_database(session).desk(found.added[0].id)
    assert desk is not None
    assert (desk.schedule[0].byday, desk.schedule[0].closes_at, desk.appointment) == (["1TH", "3TH"], dt.time(16, 30), "required")
    assert [(phone.number, phone.label) for phone in phones_to_show(desk, NOW)] == [("03-0000-0000", "住宅課")]


@pytest.mark.parametrize(("as_of", "shown"), [("2018-04-01", []), ("2026-04-01", ["03-0000-0000"])])
def test_a_number_out_of_a_list_is_as_old_as_the_list_says(session: Session, as_of: str, shown: list[str]) -> None:
    kind = load_vocabulary().desk_kinds["housing_desk"]
    row = f"見本の相談,足立区,{kind},相談を受けます。,03-0000-0000,{as_of}\n"
    found = preview(session, "desk", "窓口名,市区町村,種類,内容,電話番号,時点\n" + row)
    assert [error.text for error in found.errors] == []
    assert apply_import(session, found, "tanaka", NOW).written == 1
    desk = Directory.from_database(session).desk(found.added[0].id)
    assert desk is not None
    assert [phone.number for phone in phones_to_show(desk, NOW)] == shown


@pytest.mark.parametrize(
    ("text", "byday"),
    [
        ("毎週月・水", ["MO", "WE"]),
        ("平日 9:00〜17:00", ["MO", "TU", "WE", "TH", "FR"]),
        ("月〜木曜", ["MO", "TU", "WE", "TH"]),
        ("最終金曜日", ["-1FR"]),
        ("第2・4土曜 午前", ["2SA", "4SA"]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, byday: list[str]) -> None:
    assert read_schedule(text)[0]["byday"] == byday


@pytest.mark.parametrize("text", ["いつでも", "木曜 午後1時から3時", "第6月曜"])
def test_hours_that_cannot_be_read_for_sure_are_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        read_schedule(text)


@pytest.mark.parametrize("kind", EXCHANGED)
def test_all_that_is_shipped_comes_back_from_its_own_export_unchanged(session: Session, kind: Any) -> None:
    found = preview(session, kind, export_csv(session, kind), replace=True)
    assert found.errors == ()
    assert (found.added, found.changed, found.removed) == ((), (), ())
    assert found.unchanged == len(list_records(session, kind))


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1, max_size=30)
text = words.map(str.strip).filter(bool)
lines = st.lists(text, min_size=1, max_size=3).map("\n".join)
risky = st.one_of(text, st.tuples(st.sampled_from(["=", "+", "-", "@", "'=", "''-", "＝"]), text).map("".join))
shops = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"shop_[a-z0-9]{1,8}", fullmatch=True),
        "name": risky,
        "municipality": st.sampled_from(["足立区", "八王子市", "船橋市"]),
        "address": st.none() | risky,
        "phone": st.none() | st.from_regex(r"0[0-9]{1,3}-[0-9]{4}-[0-9]{4}", fullmatch=True),
        "website": st.none() | st.just("https://example.com/?a=1,2"),
        "accepts": st.lists(st.sampled_from(["all", "elderly", "dv", "public_assistance", "foreign"]), min_size=1, unique=True),
        "status": st.sampled_from(["current", "ended"]),
        "sample": st.just(True),
        "notes": st.none() | lines,
        "checked_on": st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)).map(dt.date.isoformat),
        "source": st.fixed_dictionaries(
            {
                "document": st.just("admin"),
                "as_of": st.just("2026-11-20"),
                "section": st.none() | risky,
                "page": st.none() | st.integers(1, 999),
            }
        ),
    }
)
faqs = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"faq_[a-z0-9]{1,8}", fullmatch=True),
        "question": risky.map(lambda words: f"{words}？"),
        "answer": lines,
        "variants": st.lists(text, min_size=3, max_size=6, unique=True),
        "needs": st.lists(st.sampled_from(sorted(load_vocabulary().needs)), unique=True),
        "desk_kinds": st.lists(st.sampled_from(sorted(load_vocabulary().desk_kinds)), unique=True),
        "source": st.just({"document": "self", "as_of": "2026-11-01", "section": None, "page": None}),
        "status": st.sampled_from(["current", "unverified"]),
    }
)


@pytest.mark.parametrize(("kind", "records"), [("shop", shops), ("faq", faqs)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_exported_comes_back_the_same_into_an_empty_database(kind: Any, records: Any, data: Any) -> None:
    written = data.draw(st.lists(records, min_size=1, max_size=3, unique_by=lambda record: record["id"]))
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        found = preview(session, kind, write_csv(kind, written))
        assert [error.text for error in found.errors] == []
        assert [row.content for row in found.added] == written
    engine.dispose()


@given(st.text(max_size=20))
def test_no_exported_cell_is_taken_for_a_formula_and_each_reads_back(cell: str) -> None:
    guarded = guard(cell)
    assert not guarded.startswith(tuple("=+-@\t\r＝＋－＠"))
    assert unguard(guarded) == cell
