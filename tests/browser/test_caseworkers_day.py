"""A caseworker's whole day in a real browser: an emergency, the chat, a fact, another office, a paper, the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.models import Case, Conversation, Message, Organisation, Referral
from knowledge.load import load_all
from tests.browser.chromium import axe_finds_nothing, need_chromium, no_sideways_scrolling, serve
from tests.connectors.console.house import LOGIN, PASSWORD, House, Talk, app_code, build_house, make_long_case

OTHER_OFFICE = "（見本）となりの居住支援法人"
REPLY = "相談員の見本です。お手紙のことで、夕方にお電話してもいいですか。"
ANSWER = "（見本）はい、17時ならだいじょうぶです。"


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    need_chromium()
    return request.getfixturevalue("chromium")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = build_house(tmp_path / "var")
    with house.sessions() as session:
        load_all(session)
        session.add(
            Organisation(name=OTHER_OFFICE, kind="support_corporation", municipalities=[], takes_rest=False, created_at=house.clock())
        )
        session.commit()
    make_long_case(house)
    yield house
    house.close()


def test_a_caseworkers_whole_day(browser: Browser, house: House) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP").new_page()
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    with serve(house.app) as address:
        _log_in(page, address, house)
        _take_the_emergency(page)
        _talk_with_the_resident(page, house)
        _mend_a_fact(page)
        _refer(page)
        _take_a_paper(page)
        _hand_back_and_close(page, house)
        page.context.close()
    with house.sessions() as session:
        case = session.scalars(select(Case)).one()
        assert case.first_contact_at is not None
        assert case.status == "closed"
        assert session.scalars(select(Referral)).one().status == "withdrawn"


def _log_in(page: Page, address: str, house: House) -> None:
    page.goto(f"{address}/console/")
    page.get_by_label("ログイン名").fill(LOGIN)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする").click()
    page.get_by_label("アプリに出ている6けたの数字").fill(app_code(house.clock))
    page.get_by_role("button", name="ログインする").click()
    expect(page.get_by_role("heading", name="相談の一覧")).to_be_visible()


def _take_the_emergency(page: Page) -> None:
    assert page.title().startswith("【緊急1件】")
    page.get_by_role("button", name="会話 1番の知らせを見た").click()
    expect(page.get_by_role("status").filter(has_text="「見た」を記録しました。")).to_be_visible()
    assert "緊急" not in page.title()
    page.locator("a[href='/console/cases/1']").first.click()
    page.get_by_role("button", name="会話を引き取る").click()
    expect(page.get_by_text("あなたが返事をしています。")).to_be_visible()
    expect(page.get_by_label("状況", exact=True)).to_have_value("first_response")


def _talk_with_the_resident(page: Page, house: House) -> None:
    talk = page.get_by_role("log", name="会話の記録")
    page.get_by_label("本人への返事").fill(REPLY)
    page.get_by_role("button", name="送る", exact=True).click()
    expect(talk).to_contain_text(REPLY)
    with house.sessions() as session:
        conversation = session.scalars(select(Conversation)).one()
        assert conversation.holder == "staff"
        sent = session.scalars(select(Message).where(Message.author == "staff").order_by(Message.id.desc())).first()
        assert sent is not None
        assert sent.content["text"] == REPLY
        Talk(session, conversation.id, house.clock).hear(ANSWER)
        session.commit()
    expect(talk).to_contain_text(ANSWER)  # without a reload: the page asks every three seconds
    axe_finds_nothing(page)
    no_sideways_scrolling(page)


def _mend_a_fact(page: Page) -> None:
    page.goto(page.url.split("?")[0].split("#")[0] + "/facts/rent_max")
    axe_finds_nothing(page)
    page.get_by_label("数字（円）").fill("52000")
    page.get_by_role("button", name="確かめた内容として保存").click()
    fact = page.locator("#fact-rent_max")
    expect(fact).to_contain_text("相談員が記入")
    expect(fact.locator(".fact__before")).to_contain_text("本人の話")
    value = fact.locator("[data-toggle]")
    if value.count():
        value.focus()
        page.keyboard.press("Enter")
        expect(value).to_have_attribute("aria-expanded", "true")


def _refer(page: Page) -> None:
    page.get_by_role("link", name="ほかの窓口へつなぐ").click()
    axe_finds_nothing(page)
    page.get_by_label("つなぐ先").select_option(label=OTHER_OFFICE)
    page.get_by_label("ここまでにしたこと").fill("（見本）希望の地域と家賃を聞いた。")
    page.get_by_label("おねがいしたいこと").fill("（見本）荷物の片づけと、部屋さがしの同行。")
    page.get_by_role("button", name="つなぐ", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("まだ送っていません。")  # nobody's consent was noted
    for box in page.locator("input[name=items]").all():
        box.check()
    page.locator("input[name=how]").first.check()
    page.locator("input[name=agreed]").check()
    page.get_by_role("button", name="つなぐ", exact=True).click()
    record = page.locator("section[aria-labelledby=referrals-title]")
    expect(record).to_contain_text(OTHER_OFFICE)
    record.get_by_role("button", name="取り下げる").click()
    expect(record.get_by_role("button", name="取り下げる")).to_have_count(0)


def _take_a_paper(page: Page) -> None:
    case = page.url.split("?")[0].split("#")[0]
    page.get_by_role("link", name="書類を出す").click()
    axe_finds_nothing(page)
    link = page.locator("a[href$='.pdf']").first
    with page.expect_download(timeout=60_000) as waiting:
        link.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
    page.goto(case)


def _hand_back_and_close(page: Page, house: House) -> None:
    page.get_by_role("button", name="自動応答にもどす").click()
    expect(page.get_by_role("button", name="会話を引き取る")).to_be_visible()
    with house.sessions() as session:
        assert session.scalars(select(Conversation)).one().holder == "bot"
    page.get_by_label("状況", exact=True).select_option("closed")
    page.get_by_role("button", name="状況を保存").click()
    expect(page.get_by_role("status").filter(has_text="状況を保存しました。")).to_be_visible()
    page.get_by_role("link", name="相談の一覧").first.click()
    page.get_by_text("終了・対象外（1件）").click()
    expect(page.locator("#closed-cases a").first).to_be_visible()
