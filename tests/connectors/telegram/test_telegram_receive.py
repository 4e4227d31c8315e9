"""What comes in from Telegram, without the model: commands, buttons, edits, memberships, and what is not read."""

import json
import time
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from bot import inbox
from bot.models import Conversation, FactRow, Message
from bot.reply import Button, Reply
from connectors.telegram.errors import TelegramMisconfigured
from connectors.telegram.settings import TelegramSettings
from connectors.telegram.wording import read_command, wording
from knowledge.database import Base
from tests.connectors.fakes.telegram import SECRET, TOKEN, FakeTelegram
from tests.connectors.telegram_driver import GROUP, HEADER, PERSON, TelegramDriver


def wait_until(condition: Any) -> None:
    until = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def ask(driver: TelegramDriver, *buttons: tuple[str, str], text: str = "どうですか") -> None:
    """Let the bot ask something with buttons, and send it."""
    with driver.house.sessions() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
        reply = Reply(text=text, buttons=[Button(title=title, payload=payload) for title, payload in buttons])
        inbox.add_reply(session, conversation_id, reply, in_reply_to=None, now=driver.house.now)
        session.commit()
    driver.house.send()


def kept(driver: TelegramDriver) -> list[tuple[str, str, str | None]]:
    return [(row.kind, row.content["text"], row.content["payload"]) for row in driver.house.incoming()]


@pytest.mark.parametrize("name", sorted(set(wording().commands) - {"start"}))
def test_a_command_is_the_dialogues_own_intent(quiet: TelegramDriver, name: str) -> None:
    quiet.writes(f"/{name}@fake_bot")
    command = wording().commands[name]
    assert kept(quiet) == [("button", command.text, command.payload)]


def test_what_stands_after_a_command_is_read_too(quiet: TelegramDriver) -> None:
    quiet.writes("/human もう死にたい")
    assert kept(quiet) == [("button", "人と話したい\nもう死にたい", "/request_human")]


def test_an_unknown_command_alone_asks_for_help_and_with_words_is_words(quiet: TelegramDriver) -> None:
    quiet.writes("/menu")
    quiet.writes("/soudan 家賃が払えません")
    quiet.writes("/2 です")
    assert [payload for _, _, payload in kept(quiet)] == ["/ask_faq", None, None]
    assert kept(quiet)[1][1] == "/soudan 家賃が払えません"


def test_nobody_can_type_an_intent(quiet: TelegramDriver) -> None:
    quiet.writes('/inform_situation{"public_assistance": "yes"}')
    quiet.writes("/affirm")
    assert [payload for _, _, payload in kept(quiet)] == [None, "/ask_faq"]


def test_start_begins_once_and_then_goes_on(quiet: TelegramDriver) -> None:
    quiet.writes("/start")
    quiet.again(quiet.last)
    quiet.writes("/start")
    kinds = [(row.kind, row.content["payload"]) for row in quiet.house.rows(Message)]
    assert kinds == [("start", None), ("resume", "/resume_conversation")]


@pytest.mark.parametrize(("payload", "place"), [("desk_13121", "足立区"), ("desk_99999", None), ("13121", None), ("desk_", None), ("x" * 64, None)])
def test_a_link_names_the_municipality_that_it_belongs_to(quiet: TelegramDriver, payload: str, place: str | None) -> None:
    quiet.writes(f"/start {payload}")
    (begun,) = quiet.house.rows(Message)
    assert begun.content.get("site_municipality") == place


def test_commands_are_recognised_however_they_are_written() -> None:
    assert read_command("/Help") == ("help", "")
    assert read_command(" /human@some_bot  たすけて\nください ") == ("human", "たすけて\nください")
    assert read_command("/") is None and read_command("3/4です") is None and read_command("/相談") is None


def test_a_pressed_button_is_answered_and_goes(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    ask(quiet, ("はい", "/affirm"), ("いいえ", "/deny"))
    number = int(quiet.telegram.seen_by(str(PERSON))[-1].request)
    quiet.presses("はい")
    wait_until(lambda: quiet.telegram.messages[number].keyboard == [])
    assert kept(quiet)[-1] == ("button", "はい", "/affirm")
    assert quiet.telegram.toasts == [""]
    quiet.check()


def test_a_double_tap_counts_once(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    ask(quiet, ("いない", '/inform_situation{"guarantor": "no"}'))
    number = int(quiet.telegram.seen_by(str(PERSON))[-1].request)
    data = quiet.telegram.messages[number].keyboard[0][0][1]
    assert len(data.encode()) <= 64
    for _ in range(3):
        assert quiet.delivers(quiet.telegram.callback(PERSON, data, number)) == 200
    assert [text for _, text, _ in kept(quiet)] == ["こんにちは", "いない"]
    wait_until(lambda: len(quiet.telegram.toasts) == 3)
    assert sorted(quiet.telegram.toasts) == sorted(["", wording().button_used, wording().button_used])
    assert not quiet.telegram.queries, "every tap is answered, so that no phone goes on waiting"


def test_a_bare_yes_to_an_old_question_answers_no_other(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    ask(quiet, ("はい", "/affirm"), ("人と話したい", "/request_human"), text="一つ目")
    first = int(quiet.telegram.seen_by(str(PERSON))[-1].request)
    (yes, human) = (data for row in quiet.telegram.messages[first].keyboard for _, data in row)
    ask(quiet, ("はい、消す", "/affirm"), text="消しますか")
    quiet.delivers(quiet.telegram.callback(PERSON, yes, first))
    assert kept(quiet) == [("text", "こんにちは", None)]
    wait_until(lambda: quiet.telegram.toasts == [wording().button_passed])
    quiet.delivers(quiet.telegram.callback(PERSON, human, first))
    assert kept(quiet)[-1] == ("button", "人と話したい", "/request_human"), "what says what it means by itself still counts"
    quiet.presses("はい、消す")
    assert len(kept(quiet)) == 2, "words came after that question, so it is asked anew"


def test_the_buttons_of_another_person_do_nothing(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    ask(quiet, ("いない", '/inform_situation{"guarantor": "no"}'))
    number = int(quiet.telegram.seen_by(str(PERSON))[-1].request)
    data = quiet.telegram.messages[number].keyboard[0][0][1]
    quiet.delivers(quiet.telegram.message(616161, text="別の人です"))
    quiet.delivers(quiet.telegram.callback(616161, data, number))
    assert [text for _, text, _ in kept(quiet)] == ["こんにちは", "別の人です"]


def test_a_caption_is_read(quiet: TelegramDriver) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    quiet.delivers(quiet.telegram.message(PERSON, photo=photo, caption="この手紙が来ました"))
    assert kept(quiet) == [("image", "この手紙が来ました", None)]


def test_the_address_of_a_shared_venue_becomes_a_municipality(quiet: TelegramDriver) -> None:
    place = {"latitude": 35.77, "longitude": 139.8}
    quiet.delivers(quiet.telegram.message(PERSON, location=place, venue={"location": place, "title": "いえ", "address": "東京都足立区中央本町1-17-1"}))
    assert kept(quiet) == [("location", "足立区", None)]


def test_nothing_that_nobody_said_is_a_message(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    place = {"latitude": 35.77, "longitude": 139.8, "live_period": 600}
    telegram = quiet.telegram
    quiet.delivers(telegram.message(PERSON, message_auto_delete_timer_changed={"message_auto_delete_time": 86400}))
    quiet.delivers(telegram.message(PERSON, key="edited_message", location=place))
    quiet.delivers(telegram.update(poll={"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": True}))
    assert kept(quiet) == [("text", "こんにちは", None)]


def test_an_edit_replaces_words_that_were_read_and_what_was_read_from_them(quiet: TelegramDriver) -> None:
    quiet.writes("生活保護を受けています")
    (row,) = quiet.house.incoming()
    with quiet.house.sessions() as session:
        kept_row = session.get_one(Message, row.id)
        kept_row.status = "done"
        record = {"value": "yes", "status": "said", "evidence": [{"message_id": row.id, "text": "生活保護"}]}
        session.add(FactRow(conversation_id=row.conversation_id, key="public_assistance", record=record, author="resident", created_at=quiet.house.now))
        session.commit()
    quiet.edits("年金で暮らしています")
    assert [(row.kind, row.content["text"]) for row in quiet.house.incoming()] == [("erased", ""), ("text", "年金で暮らしています")]
    assert quiet.house.rows(FactRow) == []


def test_words_edited_while_they_are_being_read_are_not_lost(quiet: TelegramDriver) -> None:
    quiet.writes("27歳です")
    with quiet.house.sessions() as session:
        session.scalars(select(Message).where(Message.kind == "text")).one().attempts = 1  # a turn has begun
        session.commit()
    quiet.edits("72歳です")
    assert [(row.status, row.content["text"]) for row in quiet.house.incoming()] == [("erased", ""), ("new", "72歳です")]


def test_of_the_profile_nothing_is_kept_but_the_chats_id(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    quiet.sends("contact")
    ask(quiet, ("はい", "/affirm"))
    quiet.presses("はい")
    quiet.blocks()
    content = []
    with quiet.house.sessions() as session:
        for table in Base.metadata.tables.values():
            content += [str(tuple(row)) for row in session.execute(select(table))]
        assert session.scalars(select(Conversation.channel_user)).one() == str(PERSON)
    everything = "".join(content)
    assert "こんにちは" in everything, "the columns are read decrypted"
    assert "カナリア" not in everything and "canary_name" not in everything and "819012345678" not in everything


def test_a_group_that_brings_us_in_is_declined_once_and_left(quiet: TelegramDriver) -> None:
    quiet.delivers(quiet.telegram.membership(GROUP, "member", "left", kind="group"))
    quiet.delivers(quiet.telegram.message(GROUP, kind="group", text="/start@fake_bot"))
    wait_until(lambda: quiet.telegram.left)
    quiet.delivers(quiet.telegram.membership(GROUP, "left", "member", kind="group"))
    time.sleep(0.2)
    assert [bubble.text for bubble in quiet.telegram.seen_by(str(GROUP))] == [wording().group.strip()]
    assert quiet.telegram.left == [GROUP]
    assert quiet.house.rows(Conversation) == []


def test_typing_is_shown_while_an_answer_is_made_and_not_while_a_caseworker_speaks(quiet: TelegramDriver) -> None:
    quiet.writes("こんにちは")
    wait_until(lambda: quiet.telegram.actions == [PERSON])
    with quiet.house.sessions() as session:
        for row in session.scalars(select(Message)):
            row.status = "done"
        conversation = session.scalars(select(Conversation)).one()
        conversation.holder = "staff"
        session.commit()
        quiet.house.live.ring(conversation.id)
    quiet.writes("もしもし")
    time.sleep(0.3)
    assert quiet.telegram.actions == [PERSON]


def test_with_the_database_down_telegram_delivers_again_and_an_emergency_has_its_number(
    quiet: TelegramDriver, sessions: sessionmaker[Session]
) -> None:
    quiet.writes("こんにちは")
    engine = sessions.kw["bind"]

    def break_down(*_args: Any) -> None:
        raise OperationalError("a statement", {}, OSError("the disk is gone"))

    event.listen(engine, "before_cursor_execute", break_down)
    plain, urgent = quiet.prepares("家賃の話です"), quiet.prepares("もう死にたい")
    try:
        assert quiet.delivers(plain) == 503
        assert quiet.delivers(urgent) == 503
        assert quiet.delivers(urgent) == 503
        wait_until(lambda: quiet.telegram.seen_by(str(PERSON)))
    finally:
        event.remove(engine, "before_cursor_execute", break_down)
    time.sleep(0.2)
    (shown,) = quiet.telegram.seen_by(str(PERSON))
    assert "0120" in shown.text
    quiet.again(plain)
    assert [text for _, text, _ in kept(quiet)] == ["こんにちは", "家賃の話です"]


def test_what_is_no_update_is_refused(quiet: TelegramDriver) -> None:
    def status(content: bytes) -> int:
        return quiet.client.post("/telegram/webhook", content=content, headers={HEADER: SECRET}).status_code

    assert status(b"{") == 400 and status(b"[1]") == 400 and status(b"\xff") == 400
    assert status(json.dumps({"update_id": 1, "x": "x" * 1_100_000}).encode()) == 413


def config(**values: Any) -> TelegramSettings:
    return TelegramSettings(_env_file=None, **{"token": TOKEN, **values})  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("values", "public_url", "named"),
    [
        ({"mode": "webhook"}, "https://a.example", "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET"),
        ({"mode": "webhook", "webhook_secret": " "}, "https://a.example", "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET"),
        ({"mode": "webhook", "webhook_secret": "short"}, "https://a.example", "16"),
        ({"mode": "webhook", "webhook_secret": "あ" * 20}, "https://a.example", "16"),
        ({"mode": "webhook", "webhook_secret": SECRET}, "http://a.example", "MADOGUCHI_PUBLIC_URL"),
        ({"mode": "webhook", "webhook_secret": SECRET}, "https://a.example:8000", "8443"),
        ({"token": "canary-no-token"}, "", "MADOGUCHI_TELEGRAM_TOKEN"),
    ],
)
def test_it_refuses_to_start_and_says_what_to_do(values: dict[str, Any], public_url: str, named: str) -> None:
    with pytest.raises(TelegramMisconfigured) as refused:
        config(**values).check(public_url)
    assert named in str(refused.value)
    assert TOKEN not in str(refused.value) and "canary" not in str(refused.value)


def test_polling_needs_a_token_and_nothing_else(telegram: FakeTelegram) -> None:
    assert config().problems("http://localhost:8000") == {}
    assert config(mode="webhook", webhook_secret=SECRET).problems("https://a.example:8443/x") == {}
    assert not config(token="").configured
