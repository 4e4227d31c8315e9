"""The website widget in a real browser: typing, buttons, the keyboard alone, a narrow phone, broken networks, axe."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.widget_server import WidgetServer

OPEN_QUESTION = "どんなことにお困りですか"
BAD_WORDS = "家賃を払えていません"


def begin(page: Page, server: WidgetServer, path: str = "/chat") -> Locator:
    """Open the chat and return the box to write in."""
    page.goto(server.url + path)
    if path == "/":
        # Before the widget is there, the link leads to the chat as a page of its own.
        page.locator("madoguchi-chat").wait_for(state="attached")
        page.get_by_role("link", name="相談をはじめる").first.click()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    return page.get_by_role("textbox", name="メッセージを書く")


def say(page: Page, text: str, answer: str | None = None) -> None:
    """Write something, press the button and wait for the answer."""
    page.get_by_role("textbox", name="メッセージを書く").fill(text)
    page.get_by_role("button", name="送る", exact=True).click()
    if answer:
        expect(page.get_by_text(answer).last).to_be_visible()


def log_texts(page: Page) -> list[str]:
    """Return the words of all bubbles in order."""
    return page.locator("madoguchi-chat .bubble").all_inner_texts()


def menu(page: Page, *names: str) -> None:
    """Open the settings and press what is named."""
    page.get_by_role("button", name="設定", exact=True).click()
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def assert_accessible(page: Page) -> None:
    """Fail with axe's words when it finds anything against WCAG 2.2 AA or its best practices."""
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()


def assert_fits(page: Page) -> None:
    """Fail when something is wider than the window, or a button is too small for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")
    scroller = page.locator("madoguchi-chat .scroller")
    if scroller.count() and scroller.is_visible():
        assert scroller.evaluate("element => element.scrollWidth <= element.clientWidth")
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or (box["height"] >= 44 and box["width"] >= 44), button.inner_text()


def test_a_person_types_presses_a_button_and_is_answered(page: Page, server: WidgetServer) -> None:
    begin(page, server, "/")
    say(page, BAD_WORDS, "いつまで住めそう")
    page.get_by_role("button", name="今月いっぱい").click()
    expect(page.get_by_text("「今月いっぱい」ですね")).to_be_visible()
    expect(page.get_by_role("button", name="今月いっぱい")).to_have_count(0)
    assert server.received() == [BAD_WORDS, "今月いっぱい"]
    assert_fits(page)


def test_the_keyboard_alone_is_enough(page: Page, server: WidgetServer) -> None:
    page.goto(server.url)
    page.locator("madoguchi-chat").wait_for(state="attached")
    page.get_by_role("link", name="相談をはじめる").first.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("textbox", name="メッセージを書く")
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    expect(box).to_be_focused()
    page.keyboard.type("一行目")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("二行目")
    page.keyboard.press("Enter")
    choice = page.get_by_role("button", name="日にちは決まっていない")
    expect(choice).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if choice.evaluate("element => element.getRootNode().activeElement === element"):
            break
    expect(choice).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("「日にちは決まっていない」ですね")).to_be_visible()
    expect(box).to_be_focused()
    assert server.received() == ["一行目\n二行目", "日にちは決まっていない"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_focus_stays_in_the_chat_while_it_covers_a_phone(page: Page, server: WidgetServer) -> None:
    begin(page, server, "/")
    for _ in range(15):
        page.keyboard.press("Tab")
        inside = "document.activeElement.shadowRoot?.activeElement?.outerHTML || document.activeElement.outerHTML"
        assert page.evaluate("document.activeElement.tagName") == "MADOGUCHI-CHAT", page.evaluate(inside)


def test_enter_that_ends_a_conversion_does_not_send(page: Page, server: WidgetServer) -> None:
    box = begin(page, server)
    box.fill("やちん")
    for init in ("{key: 'Enter', isComposing: true}", "{key: 'Enter', keyCode: 229}"):
        box.evaluate(f"element => element.dispatchEvent(new KeyboardEvent('keydown', {{...{init}, bubbles: true, cancelable: true}}))")
    expect(box).to_have_value("やちん")
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.get_by_text("いつまで住めそう")).to_be_visible()
    assert server.received() == ["やちん"]


def test_the_conversation_survives_a_reload(page: Page, server: WidgetServer) -> None:
    box = begin(page, server, "/")
    say(page, BAD_WORDS, "いつまで住めそう")
    box.fill("書きかけ")
    before = log_texts(page)
    page.reload()
    expect(page.get_by_text("いつまで住めそう")).to_be_visible()
    assert log_texts(page) == before
    expect(page.get_by_role("textbox", name="メッセージを書く")).to_have_value("書きかけ")
    expect(page.get_by_role("button", name="今月いっぱい")).to_be_visible()


def test_on_a_shared_device_nothing_outlives_the_browser(context: BrowserContext, page: Page, server: WidgetServer) -> None:
    begin(page, server)
    page.get_by_label(re.compile("みんなで使う端末です")).first.check()
    say(page, BAD_WORDS, "いつまで住めそう")
    page.reload()
    expect(page.get_by_text("いつまで住めそう")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    other = context.new_page()
    begin(other, server)
    expect(other.get_by_text(BAD_WORDS)).to_have_count(0)


def test_words_are_kept_while_the_network_is_away_and_go_out_by_themselves(
    context: BrowserContext, page: Page, server: WidgetServer
) -> None:
    begin(page, server)
    context.set_offline(True)
    say(page, "圏外で書いたこと")
    expect(page.get_by_text("つながると自動で送ります").first).to_be_visible()
    assert server.received() == []
    context.set_offline(False)
    expect(page.get_by_text("いつまで住めそう")).to_be_visible(timeout=15000)
    assert server.received() == ["圏外で書いたこと"]


def test_unsent_words_survive_a_reload(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    server.switches.fail_with = 503
    server.switches.fail_paths = ("/api/web/messages",)
    say(page, "とどかないことば", "こちらの調子がわるく")
    server.switches.fail_with = None
    page.reload()
    expect(page.get_by_text("いつまで住めそう")).to_be_visible()
    assert server.received() == ["とどかないことば"]
    assert sum("とどかないことば" in text for text in log_texts(page)) == 1


def test_a_failed_message_can_be_sent_again_or_rewritten(page: Page, server: WidgetServer) -> None:
    box = begin(page, server)
    server.switches.fail_with = 503
    server.switches.fail_paths = ("/api/web/messages",)
    say(page, "まちがえた", "こちらの調子がわるく")
    page.get_by_role("button", name="書きなおす").click()
    expect(box).to_have_value("まちがえた")
    expect(page.get_by_text("こちらの調子がわるく")).to_have_count(0)
    server.switches.fail_with = None
    say(page, "なおした", "いつまで住めそう")
    assert server.received() == ["なおした"]


def test_the_same_words_twice_are_two_messages(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    server.switches.silent = True
    say(page, "はい")
    say(page, "はい")
    server.switches.silent = False
    expect(page.get_by_text("いつまで住めそう")).to_have_count(2)
    assert server.received() == ["はい", "はい"]
    assert sum(text == "はい" for text in log_texts(page)) == 2


def test_where_streams_are_held_back_the_chat_asks_instead(page: Page, server: WidgetServer) -> None:
    server.switches.hold_streams = True
    begin(page, server)
    say(page, BAD_WORDS)
    expect(page.get_by_text("いつまで住めそう")).to_be_visible(timeout=25000)


def test_too_long_a_message_is_not_lost(page: Page, server: WidgetServer) -> None:
    box = begin(page, server)
    box.fill("あ" * 4001)
    expect(page.get_by_text("4000文字をこえています")).to_be_visible()
    page.get_by_role("button", name="送る", exact=True).click()
    assert box.input_value() == "あ" * 4001
    assert server.received() == []


def test_a_deleted_conversation_says_so_and_keeps_the_draft(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    page.evaluate("localStorage.setItem('madoguchi:token', '\"no-such-token\"')")
    page.evaluate("localStorage.setItem('madoguchi:draft', '\"書きかけ\"')")
    page.reload()
    page.get_by_role("button", name="新しくはじめる").click()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    expect(page.get_by_role("textbox", name="メッセージを書く")).to_have_value("書きかけ")


def test_a_long_answer_is_shown_from_its_beginning(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    say(page, BAD_WORDS, "いつまで住めそう")
    say(page, "窓口を教えて", "力になれそう")
    server.say_as_staff("つづきの返事です")
    expect(page.get_by_text("つづきの返事です")).to_be_attached()
    expect(page.get_by_text("お話から、こちらの窓口が力になれそうです")).to_be_in_viewport()
    page.get_by_role("button", name="新しい返事を見る").click()
    expect(page.get_by_text("つづきの返事です")).to_be_in_viewport()
    expect(page.get_by_role("button", name="新しい返事を見る")).to_be_hidden()


def test_staff_are_told_apart_and_their_words_arrive_live(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    say(page, BAD_WORDS, "いつまで住めそう")
    server.say_as_staff("相談員の見本です。03-0000-0000 からお電話します。")
    expect(page.get_by_text("相談員の見本です")).to_be_visible()
    expect(page.get_by_text("相談員が対応中")).to_be_visible()
    expect(page.get_by_role("link", name="03-0000-0000")).to_have_attribute("href", "tel:0300000000")


@pytest.mark.parametrize("path", ["/", "/chat"])
@pytest.mark.parametrize("way", ["button", "escape"])
def test_closing_at_once_leaves_nothing_to_come_back_to(page: Page, server: WidgetServer, path: str, way: str) -> None:
    page.goto(f"{server.url}/blank")
    begin(page, server, path)
    if way == "button":
        page.get_by_role("button", name="すぐ閉じる").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url(f"{server.url}/blank")
    length = page.evaluate("history.length")
    page.go_back()
    assert page.url in (f"{server.url}/blank", "about:blank")
    assert length <= 3


def test_forgetting_leaves_the_device_empty_and_the_server_untouched(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    say(page, BAD_WORDS, "いつまで住めそう")
    menu(page, "この端末の記録を消す", "この端末から消す")
    expect(page.get_by_text("この端末から記録を消しました")).to_be_visible()
    assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(name => !name.endsWith(':look'))") == []
    assert server.received() == [BAD_WORDS]
    page.get_by_role("button", name="もう一度相談する").click()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    expect(page.get_by_text(BAD_WORDS)).to_have_count(0)


def test_deleting_everything_deletes_it_on_the_server(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    say(page, BAD_WORDS, "いつまで住めそう")
    menu(page, "相談の記録をぜんぶ消す", "ぜんぶ消す")
    expect(page.get_by_text("やりとりの記録をぜんぶ消しました")).to_be_visible()
    assert server.received() == []


def test_deleting_that_failed_says_so_and_keeps_the_conversation(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    server.switches.fail_with = 503
    menu(page, "相談の記録をぜんぶ消す", "ぜんぶ消す")
    expect(page.get_by_role("alert")).to_contain_text("まだ消せていません")
    page.get_by_role("button", name="設定をとじる").click()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()


def test_the_size_of_letters_and_clear_colours_are_remembered(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    size = "parseFloat(getComputedStyle(document.querySelector('madoguchi-chat').shadowRoot.querySelector('.bubble')).fontSize)"
    normal = page.evaluate(size)
    menu(page)
    page.get_by_text("特大", exact=True).click()
    page.get_by_label("はっきりした色にする").check()
    page.get_by_role("button", name="設定をとじる").click()
    assert page.evaluate(size) > normal * 1.4
    page.reload()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    assert page.evaluate(size) > normal * 1.4
    assert_fits(page)
    assert_accessible(page)


def test_nothing_is_asked_from_another_server(page: Page, server: WidgetServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin(page, server, "/")
    say(page, "窓口を教えて", "力になれそう")
    assert all(url.startswith((server.url, "data:")) for url in asked)
    assert not any("家賃" in url or "token" in url.lower() for url in asked)


def test_a_page_breaking_its_security_policy_would_be_noticed(page: Page, server: WidgetServer) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    begin(page, server, "/")
    say(page, "死にたい", "ひとりではありません")
    menu(page)
    assert complaints == []


def test_another_website_can_embed_it_with_one_script_tag(context: BrowserContext, page: Page, server: WidgetServer) -> None:
    script = f"<script src='{server.url}/widget.js' data-color='#ff8800' data-position='left' defer></script>"
    style = "<style>*{font-size:7px!important;color:red!important}</style>"
    html = (
        f"<!doctype html><html lang='ja'><head><title>市のページ</title>{style}</head><body><main><h1>市</h1></main>{script}</body></html>"
    )
    context.route("http://city.example/**", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto("http://city.example/")
    page.get_by_role("button", name="住まいの相談").click()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    say(page, BAD_WORDS, "いつまで住めそう")
    assert_accessible(page)
    page.get_by_role("button", name="相談の画面をたたむ").click()
    expect(page.get_by_role("button", name="住まいの相談")).to_be_focused()
    server.say_as_staff("とじている間の返事")
    expect(page.get_by_role("button", name=re.compile("新しい返事 1件"))).to_be_visible()


STATES: dict[str, Callable[[Page, WidgetServer], object]] = {
    "empty": lambda page, server: None,
    "chatting": lambda page, server: say(page, BAD_WORDS, "いつまで住めそう"),
    "cards": lambda page, server: say(page, "窓口を教えて", "力になれそう"),
    "lifeline": lambda page, server: say(page, "死にたい", "ひとりではありません"),
    "summary": lambda page, server: say(page, "まとめて", "こうまとめました"),
    "apology": lambda page, server: say(page, "こわれた", "うまくお答え"),
    "menu": lambda page, server: menu(page, "相談の記録をぜんぶ消す"),
    "erased": lambda page, server: menu(page, "相談の記録をぜんぶ消す", "ぜんぶ消す"),
}


def _broken(page: Page, server: WidgetServer) -> None:
    server.switches.fail_with = 503
    say(page, BAD_WORDS, "こちらの調子がわるく")


def _waiting(page: Page, server: WidgetServer) -> None:
    server.switches.silent = True
    say(page, BAD_WORDS, "返事を書いています")


def _staff(page: Page, server: WidgetServer) -> None:
    say(page, BAD_WORDS, "いつまで住めそう")
    server.say_as_staff("相談員の見本です。")
    expect(page.get_by_text("相談員の見本です")).to_be_visible()


STATES |= {"error": _broken, "typing": _waiting, "staff": _staff}


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_wrong(page: Page, server: WidgetServer, state: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    begin(page, server, "/chat" if width == 320 else "/")
    STATES[state](page, server)
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("path", ["/", "/chat", "/plain", "/plain/erase", "/blank"])
def test_axe_finds_nothing_wrong_with_the_pages(page: Page, server: WidgetServer, path: str) -> None:
    page.goto(server.url + path)
    page.wait_for_load_state("networkidle") if path != "/chat" else expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


def test_the_chat_without_javascript_holds_a_conversation(page: Page, server: WidgetServer) -> None:
    # axe needs scripts in the page, so scripts stay on; the plain pages have none.
    page.goto(server.url + "/plain")
    page.get_by_role("button", name="相談をはじめる").click()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_visible()
    for words, answer in [("窓口を教えて", "力になれそう"), ("死にたい", "ひとりではありません"), (BAD_WORDS, "いつまで住めそう")]:
        page.get_by_label("メッセージを書く").fill(words)
        page.get_by_role("button", name="送る").click()
        expect(page.get_by_text(answer)).to_be_visible()
    page.get_by_role("button", name="やさしい日本語").click()
    expect(page.get_by_role("button", name=re.compile("今月")).locator("rt").first).to_have_text("こんげつ")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="ふりがなを消す").click()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="今月いっぱい").click()
    expect(page.get_by_text("「今月いっぱい」ですね")).to_be_visible()
    page.get_by_role("link", name="すぐ閉じる").click()
    page.wait_for_url(f"{server.url}/blank")
    page.go_back()
    expect(page.get_by_text(BAD_WORDS)).to_have_count(0)


def test_without_javascript_the_full_page_chat_leads_to_the_plain_one(
    context: BrowserContext, server: WidgetServer, chromium: object
) -> None:
    page = context.browser.new_context(java_script_enabled=False).new_page() if context.browser else None
    assert page is not None
    page.goto(server.url + "/chat")
    page.get_by_role("link", name="文字だけの相談画面をひらく").click()
    expect(page.get_by_role("button", name="相談をはじめる")).to_be_visible()
    page.context.close()


def test_printing_shows_the_summary_and_the_desks_only(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    say(page, BAD_WORDS, "いつまで住めそう")
    say(page, "窓口を教えて", "力になれそう")
    say(page, "まとめて", "こうまとめました")
    page.evaluate("window.print = () => { window.printed = true }")
    menu(page, "まとめを印刷する・保存する")
    page.wait_for_function("window.printed")
    page.emulate_media(media="print")
    expect(page.get_by_text("こうまとめました")).to_be_visible()
    expect(page.get_by_text("くらしの相談窓口（見本）")).to_be_visible()
    expect(page.get_by_text(OPEN_QUESTION)).to_be_hidden()
    expect(page.get_by_role("button", name="すぐ閉じる")).to_be_hidden()


def test_plain_japanese_with_readings_is_read_at_will_and_kept(page: Page, server: WidgetServer) -> None:
    begin(page, server)
    page.get_by_role("checkbox", name="やさしい日本語とふりがなで読む").check()
    expect(page.locator("madoguchi-chat ruby", has_text="相談").first).to_be_visible()
    say(page, BAD_WORDS)
    button = page.get_by_role("button", name=re.compile("今月"))
    expect(button.locator("rt").first).to_have_text("こんげつ")
    assert page.locator("madoguchi-chat .message.resident ruby").count() == 0
    assert_accessible(page)
    assert_fits(page)
    button.click()
    expect(page.locator("madoguchi-chat .message.bot", has_text="いっぱい")).to_be_visible()
    assert server.received() == [BAD_WORDS, "今月いっぱい"]
    page.reload()
    expect(page.locator("madoguchi-chat ruby", has_text="相談").first).to_be_visible()
    menu(page)
    page.get_by_role("checkbox", name="やさしい日本語とふりがなで読む").uncheck()
    expect(page.locator("madoguchi-chat ruby")).to_have_count(0)
