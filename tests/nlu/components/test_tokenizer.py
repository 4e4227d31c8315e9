import pytest
from rasa.shared.nlu.training_data.message import Message

from nlu.components.tokenizer import JapaneseTokenizer

TEXTS = [
    "大家さんから３月末までに出てと言われました",
    "ﾊﾞｲﾄ代 ①万㌔😭\n𠮷野家です",
    "  はい  ",
    "👨‍👩‍👧家族で、が゙",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_token_stands_where_its_offsets_say(text: str) -> None:
    [message] = JapaneseTokenizer(JapaneseTokenizer.get_default_config()).process([Message({"text": text})])
    tokens = message.get("text_tokens")
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert "".join(token.text for token in tokens) == "".join(text.split())


def test_tokens_carry_the_normalised_form_as_lemma() -> None:
    [message] = JapaneseTokenizer(JapaneseTokenizer.get_default_config()).process([Message({"text": "ﾊﾞｲﾄを辞めた"})])
    assert [token.lemma for token in message.get("text_tokens")][:3] == [
        "バイト",
        "を",
        "辞める",
    ]


def test_tokens_stay_out_of_the_record() -> None:
    message = Message({"text": "はい"}, output_properties={"text_tokens"})
    JapaneseTokenizer(JapaneseTokenizer.get_default_config()).process([message])
    assert "text_tokens" not in message.as_dict(only_output_properties=True)


def test_a_text_longer_than_the_tokenizer_takes_is_still_split_with_right_offsets() -> None:
    text = "家賃が払えません。" * 2500
    [message] = JapaneseTokenizer(JapaneseTokenizer.get_default_config()).process([Message({"text": text})])
    assert all(text[token.start : token.end] == token.text for token in message.get("text_tokens"))
    assert message.get("text_tokens")[-1].end == len(text)
