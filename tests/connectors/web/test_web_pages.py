"""The pages around the chat and the chat without JavaScript."""

import gzip
import re

import pytest

from bot.reply import Button
from connectors.web.assets import load_assets
from tests.connectors.web.conftest import Web

WIDGET_FILES = ("widget.js", "widget.css", "strings.ja.json")
PLAIN = "madoguchi_plain"


@pytest.mark.parametrize("path", ["/", "/chat", "/plain", "/blank", "/plain/erase"])
def test_pages_load_nothing_from_elsewhere_and_are_not_kept(web: Web, path: str) -> None:
    page = web.client.get(path)
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert not re.search(r"<style|<script(?![^>]*src=)| style=| on[a-z]+=", page.text)


def test_the_landing_page_shows_only_lines_whose_source_is_young_enough(web: Web) -> None:
    assert {"110", "119", "0120-279-338"} <= set(re.findall(r'class="number">([^<]+)', web.client.get("/").text))
    web.wait(3 * 365 * 24 * 60 * 60)
    assert set(re.findall(r'class="number">([^<]+)', web.client.get("/").text)) == {"110", "119"}


def test_the_page_to_close_to_says_nothing_about_this_service(web: Web) -> None:
    text = web.client.get("/blank").text
    assert not any(word in text for word in ("まどぐち", "相談", "住まい", "madoguchi"))


def test_the_widget_is_small_enough_for_slow_mobile_data() -> None:
    assets = load_assets()
    names = [name for name in assets if name.endswith(".js") or name in WIDGET_FILES]
    assert sum(len(assets[name].compressed) for name in names) <= 60 * 1024


def test_assets_are_compressed_and_revalidated(web: Web) -> None:
    first = web.client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert gzip.decompress(load_assets()["widget.js"].compressed).decode() == first.text
    assert web.client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert web.client.get("/static/web/receive.py").status_code == 404


def _begin(web: Web, shared: bool = False) -> str:
    answer = web.client.post("/plain/start", data={"shared": "1"} if shared else {})
    assert answer.status_code == 303
    return answer.headers["set-cookie"]


def _event_id(page: str, start: str) -> str:
    found = re.search(rf'name="event_id" value="({start}-[^"]+)"', page)
    assert found
    return found[1]


def test_looking_at_the_plain_page_begins_nothing(web: Web) -> None:
    web.client.get("/plain")
    assert web.conversation_id() == 0


def test_the_plain_cookie_is_out_of_reach_for_scripts_and_other_sites(web: Web) -> None:
    cookie = _begin(web).lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age" in cookie


def test_on_a_shared_device_the_plain_cookie_ends_with_the_browser(web: Web) -> None:
    assert "max-age" not in _begin(web, shared=True).lower()


def test_the_plain_chat_takes_words_and_buttons(web: Web) -> None:
    _begin(web)
    asking = web.answer("どうしますか", (Button(title="はい", payload="/affirm"), Button(title="いいえ", payload="/deny")))
    page = web.client.get("/plain").text
    assert "どうしますか" in page
    pressed = {"event_id": _event_id(page, "b"), "message_id": str(asking), "choice": "1"}
    assert web.client.post("/plain", data=pressed).status_code == 303
    written = {"event_id": _event_id(page, "t"), "text": "書いたこと"}
    assert web.client.post("/plain", data=written).status_code == 303
    assert web.client.post("/plain", data=written).status_code == 303
    assert web.stored() == [("button", {"text": "いいえ", "payload": "/deny"}), ("text", {"text": "書いたこと", "payload": None})]


def test_the_plain_chat_is_read_in_plain_japanese_at_will(web: Web) -> None:
    _begin(web)
    web.answer("家賃はいくらですか", (Button(title="答えたくない", payload="/refuse"),))
    page = web.client.get("/plain").text
    web.client.post("/plain", data={"event_id": _event_id(page, "t"), "text": "<b>家賃</b>は払えません"})
    assert "<ruby>" not in web.client.get("/plain").text.partition("<ol")[2]
    assert web.client.post("/plain/easy", data={"on": "true"}).status_code == 303
    page = web.client.get("/plain").text
    assert "<ruby>家賃<rp>（</rp><rt>やちん</rt><rp>）</rp></ruby>" in page
    assert "&lt;b&gt;家賃&lt;/b&gt;は払えません" in page
    web.client.post("/plain/easy", data={})
    assert "<ruby>家賃" not in web.client.get("/plain").text


def test_the_plain_chat_offers_buttons_only_for_the_open_question(web: Web) -> None:
    _begin(web)
    web.answer("まえの質問", (Button(title="まえの答え", payload="/affirm"),))
    page = web.client.get("/plain").text
    web.client.post("/plain", data={"event_id": _event_id(page, "t"), "text": "答えました"})
    web.answer("つぎの質問", (Button(title="つぎの答え", payload="/deny"),))
    page = web.client.get("/plain").text
    assert "つぎの答え" in page
    assert "まえの答え" not in page


def test_the_plain_chat_keeps_words_that_it_could_not_take(web: Web) -> None:
    _begin(web)
    page = web.client.get("/plain").text
    long = "あ" * 4001
    answer = web.client.post("/plain", data={"event_id": _event_id(page, "t"), "text": long})
    assert answer.status_code == 422
    assert long in answer.text
    assert "4000文字まで" in answer.text


def test_what_people_and_desks_say_is_text_and_never_markup(web: Web) -> None:
    _begin(web)
    card = {"id": "x", "title": "<b>見本</b>", "reach": [{"kind": "web", "label": "押す", "href": "javascript:alert(1)"}]}
    web.answer("<script>alert(1)</script>", cards=[card])
    page = web.client.get("/plain").text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "javascript:" not in page


@pytest.mark.parametrize(("method", "path"), [("GET", "/plain/exit"), ("POST", "/plain/forget")])
def test_closing_and_forgetting_take_the_conversation_off_the_device(web: Web, method: str, path: str) -> None:
    _begin(web)
    web.answer("見られたくないことば")
    answer = web.client.request(method, path)
    assert answer.status_code == 303
    assert PLAIN not in web.client.cookies
    assert "見られたくないことば" not in web.client.get("/plain").text
    assert web.conversation_id() != 0


def test_the_plain_chat_deletes_everything_on_request(web: Web) -> None:
    _begin(web)
    assert web.client.post("/plain/erase").status_code == 200
    assert web.conversation_id() == 0


def test_a_plain_message_without_a_conversation_leads_back_to_the_start(web: Web) -> None:
    answer = web.client.post("/plain", data={"event_id": "t-00000000", "text": "あ"})
    assert answer.status_code == 401
    assert "相談をはじめる" in answer.text
