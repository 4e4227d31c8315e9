"""What goes out on Telegram: what messages look like, what failures mean, and the pace."""

import logging
import time
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot import inbox
from bot.logs import configure_logging
from bot.models import Conversation
from bot.reply import Button, Card, Reach, Reply
from connectors.message import Blocked, Delivery, Failed, Outcome, Outgoing, Retry, Sent
from connectors.telegram.client import TelegramClient
from connectors.telegram.render import international, render
from connectors.telegram.send import TelegramSender, outcome_of
from connectors.telegram.settings import TelegramSettings
from connectors.telegram.wording import wording
from tests.connectors.fakes.base import Failure
from tests.connectors.fakes.telegram import TOKEN, Chat, FakeTelegram, html_fault, keyboard_fault, refusal, utf16
from tests.connectors.telegram_driver import PERSON, TelegramDriver

CARD = Card(
    id="d1",
    title="福祉<総合>相談課 & 窓口",
    what="お金と住まいの相談ができます。",
    open_now=False,
    hours="月から金 8:30〜17:15",
    reach=[
        Reach(kind="phone", label="電話 03-3880-5111", href="tel:0338805111"),
        Reach(kind="phone", label="よりそい 電話 0120-279-338", href="tel:0120279338"),
        Reach(kind="web", label="ホームページを見る", href="https://example.jp/?a=1&b=2"),
        Reach(kind="visit", label="窓口に行く（足立区中央本町1-17-1）"),
    ],
    say="「家賃のことで相談したい」",
    bring=["身分証", "契約書"],
    source="足立区の一覧",
    as_of="2026年11月",
)


def out(text: str = "", *, author: str = "bot", plain: bool = False, **more: Any) -> Outgoing:
    return Outgoing(7, author, Reply(text=text, **more), plain)


def bare(html: str) -> str:
    import re

    return unescape(re.sub(r"<[^>]*>", "", html))


def test_a_card_is_one_readable_message_with_numbers_to_tap(keys: None) -> None:
    (piece,) = render(out("こちらの窓口です。", kind="suggestion", cards=[CARD]))
    assert html_fault(piece.text) == ""
    assert bare(piece.text).splitlines() == [
        "こちらの窓口です。", "", "■ 福祉<総合>相談課 & 窓口", "お金と住まいの相談ができます。", "いまは閉まっています", "月から金 8:30〜17:15",
        "電話 03-3880-5111", "押すと電話できます +81338805111", "よりそい 電話 0120-279-338", "ホームページを見る",
        "窓口に行く（足立区中央本町1-17-1）", "こう伝えてください", "「家賃のことで相談したい」", "持っていくもの", "・身分証", "・契約書",
        "足立区の一覧　2026年11月",
    ]  # fmt: skip
    assert 'href="https://example.jp/?a=1&amp;b=2"' in piece.text


def test_a_card_without_formatting_says_the_same(keys: None) -> None:
    (piece,) = render(out("こちらです。", cards=[CARD], plain=True, buttons=[Button(title="はい", payload="/affirm")]))
    assert piece.plain and piece.keyboard is None
    assert "福祉<総合>相談課 & 窓口" in piece.text and "https://example.jp/?a=1&b=2" in piece.text
    assert piece.text.endswith(f"{wording().choose}\n・はい"), "what the buttons said can be written"


def test_several_cards_do_not_become_one_endless_message(keys: None) -> None:
    long = CARD.model_copy(update={"what": "できることの説明です。" * 40})
    pieces = render(out("窓口です。", kind="suggestion", cards=[long, long, long], buttons=[Button(title="はい", payload="/affirm")]))
    assert len(pieces) == 3
    assert [piece.keyboard is not None for piece in pieces] == [False, False, True]
    assert len(render(out("まず、こちらへ。", kind="lifeline", cards=[long, long, long]))) == 1, "lifelines come in one message"


def test_long_texts_are_cut_where_a_sentence_ends(keys: None) -> None:
    text = "大家さんから、出てほしいと言われました😢。" * 700
    pieces = render(out(text))
    assert len(pieces) > 1
    assert all(utf16(piece.text) <= 4096 and piece.text.endswith("。") for piece in pieces)
    assert "".join(piece.text for piece in pieces) == text


@pytest.mark.parametrize("plain", [False, True])
def test_what_may_light_up_a_locked_screen_begins_with_a_line_that_says_nothing(keys: None, plain: bool) -> None:
    message = out("「夫が」という話です。" * 900, cards=[CARD], plain=plain)
    open_pieces, covered = render(message), render(message, private=True)
    assert len(open_pieces) == len(covered) > 1, "a part keeps its number when time passes between two tries"
    for open_piece, piece in zip(open_pieces, covered, strict=True):
        notice, rest = piece.text.split("\n\n", 1)
        assert notice == wording().private_notice
        assert rest == (open_piece.text if plain else f"<tg-spoiler>{open_piece.text}</tg-spoiler>")
        assert plain or (html_fault(piece.text) == "" and utf16(bare(piece.text)) <= 4096)


def test_a_late_answer_says_nothing_in_the_notification_and_a_quick_one_is_open(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    for minutes, text in ((0, "家賃のことですね。"), (10, "夫から逃げたいのですね。")):
        quiet.house.now += timedelta(minutes=minutes)
        with quiet.house.sessions() as session:
            conversation_id = session.scalars(select(Conversation.id)).one()
            inbox.add_reply(session, conversation_id, Reply(text=text), in_reply_to=None, now=quiet.house.now, author="staff")
            session.commit()
        send_for(quiet, 5)
    quick, late = quiet.telegram.seen_by(str(PERSON))
    assert "家賃" in quick.preview
    assert "夫" in late.text and "夫" not in late.preview and late.preview.startswith(wording().private_notice)
    assert quiet.telegram.problems == []


@given(text=st.text(max_size=6000), staff=st.booleans(), plain=st.booleans())
def test_any_text_arrives_whole_and_is_valid_html(text: str, staff: bool, plain: bool) -> None:
    pieces = render(out(text, author="staff" if staff else "bot", plain=plain))
    for piece in pieces:
        assert piece.plain or html_fault(piece.text) == ""
        assert 1 <= utf16(piece.text if piece.plain else bare(piece.text)) <= 4096
    read = "".join(piece.text if piece.plain else bare(piece.text) for piece in pieces)
    name = wording().staff_name if staff and pieces else ""
    assert "".join(read.split()) == "".join((name + text).split())


def test_a_caseworkers_words_say_whose_they_are(keys: None) -> None:
    (piece,) = render(out("<あした>お電話します", author="staff"))
    assert piece.text == "<b>相談員より</b>\n&lt;あした&gt;お電話します"


def test_buttons_fit_a_narrow_phone_and_telegrams_limits(keys: None) -> None:
    titles = ["はい", "いいえ", "答えたくない", "なぜ聞くのですか", "住まいの相談をつづける", "い" * 80]
    (piece,) = render(out("どうですか", buttons=[Button(title=title, payload="/inform_situation") for title in titles]))
    assert piece.keyboard is not None
    assert [[button.text for button in row] for row in piece.keyboard.inline_keyboard] == [
        ["はい", "いいえ"], ["答えたくない", "なぜ聞くのですか"], ["住まいの相談をつづける"], ["い" * 59 + "…"],
    ]  # fmt: skip
    assert keyboard_fault(piece.keyboard.to_json()) is None


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("tel:0338805111", "+81338805111"), ("tel:09012345678", "+819012345678"), ("tel:0120279338", None), ("tel:0570064556", None),
        ("tel:110", None), ("tel:188", None), ("tel:%237119", None), ("https://example.jp", None), ("", None),
    ],
)  # fmt: skip
def test_only_numbers_with_an_international_form_get_one(link: str, number: str | None) -> None:
    assert international(link) == number


def caused(fault: TelegramError, cause: Exception) -> TelegramError:
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (RetryAfter(17), Retry("http_429", 17.0, whole_channel=True)),
        (Forbidden("Forbidden: bot was blocked by the user"), Blocked()),
        (Forbidden("Forbidden: user is deactivated"), Blocked()),
        (BadRequest("Chat not found"), Blocked("chat_not_found")),
        (BadRequest("can't parse entities"), Failed("http_400")),
        (InvalidToken(f"The token `{TOKEN}` was rejected"), Retry("http_401", 300.0, whole_channel=True)),
        (Conflict("terminated by other getUpdates request"), Retry("http_409", 300.0, whole_channel=True)),
        (caused(TimedOut(), httpx.ReadTimeout(TOKEN)), Retry("timeout", unknown=True)),
        (caused(TimedOut(), httpx.ConnectTimeout(TOKEN)), Retry("timeout")),
        (caused(TimedOut(), httpx.PoolTimeout(TOKEN)), Retry("timeout")),
        (caused(NetworkError("x"), httpx.ConnectError(TOKEN)), Retry("connection")),
        (caused(NetworkError("x"), httpx.RemoteProtocolError(TOKEN)), Retry("no_answer", unknown=True)),
        (NetworkError("Bad Gateway"), Retry("http_5xx", unknown=True)),
        (TelegramError("Invalid server response"), Retry("unreadable_answer", unknown=True)),
    ],
)
def test_what_a_failure_means(fault: TelegramError, outcome: Outcome) -> None:
    assert outcome_of(fault) == outcome


@pytest.fixture
def paced(telegram: FakeTelegram, telegram_config: TelegramSettings) -> Any:
    """The sender at Telegram's real pace."""
    client = TelegramClient(telegram_config)
    yield TelegramSender(client)
    client.close()


def deliver(sender: TelegramSender, chat: int, text: str, now: datetime, part: int = 0) -> Outcome:
    while (wait := sender.pace.reserve(str(chat))) > 0:
        time.sleep(wait)
    return sender.send(Delivery(str(chat), [out(text)], part, "key", 1, False, None, now))


def test_the_pace_keeps_telegrams_limits(paced: TelegramSender, telegram: FakeTelegram, now: datetime, keys: None) -> None:
    for chat in range(40):
        telegram.chats[chat] = Chat(chat)
    began = time.monotonic()
    assert {deliver(paced, chat, "一", now) for chat in range(40)} == {Sent()}
    assert time.monotonic() - began > 40 / 30
    assert [deliver(paced, 1, text, now) for text in ("二", "三")] == [Sent(), Sent()]
    assert telegram.too_fast == 0
    assert [bubble.text for bubble in telegram.seen_by("1")] == ["一", "二", "三"]


def test_who_blocked_us_or_is_gone_is_noticed(paced: TelegramSender, telegram: FakeTelegram, now: datetime, keys: None) -> None:
    telegram.chats[1] = Chat(1, blocked=True)
    assert deliver(paced, 1, "一", now) == Blocked()
    assert deliver(paced, 2, "一", now) == Blocked("chat_not_found")
    assert deliver(paced, 1, "", now) == Failed("empty")


def test_a_long_message_goes_part_by_part(paced: TelegramSender, telegram: FakeTelegram, now: datetime, keys: None) -> None:
    telegram.chats[1] = Chat(1)
    text = "住まいの話です。" * 600
    assert [deliver(paced, 1, text, now, part) for part in (0, 1)] == [Sent(more=True), Sent()]
    assert "".join(bubble.text for bubble in telegram.seen_by("1")) == text


def send_for(person: TelegramDriver, seconds: int) -> None:
    """Send until nothing waits any more, while at most so many pretended seconds pass."""
    for _ in range(seconds):
        person.house.send()
        if all(row.status != "pending" for row in person.house.outgoing()):
            return
        person.house.now += timedelta(seconds=1)
    raise AssertionError("it was never sent")


def test_what_may_have_come_twice_is_marked_and_counted(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    with quiet.house.sessions() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
        for text in ("一", "二"):
            inbox.add_reply(session, conversation_id, Reply(text=text), in_reply_to=None, now=quiet.house.now)
        session.commit()
    quiet.telegram.fail(refusal(502, "Bad Gateway", accepted=True))
    send_for(quiet, 5)
    assert [row.status for row in quiet.house.outgoing()] == ["uncertain", "sent"]
    assert [bubble.text for bubble in quiet.sees()] == ["一", "一", "二"]


def test_the_token_is_in_no_log_whatever_fails(
    quiet: TelegramDriver, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(configure_logging)
    configure_logging(logging.DEBUG)
    for name in ("telegram", "httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    quiet.telegram.fail(
        Failure(status=500, body={"oops": TOKEN}, where="sendMessage"), Failure(kind="cut", where="sendMessage"),
        Failure(kind="hang", where="sendMessage"), refusal(401, f"Unauthorized {TOKEN}"), refusal(404, "Not Found"), Failure(status=500, where="setMyCommands"),
    )  # fmt: skip
    quiet.writes("カナリア7731です")
    with quiet.house.sessions() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
        inbox.add_reply(session, conversation_id, Reply(text="カナリア7731さん"), in_reply_to=None, now=quiet.house.now)
        session.commit()
    send_for(quiet, 1000)
    quiet.telegram.stop()
    quiet.channel.start()
    time.sleep(0.5)
    quiet.telegram.start()
    monkeypatch.setattr("connectors.telegram.channel.receive", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        quiet.writes("カナリア7731と申します")
    assert quiet.house.outgoing()[-1].status in ("sent", "uncertain")
    written = "".join(capfd.readouterr())
    assert "send_not_done" in written and "telegram_introduction_failed" in written, "the failures themselves are logged"
    ours = "\n".join(line for line in written.splitlines() if "uvicorn.access" not in line)  # the pretended Telegram's own
    assert TOKEN not in ours and TOKEN.split(":")[1] not in ours
    assert "カナリア" not in ours and str(PERSON) not in ours
