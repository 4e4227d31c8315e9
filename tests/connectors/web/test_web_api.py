"""The JSON API of the website widget."""

import asyncio
import json

import pytest
from sqlalchemy import select

from bot.inbox import conversation_for_token, erase_conversation
from bot.models import Conversation, Message
from bot.reply import Button
from connectors.web.easy import easily
from connectors.web.limits import MAX_BODY_BYTES, MAX_TEXT
from connectors.web.send import LiveFeed
from tests.connectors.web.conftest import Web


def test_a_token_opens_one_conversation_and_cannot_be_guessed(web: Web) -> None:
    first, second = web.begin(), web.begin()
    assert first != second
    assert len(first["Authorization"]) > 40
    assert web.client.get("/api/web/messages", headers=first).status_code == 200


@pytest.mark.parametrize("head", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}])
def test_without_its_token_no_conversation_is_shown(web: Web, head: dict[str, str]) -> None:
    web.begin()
    for method, path in [("GET", "messages"), ("GET", "stream"), ("POST", "messages"), ("DELETE", "conversation")]:
        body = {"event_id": "event-0001", "text": "あ"} if method == "POST" else None
        answer = web.client.request(method, f"/api/web/{path}", headers=head, json=body)
        assert answer.status_code == 401
        assert answer.json()["error"].endswith("。")


def test_a_message_is_stored_once_however_often_it_is_delivered(web: Web) -> None:
    head = web.begin()
    assert web.say(head, "家賃のことです")[0] == 202
    status, body = web.say(head, "家賃のことです")
    assert status == 200
    assert web.stored() == [("text", {"text": "家賃のことです", "payload": None})]
    assert body["id"] == web.client.get("/api/web/messages", headers=head).json()["messages"][0]["id"]


def test_the_same_event_id_of_another_conversation_is_another_event(web: Web) -> None:
    web.say(web.begin(), "ひとりめ")
    assert web.say(web.begin(), "ふたりめ")[0] == 202
    assert len(web.stored()) == 2


def test_only_a_button_that_was_offered_counts_as_pressed(web: Web) -> None:
    head = web.begin()
    web.answer("どうしますか", (Button(title="はい", payload="/affirm"),))
    web.say(head, "はい", "event-0001", payload="/affirm")
    web.say(head, "ぜんぶ", "event-0002", payload="/erase_everything")
    assert [content["payload"] for _, content in web.stored()] == ["/affirm", None]


@pytest.mark.parametrize("text", ["", "   \n\t", "\u3000", "\u200b\u200d", "\u0000"])
def test_words_that_nobody_can_see_are_refused_kindly(web: Web, text: str) -> None:
    status, body = web.say(web.begin(), text)
    assert (status, web.stored()) == (422, [])
    assert "ひとことでも" in str(body["error"])


@pytest.mark.parametrize("text", ["あ" * MAX_TEXT, "🏠", "مرحبا", "1\u200b2", "改行\nあり"])
def test_any_words_up_to_the_limit_are_taken_as_they_are(web: Web, text: str) -> None:
    assert web.say(web.begin(), text)[0] == 202
    assert web.stored()[0][1]["text"] == text


@pytest.mark.parametrize("length", [MAX_TEXT + 1, 10_000])
def test_too_long_a_message_is_refused_with_advice(web: Web, length: int) -> None:
    status, body = web.say(web.begin(), "あ" * length)
    assert status == 422
    assert "4000" in str(body["error"])


def test_half_a_surrogate_pair_does_not_break_the_database(web: Web) -> None:
    head = web.begin() | {"Content-Type": "application/json"}
    answer = web.client.post("/api/web/messages", content=b'{"event_id": "event-0001", "text": "\\ud83c \\u3042"}', headers=head)
    assert answer.status_code == 202
    assert web.stored()[0][1]["text"] == "? あ"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"text": "a"}', b'{"event_id": "start", "text": "a"}', b'{"event_id": "../../../x", "text": "a"}']
)
def test_a_body_that_is_not_a_message_gets_a_sentence_and_nothing_of_itself_back(web: Web, body: bytes) -> None:
    answer = web.client.post("/api/web/messages", content=body, headers=web.begin() | {"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]


def test_a_huge_body_is_refused_before_it_is_read_as_json(web: Web) -> None:
    answer = web.client.post("/api/web/messages", content=b"x" * (MAX_BODY_BYTES + 1), headers=web.begin())
    assert answer.status_code == 413
    assert answer.json()["error"].endswith("。")


def test_the_twenty_first_message_of_a_minute_waits_for_the_next(web: Web) -> None:
    head, other = web.begin(), web.begin()
    assert [web.say(head, "あ", f"event-{number:04}")[0] for number in range(21)] == [202] * 20 + [429]
    assert web.say(other, "あ")[0] == 202
    web.wait(61)
    assert web.say(head, "あ", "event-0020")[0] == 202


def test_one_address_cannot_open_conversations_without_end(web: Web) -> None:
    for _ in range(60):
        web.begin()
    answer = web.client.post("/api/web/conversations", json={})
    assert answer.status_code == 429
    assert answer.json()["error"].endswith("。")


def test_messages_come_after_the_last_one_seen_with_who_speaks_and_who_types(web: Web) -> None:
    head = web.begin()
    web.answer("こんにちは", kind="text")
    last = web.client.get("/api/web/messages", headers=head).json()["messages"][-1]["id"]
    web.say(head, "家賃")
    news = web.client.get(f"/api/web/messages?after={last}", headers=head).json()
    assert [(message["author"], message["text"]) for message in news["messages"]] == [("resident", "家賃")]
    assert (news["typing"], news["holder"]) == (True, "bot")


def test_what_the_browser_fetched_is_marked_as_delivered(web: Web) -> None:
    head = web.begin()
    shown = web.answer("こんにちは")
    web.client.get("/api/web/messages", headers=head)
    later = web.answer("まだ見ていません")
    with web.sessions() as session:
        assert [session.get_one(Message, number).status for number in (shown, later)] == ["sent", "pending"]


def test_deleting_leaves_nothing_of_the_conversation(web: Web) -> None:
    head = web.begin()
    web.say(head, "家賃")
    assert web.client.delete("/api/web/conversation", headers=head).status_code == 204
    assert web.client.get("/api/web/messages", headers=head).status_code == 401
    with web.sessions() as session:
        assert session.scalars(select(Message)).all() == []
        assert session.scalars(select(Conversation)).all() == []


def test_nothing_of_the_api_is_kept_by_caches(web: Web) -> None:
    head = web.begin()
    for answer in (web.client.get("/api/web/messages", headers=head), web.client.get("/api/web/messages")):
        assert answer.headers["cache-control"] == "no-store"


def test_another_website_may_embed_the_widget_but_no_cookie_goes_with_it(web: Web) -> None:
    asked = web.client.options("/api/web/messages", headers={"Origin": "https://city.example", "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert "authorization" in asked.headers["access-control-allow-headers"]
    answer = web.client.get("/api/web/messages", headers=web.begin() | {"Origin": "https://city.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in web.client.get("/plain", headers={"Origin": "https://city.example"}).headers


def test_the_municipality_of_the_site_is_kept_for_the_greeting(web: Web) -> None:
    web.client.post("/api/web/conversations", json={"municipality": "足立区"})
    with web.sessions() as session:
        assert session.scalars(select(Message)).one().content["site_municipality"] == "足立区"
    assert web.client.post("/api/web/conversations", json={"municipality": "あ" * 41}).status_code == 422


def _feed(web: Web, after: int) -> LiveFeed:
    return LiveFeed(web.sessions, web.live, lambda: web.now, web.conversation_id(), after)


async def _take(feed: LiveFeed, count: int) -> list[tuple[str | None, str | None, object]]:
    found: list[tuple[str | None, str | None, object]] = []
    stream = feed.events()
    async with asyncio.timeout(5):
        async for event in stream:
            if event.comment is None:
                found.append((event.event, event.id, json.loads(str(event.data))))
            if len(found) == count:
                break
    await stream.aclose()  # type: ignore[attr-defined]
    return found


def test_the_stream_catches_up_from_the_last_message_seen(web: Web) -> None:
    web.begin()
    first, second = web.answer("ひとつめ"), web.answer("ふたつめ")
    events = asyncio.run(_take(_feed(web, first), 2))
    assert [(event, number) for event, number, _ in events] == [("message", str(second)), ("typing", None)]


def test_the_stream_brings_what_is_said_while_it_is_open_without_waiting_to_look(web: Web) -> None:
    web.begin()
    last = web.answer("こんにちは")

    async def follow() -> list[tuple[str | None, str | None, object]]:
        taking = asyncio.create_task(_take(_feed(web, last), 2))
        await asyncio.sleep(0.2)
        web.answer("あとから")
        web.live.ring(web.conversation_id())
        async with asyncio.timeout(1):
            return await taking

    typing, message = asyncio.run(follow())
    assert typing == ("typing", None, {"typing": False, "holder": "bot"})
    assert message[0] == "message"


def test_the_stream_takes_back_what_the_person_had_deleted(web: Web) -> None:
    web.begin()
    old = web.answer("消すことば")

    async def follow() -> list[tuple[str | None, str | None, object]]:
        taking = asyncio.create_task(_take(_feed(web, old), 3))
        await asyncio.sleep(0.2)
        new = web.answer("消しました")
        with web.sessions() as session:
            session.delete(session.get_one(Message, old))
            session.commit()
        web.live.ring(web.conversation_id())
        events = await taking
        assert events[1] == ("reset", None, {"oldest": new})
        return events

    asyncio.run(follow())


def test_the_stream_ends_when_the_conversation_is_deleted(web: Web) -> None:
    head = web.begin()

    async def follow() -> list[tuple[str | None, str | None, object]]:
        taking = asyncio.create_task(_take(_feed(web, 0), 2))
        await asyncio.sleep(0.2)
        with web.sessions() as session:
            erase_conversation(session, conversation_for_token(session, head["Authorization"].removeprefix("Bearer ")))
        web.live.ring(1)
        return await taking

    assert asyncio.run(follow())[-1] == ("gone", None, {})


def test_our_words_come_with_readings_on_request_and_theirs_as_they_are() -> None:
    message = {
        "author": "bot", "text": "家賃の相談", "easy_text": "", "cards": [{"id": "x", "title": "住宅課", "reach": [{"label": "電話"}]}],
        "buttons": [{"title": "答えたくない", "payload": "/refuse_answer"}],
    }  # fmt: skip
    read = easily(message)
    assert read["text"] == "家賃（やちん）の相談（そうだん）"
    assert read["cards"][0]["title"] == "住宅（じゅうたく）課（か）"
    assert read["cards"][0]["reach"][0]["label"] == "電話（でんわ）"
    assert read["buttons"] == [{"title": "答えたくない", "payload": "/refuse_answer", "shown": "答（こた）えたくない"}]
    assert easily({**message, "easy_text": "家（いえ）のお金（かね）"})["text"] == "家（いえ）のお金（かね）"
    assert easily({**message, "author": "resident"})["text"] == "家賃の相談"
