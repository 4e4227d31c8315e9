"""The council's figures and the records of use in a real browser: read by eye and by screen reader, on a desk and on a tablet."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.models import Staff
from bot.staff import begin_session
from connectors.console.access import COOKIE
from tests.browser.chromium import axe_finds_nothing, need_chromium, no_sideways_scrolling, serve
from tests.connectors.console.house import House, build_house
from tests.connectors.console.test_statistics import make_cases, next_month


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    need_chromium()
    return request.getfixturevalue("chromium")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = build_house(tmp_path / "var")
    yield house
    house.close()


def enter(browser: Browser, house: House, address: str, width: int, *roles: str) -> Page:
    """A page on which somebody with these roles has logged in."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
    with house.sessions() as session:
        staff = session.get_one(Staff, 1)
        staff.roles = list(roles)
        session.commit()
        context.add_cookies([{"name": COOKIE, "value": begin_session(staff, house.clock()), "url": address}])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def look(page: Page, name: str) -> None:
    """Check the page, and keep a picture of it where MADOGUCHI_PICTURES names a folder."""
    axe_finds_nothing(page)
    no_sideways_scrolling(page)
    assert page.complaints == []
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 768])
def test_the_council_reads_the_figures_and_takes_the_report_along(browser: Browser, house: House, width: int) -> None:
    with serve(house.app) as address:
        page = enter(browser, house, address, width, "council")
        page.goto(f"{address}/console/")
        page.get_by_role("link", name="協議会の統計へ").click()
        expect(page.get_by_text("まだ数字を出しません")).to_be_visible()
        look(page, f"figures-empty-{width}")
        make_cases(house, 9)
        make_cases(house, 6, household="couple", place="北区")
        make_cases(house, 3, household="single_parent", place="荒川区")
        next_month(house)
        page = enter(browser, house, address, width, "council")
        page.goto(f"{address}/console/statistics/")
        expect(page.get_by_role("heading", name="引き継いだ相談（月ごと）")).to_be_visible()
        expect(page.get_by_role("img", name="世帯").first).to_be_visible()
        look(page, f"figures-{width}")
        page.get_by_role("link", name="3か月", exact=True).click()
        expect(page.get_by_role("link", name="3か月", exact=True)).to_have_attribute("aria-current", "true")
        with page.expect_download() as download:
            page.get_by_role("link", name="協議会への報告（Excel）").click()
        assert download.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("width", [1280, 768])
def test_an_admin_finds_who_did_what(browser: Browser, house: House, width: int) -> None:
    with serve(house.app) as address:
        page = enter(browser, house, address, width, "admin")
        page.goto(f"{address}/console/records/")
        look(page, f"records-empty-{width}")
        page.get_by_label("したこと").select_option(label="利用者・設定・データ")
        page.get_by_role("button", name="さがす").click()
        expect(page.get_by_role("rowheader").first).to_be_visible()
        expect(page.get_by_role("cell", name="操作の記録を見た").first).to_be_visible()
        look(page, f"records-{width}")
        page.get_by_label("受付番号").fill("ZZZZ-ZZZZ")
        page.get_by_role("button", name="さがす").click()
        expect(page.get_by_text("この条件に合う記録はありません")).to_be_visible()
