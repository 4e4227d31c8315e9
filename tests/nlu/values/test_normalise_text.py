import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.values.normalise import normalise
from nlu.values.numbers import with_digits


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("ﾈｯﾄｶﾌｪ", "ネットカフェ"),
        ("ﾊﾟｰﾄ", "パート"),
        ("か\u3099", "が"),
        ("えーーーっと", "えーっと"),
        ("やばいいいい", "やばい"),
        ("ええ", "ええ"),
        ("1000円", "1000円"),
        ("困った😢です", "困った です"),
        ("あ\u200bい", "あい"),
        ("はい、、、", "はい、"),
        ("一行目\n二行目", "一行目。二行目"),
        ("5〜6万", "5~6万"),
        ("5～6万", "5~6万"),
        ("うーん…", "うーん…"),
        ("全角　空白", "全角 空白"),
    ],
)
def test_text_is_brought_to_one_form(typed: str, expected: str) -> None:
    assert normalise(typed).text == expected


def test_a_span_leads_back_to_half_width_kana() -> None:
    typed = "今はﾈｯﾄｶﾌｪです"
    normal = normalise(typed)
    at = normal.text.index("カフェ")
    assert normal.original_span(at, at + 3) == (5, 8)
    assert typed[5:8] == "ｶﾌｪ"


def test_a_composed_sign_covers_both_of_its_parts() -> None:
    normal = normalise("ﾊﾟｰﾄ")
    assert normal.original_span(0, 1) == (0, 2)


@given(st.text(max_size=80))
def test_every_character_keeps_a_place_inside_the_original(text: str) -> None:
    for normal in (normalise(text), with_digits(normalise(text))):
        assert len(normal.text) == len(normal.starts) == len(normal.ends)
        assert all(0 <= start < end <= len(text) for start, end in zip(normal.starts, normal.ends, strict=True))
        assert list(normal.starts) == sorted(normal.starts)
