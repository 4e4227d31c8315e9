"""Readings behind words in Chinese characters."""

import pytest

from nlu.readings import with_readings


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("家賃を払えない", "家賃（やちん）を払（はら）えない"),
        ("お住まい", "お住（す）まい"),
        ("引っ越し", "引っ越（ひっこ）し"),
        ("65歳以上の方", "65歳（さい）以上（いじょう）の方（かた）"),
        ("11月26日(木)", "11月（がつ）26日（にち）(木（もく）)"),
        ("杉並区", "杉並区（すぎなみく）"),
        ("保証人（ほしょうにん）です", "保証人（ほしょうにん）です"),
        ("ひらがなとカタカナ、ABC 123。", "ひらがなとカタカナ、ABC 123。"),
        ("", ""),
    ],
)
def test_each_word_gets_its_reading_once(text: str, read: str) -> None:
    assert with_readings(text) == read


def test_what_has_readings_gets_no_more() -> None:
    once = with_readings("家賃のことで困っている方の相談窓口です。")
    assert with_readings(once) == once
