"""The council's figures: whole months, nothing under five, charts with a table, files without formulas, closed to who has no business there."""

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from bot.figures import read_figures, whole_months
from bot.models import Conversation, DirectoryGap, MonthlyCount
from knowledge.vocabulary import load_vocabulary
from tests.connectors.console.house import TOKYO, House
from tests.connectors.console.reading import text_of
from tests.connectors.console.test_people import browser_of

STATISTICS = "/console/statistics/"


def make_cases(house: House, count: int, *, household: str = "single", place: str = "足立区", sample: bool = False) -> None:
    for _ in range(count):
        with house.sessions() as session:
            talk = house.talk(session)
            session.get_one(Conversation, talk.id).sample = sample
            talk.hear("家賃が払えません", reasons=(["rent_arrears"], "家賃が払えません"), household=(household, ""), municipality=(place, ""))
            talk.hand_over()
            session.commit()


def next_month(house: House) -> None:
    house.clock.pass_time(days=32)


def table_of(house: House, name: str, **options: bool):
    with house.sessions() as session:
        figures = read_figures(session, whole_months(house.clock(), 3), **options)
    return figures, next(one for one in figures.tables if one.id == name)


def test_the_months_are_over() -> None:
    assert whole_months(datetime(2026, 2, 28, 23, 59, tzinfo=TOKYO), 3) == ("2025-11", "2025-12", "2026-01")
    assert whole_months(datetime(2026, 3, 1, tzinfo=TOKYO), 1) == ("2026-02",)


def test_small_numbers_are_hidden_everywhere(house: House) -> None:
    make_cases(house, 7)
    make_cases(house, 2, household="couple", place="北区")
    next_month(house)
    figures, households = table_of(house, "households")
    assert figures.cases == 9
    shown = {row.id: row.total for row in households.rows}
    assert shown["couple"] is None
    assert shown["single"] is None, "7 would tell, by taking it from the total, that there were 2"
    answer = browser_of(house, "council").get(STATISTICS, params={"months": "3"})
    assert "伏せています" in answer.text


def test_under_five_cases_give_no_figures(house: House) -> None:
    make_cases(house, 4)
    next_month(house)
    figures, _table = table_of(house, "cases")
    assert figures.cases is None
    assert not any(table.shown for table in figures.tables)
    assert "まだ数字を出しません" in text_of(browser_of(house, "council").get(STATISTICS).text)


def test_this_month_and_samples_are_left_out(house: House) -> None:
    make_cases(house, 6, sample=True)
    next_month(house)
    make_cases(house, 6)
    assert table_of(house, "cases")[0].cases == 0
    assert table_of(house, "cases", sample=True)[0].cases == 6
    page = browser_of(house, "council").get(STATISTICS, params={"sample": "yes"})
    assert "【見本】協議会の統計" in text_of(page.text)


def test_each_chart_has_a_title_a_description_and_a_table(house: House) -> None:
    make_cases(house, 6)
    next_month(house)
    page = browser_of(house, "council").get(STATISTICS).text
    assert page.count("<svg") == page.count("<title id=") == page.count("<desc id=") > 5
    assert page.count("<table") >= page.count("<svg")
    assert "style=" not in page


def test_places_without_a_desk_are_told_from_five_people_on(house: House) -> None:
    make_cases(house, 6)
    desk = next(iter(load_vocabulary().desk_kinds))
    with house.sessions() as session:
        for place, people in (("足立区", 5), ("北区", 4)):
            session.add(DirectoryGap(municipality=place, desk_kind=desk, month="2026-04", known="not_known", given="prefecture", people=people))
        session.commit()
    next_month(house)
    _figures, gaps = table_of(house, "gaps")
    assert [(row.id, row.total) for row in gaps.rows] == [(f"足立区:{desk}", 5)]


def test_deleted_cases_still_count(house: House) -> None:
    with house.sessions() as session:
        session.add(MonthlyCount(month="2026-04", municipality="足立区", measure="case", value="", by="", count=3))
        session.commit()
    make_cases(house, 3)
    next_month(house)
    assert table_of(house, "cases")[0].cases == 6


def test_the_files_say_the_same_and_hold_no_formula(house: House) -> None:
    make_cases(house, 6)
    make_cases(house, 6, place="=1+1")
    next_month(house)
    council = browser_of(house, "council")
    answer = council.get(f"{STATISTICS}figures.csv")
    assert answer.headers["content-disposition"].endswith(".csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["住んでいるところ", "足立区", "件数", "6"] in lines
    assert ["住んでいるところ", "'=1+1", "件数", "6"] in lines
    assert not [cell for line in lines for cell in line if cell.startswith("=")]
    book = load_workbook(io.BytesIO(council.get(f"{STATISTICS}report.xlsx").content))
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert 12 in values
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(("role", "status"), [("council", 200), ("supervisor", 200), ("caseworker", 403), ("admin", 403)])
def test_who_sees_them(house: House, role: str, status: int) -> None:
    browser = browser_of(house, role)
    for path in ("", "figures.csv", "report.xlsx"):
        assert browser.get(f"{STATISTICS}{path}").status_code == status


def test_the_council_is_led_to_the_figures_and_reads_what_prefectures_offer(house: House) -> None:
    council = browser_of(house, "council")
    assert "/console/statistics/" in council.get("/console/").text
    page = text_of(council.get(STATISTICS).text)
    assert "都道府県が市区町村にしている支援" in page
    assert "専門家の派遣と無料相談会" in page
