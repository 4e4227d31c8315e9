"""The console in a real browser: a caseworker's morning, by keyboard, on three widths."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from knowledge.load import load_all
from tests.browser.chromium import axe_finds_nothing, need_chromium, no_sideways_scrolling, serve
from tests.connectors.console.house import LOGIN, PASSWORD, House, app_code, build_house, make_long_case, make_small_case


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    need_chromium()
    return request.getfixturevalue("chromium")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = build_house(tmp_path / "var")
    with house.sessions() as session:
        load_all(session)
        session.commit()
    make_long_case(house)
    make_small_case(house, contact_unsafe=("yes", "夫に知られたくない"), reasons=(["dv"], "夫から逃げたい"))
    yield house
    house.close()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with serve(house.app) as address:
        yield address


def open_page(browser: Browser, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="ja-JP").new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def log_in(page: Page, address: str, house: House) -> None:
    page.goto(f"{address}/console/")
    page.get_by_label("ログイン名").fill(LOGIN)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする").click()
    page.get_by_label("アプリに出ている6けたの数字").fill(app_code(house.clock))
    page.get_by_role("button", name="ログインする").click()
    expect(page.get_by_role("heading", name="相談の一覧")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 768, 320])
def test_every_page_is_accessible_and_fits(browser: Browser, address: str, house: House, width: int) -> None:
    page = open_page(browser, width)
    page.goto(f"{address}/console/login")
    axe_finds_nothing(page)
    no_sideways_scrolling(page)
    log_in(page, address, house)
    for path in ("", "cases/1", "cases/2", "alerts/1", "knowledge/", "nothing"):
        page.goto(f"{address}/console/{path}")
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        axe_finds_nothing(page)
        no_sideways_scrolling(page)
    assert page.complaints == []
    page.context.close()


def test_a_failed_login_is_told_accessibly(browser: Browser, address: str) -> None:
    page = open_page(browser, 768)
    page.goto(f"{address}/console/login")
    page.get_by_label("ログイン名").fill("nobody")
    page.get_by_label("パスワード").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ログインできませんでした。")
    axe_finds_nothing(page)
    page.context.close()


def test_a_caseworkers_morning_by_keyboard_alone(browser: Browser, address: str, house: House) -> None:
    page = open_page(browser, 1280)
    page.goto(f"{address}/console/")
    _tab_to(page, "ログイン名")
    page.keyboard.type(LOGIN)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="確認コード")).to_be_visible()
    page.keyboard.type(app_code(house.clock))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="相談の一覧")).to_be_visible()
    _tab_to(page, "会話 1番の知らせを見た")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="「見た」を記録しました。")).to_be_visible()
    _tab_to_link(page, "/console/cases/1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="必要かもしれない支援")).to_be_visible()
    _tab_to(page, "状況")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="状況を保存しました。")).to_be_visible()
    expect(page.get_by_label("状況", exact=True)).to_have_value("first_response")
    _tab_to(page, "ログアウト")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="必要かもしれない支援")).to_have_count(0)
    page.context.close()


def test_the_words_of_a_fact_lead_to_the_message_they_stand_in(browser: Browser, address: str, house: House) -> None:
    page = open_page(browser, 1280)
    log_in(page, address, house)
    page.goto(f"{address}/console/cases/1")
    evidence = page.locator(".evidence", has_text="それより高いと無理").first
    page.locator(f"[aria-controls={evidence.get_attribute('id')}]").click()
    link = evidence.get_by_role("link", name="それより高いと無理")
    link.scroll_into_view_if_needed()
    box = link.bounding_box()  # Playwright's own click misses what stands in columns
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    bubble = page.locator(".bubble:target")
    expect(bubble).to_contain_text("それより高いと無理です。")
    expect(bubble).to_be_in_viewport()
    page.context.close()


def test_an_open_queue_tells_that_something_new_came(browser: Browser, address: str, house: House) -> None:
    page = open_page(browser, 1280)
    page.clock.install()
    log_in(page, address, house)
    rows = page.locator("a[href^='/console/cases/']")
    before = rows.count()
    make_small_case(house, utilities_stopped=("yes", "電気が止まりました"))
    page.clock.run_for(21_000)
    expect(rows).to_have_count(before + 1)
    assert page.title().startswith("【緊急1件】")
    axe_finds_nothing(page)
    page.context.close()


def test_an_open_case_leaves_the_screen_when_the_session_has_ended(browser: Browser, address: str, house: House) -> None:
    page = open_page(browser, 1280)
    page.clock.install()
    log_in(page, address, house)
    page.goto(f"{address}/console/cases/1")
    house.clock.pass_time(minutes=31)
    page.clock.run_for(21_000)
    expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
    page.context.close()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this accessible name has the focus."""
    own_name = "(one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent || '').trim()"
    _tab_until(page, f"one => {own_name} === '{name}'")


def _tab_to_link(page: Page, href: str) -> None:
    _tab_until(page, f"one => one.getAttribute('href') === '{href}'")


def _tab_until(page: Page, reached: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"({reached})(document.activeElement)"):
            return
    raise AssertionError("Tab does not lead there")
