"""The language of a message is told apart; what is too short or Japanese stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.languages import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I need a room", "en"),
        ("My landlord wants us to leave next month", "en"),
        ("mother of three, evicted tomorrow", "en"),
        ("我需要租房", "zh"),
        ("你好", "zh"),
        ("請問可以幫忙嗎", "zh"),
        ("房东让我们下个月搬走", "zh"),
        ("안녕하세요 집을 찾고 있어요", "ko"),
        ("월세를 못 내고 있어요", "ko"),
        ("Tôi cần tìm nhà thuê", "vi"),
        ("Chủ nhà bảo tôi phải dọn đi", "vi"),
        ("मलाई घर चाहिन्छ", "ne"),
        ("भाडा तिर्न सकिनँ", "ne"),
        ("Kailangan ko po ng bahay", "tl"),
        ("Wala akong matirhan", "tl"),
        ("preciso de um apartamento", "pt"),
        ("Fui despejado e não tenho onde morar", "pt"),
        ("Necesito ayuda con el alquiler", "es"),
        ("Estoy buscando casa para mi familia", "es"),
        ("家賃が払えません", "ja"),
        ("東京都足立区", "ja"),
        ("生活保護", "ja"),
        ("わたし フィリピン、タガログ語", "ja"),
        ("ﾈｶﾌｪです", "ja"),
        ("URの2LDKがいいです", "ja"),
        ("watashi wa heya o sagashite imasu", "ja"),
    ],
)
def test_language_is_told(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "   ", "ok", "OK!", "hello", "yes", "UR", "2LDK", "DV", "😭", "12345", "https://example.com/help/me", "a@example.com", "???"],
)
def test_what_is_too_short_is_left_open(text: str) -> None:
    assert detect_language(text) is None


@given(st.text(max_size=120))
def test_no_string_makes_it_fail(text: str) -> None:
    assert detect_language(text) in {None, "ja", "en", "zh", "ko", "vi", "ne", "tl", "pt", "es"}
