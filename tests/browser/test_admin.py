"""The admin pages in a real browser: an entry from draft to live and back, on three widths, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from knowledge import faq
from tests.browser.chromium import axe_finds_nothing, need_chromium, no_sideways_scrolling, serve
from tests.connectors.console.admin_house import ADMIN, ADMIN_LOGIN, furnish
from tests.connectors.console.house import PASSWORD, House, app_code, build_house

SAVE = "下書きに保存して、見えかたを確かめる"
QUESTION = "見本のカギをなくしたらどうしますか"


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    need_chromium()
    return request.getfixturevalue("chromium")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    kept = list(faq._current)
    house = build_house(tmp_path_factory.mktemp("admin") / "var")
    furnish(house)
    yield house
    house.close()
    faq._current[:] = kept


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    with serve(house.app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str, house: House) -> Iterator[Page]:
    """A page in which the admin has logged in; nothing may break the Content Security Policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/console/login")
    page.get_by_label("ログイン名").fill(ADMIN_LOGIN)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする").click()
    page.get_by_label("アプリに出ている6けたの数字").fill(app_code(house.clock))
    page.get_by_role("button", name="ログインする").click()
    yield page
    context.close()
    assert complaints == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).last.click()


def field(page: Page, name: str):
    """The field with this label."""
    return page.get_by_role("textbox", name=name)


def ask(page: Page, address: str) -> None:
    """Try the question out."""
    page.goto(f"{address}{ADMIN}try")
    field(page, "質問").fill("カギをなくした")
    press(page, "ためす")


def test_an_entry_goes_from_a_faulty_form_to_live_and_back_to_what_it_was(page: Page, address: str) -> None:
    page.get_by_role("link", name="窓口・FAQの編集", exact=True).click()
    page.get_by_role("navigation", name="編集のメニュー").get_by_role("link", name="よくある質問").click()
    page.get_by_role("link", name="質問をつくる").click()
    field(page, "質問").fill(QUESTION)
    field(page, "答え").fill("大家さんに電話します（見本）。")
    field(page, "ほかの言いかた").fill("カギがない")
    press(page, SAVE)
    expect(page.get_by_role("alert")).to_contain_text("1か所を直してください。")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(field(page, "質問")).to_have_value(QUESTION)
    axe_finds_nothing(page)
    page.get_by_role("alert").get_by_role("link", name="ほかの言いかた").click()
    expect(field(page, "ほかの言いかた")).to_be_in_viewport()
    field(page, "ほかの言いかた").fill("カギがない\nカギを落とした\n部屋に入れない")
    press(page, SAVE)
    expect(page.get_by_role("region", name="下書きの見えかた")).to_contain_text("大家さんに電話します（見本）。")
    axe_finds_nothing(page)
    record = page.url.split("?")[0]
    ask(page, address)
    expect(page.get_by_text("大家さんに電話します（見本）。")).to_have_count(0)
    page.goto(record)
    press(page, "この内容で公開する")
    expect(page.get_by_role("status").filter(has_text="公開しました。")).to_be_visible()
    ask(page, address)
    expect(page.get_by_role("status").filter(has_text="この答えが出ます")).to_be_visible()
    expect(page.get_by_text("大家さんに電話します（見本）。")).to_be_visible()
    axe_finds_nothing(page)
    page.goto(f"{record}/edit")
    field(page, "答え").fill("管理会社に電話します（見本）。")
    press(page, SAVE)
    expect(page.get_by_role("table", name="変わったところ")).to_contain_text("管理会社に電話します（見本）。")
    press(page, "この内容で公開する")
    page.goto(f"{record}/history")
    axe_finds_nothing(page)
    press(page, "この内容を下書きにもどす")
    press(page, "この内容で公開する")
    expect(page.get_by_role("region", name="いま公開している見えかた")).to_contain_text("大家さんに電話します（見本）。")


@pytest.mark.parametrize("width", [1280, 768, 320])
def test_every_page_is_accessible_and_fits(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}{ADMIN}desk/?q=世田谷")
    desk = page.locator(".queue__link").first.get_attribute("href")
    programme = f"{ADMIN}programme/"
    page.goto(f"{address}{programme}")
    one = page.locator(".queue__link").first.get_attribute("href")
    paths = ["", "faq/", "desk/", "shop/", "faq/new", "shop/new", "desk/import", "try"]
    for path in [*(f"{ADMIN}{path}" for path in paths), desk, f"{desk}/edit", f"{desk}/history", f"{desk}/withdraw", one, f"{one}/edit"]:
        page.goto(f"{address}{path}")
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        axe_finds_nothing(page)
        no_sideways_scrolling(page)


def test_rows_are_added_by_keyboard_without_losing_what_was_typed(page: Page, address: str) -> None:
    page.goto(f"{address}{ADMIN}desk/new")
    field(page, "窓口の名前").fill("見本窓口")
    page.get_by_role("button", name="電話番号をふやす").focus()
    page.keyboard.press("Enter")
    row = page.get_by_role("group", name="電話番号 1")
    row.get_by_role("textbox", name="番号").fill("03-0000-0000")
    page.get_by_role("button", name="曜日と時間をふやす").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("textbox", name="番号")).to_have_value("03-0000-0000")
    expect(field(page, "窓口の名前")).to_have_value("見本窓口")
    axe_finds_nothing(page)
    page.get_by_role("button", name="電話番号 1を消す").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)


def test_a_table_is_imported_after_a_look_at_it(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}{ADMIN}shop/")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSVで書き出す").click()
    table = tmp_path / "shops.csv"
    headers, first = download.value.path().read_text(encoding="utf-8-sig").splitlines()[:2]
    cells = first.split(",")
    table.write_text("\n".join([headers, ",".join(["", "見本の新しい店", *cells[2:]]), ""]), encoding="utf-8")
    page.get_by_role("link", name="表からまとめて入れる").click()
    page.get_by_label("表のファイル").set_input_files(table)
    press(page, "中身を確かめる")
    expect(page.get_by_role("region", name="ふえるもの")).to_contain_text("見本の新しい店")
    axe_finds_nothing(page)
    no_sideways_scrolling(page)
    press(page, "この内容で公開する")
    expect(page.get_by_role("link", name="見本の新しい店")).to_be_visible()
