"""Plain Japanese beside the usual wording: found by name, filled in, joined, and spoken to those who read it more easily."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot import wording
from bot.channel import replies_of
from bot.inbox import add_reply, open_web_conversation
from bot.models import Conversation
from bot.reply import Reply
from bot.store import write_facts
from bot.validation import easy_faults, wording_faults


@pytest.fixture(autouse=True)
def _own_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "utter_sample": [{"text": "{thing}は見本です。"}, {"channel": "easy", "text": "{thing}は 見本（みほん）です。"}],
        "utter_usual": [{"text": "ふつうの文です。"}],
        "utter_bad": [{"text": "悪い見本"}, {"channel": "easy", "text": "読みのない 言葉（ことば）です。" + "長" * 50}],
    }
    monkeypatch.setattr("bot.wording.responses", lambda: told)
    monkeypatch.setattr("bot.validation.responses", lambda: told)


def test_a_variation_is_found_and_filled_in() -> None:
    assert wording.say_easily("utter_sample", {"thing": "これ"}) == "これは 見本（みほん）です。"
    assert wording.say_easily("utter_usual", {}) == ""
    assert wording.say_easily("utter_sample", {}) == ""


def test_joined_messages_keep_their_plain_words() -> None:
    responses = [
        {"text": "ふつうの文です。", "utter_action": "utter_usual"},
        {"text": "これは見本です。", "utter_action": "utter_sample", "thing": "これ", "custom": {"asks": [{"fact": "age"}]}},
    ]
    (reply,) = replies_of(responses)
    assert reply.text == "ふつうの文です。\n\nこれは見本です。"
    assert reply.easy_text == "ふつうの文です。\n\nこれは 見本（みほん）です。"


@pytest.mark.parametrize(("language", "said"), [(None, "ふつう"), ("ja", "ふつう"), ("easy_ja", "やさしい"), ("vi", "やさしい")])
def test_who_reads_plain_japanese_more_easily_is_spoken_to_in_it(
    sessions: sessionmaker[Session], now: datetime, language: str | None, said: str
) -> None:
    with sessions() as session:
        open_web_conversation(session, municipality=None, now=now)
        conversation = session.query(Conversation).one()
        if language:
            write_facts(session, conversation.id, {"language": {"value": language, "status": "said", "evidence": []}}, now)
        sent = add_reply(session, conversation.id, Reply(text="ふつう", easy_text="やさしい"), in_reply_to=None, now=now)
        assert sent.content["text"] == said


def test_a_word_without_its_reading_and_a_long_sentence_are_faults() -> None:
    assert list(easy_faults("utter_sample")) == []
    faults = list(easy_faults("utter_bad"))
    assert any("読" in fault for fault in faults)
    assert any("too long" in fault for fault in faults)


def test_every_question_of_the_dialogue_is_there_in_plain_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert list(wording_faults()) == []
    monkeypatch.setattr("bot.validation.responses", lambda: {"utter_ask_age": [{"text": "年齢を教えてください。"}]})
    assert any("utter_ask_age: no variation in plain Japanese" in fault for fault in wording_faults())
