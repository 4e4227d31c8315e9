"""Words that look like a fact and are none: not able alone, no appetite, over by now, denied at the end, about a relative."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from nlu.facts import extract_facts

NOW = datetime(2026, 12, 1, 10, tzinfo=ZoneInfo("Asia/Tokyo"))


def said(text: str, asked: str | None) -> dict[str, object]:
    return {mention.key: mention.value for mention in extract_facts(text, asked, NOW)}


@pytest.mark.parametrize(
    ("asked", "text", "key"),
    [
        (None, "私ひとりではどうにもなりません", "household"),
        ("reasons", "一人で悩んでいました", "household"),
        ("emergency_contact", "兄が一人暮らしをしています", "household"),
        ("difficulties", "食欲が落ちて、ご飯が食べられません", "food_shortage"),
        ("supports_now", "料理が苦手で、ご飯が作れないのが心配です", "food_shortage"),
        ("isolated", "のどを通らなくて、食べられない日が続いています", "food_shortage"),
        (None, "犬を飼っていたけど、もう天国です", "pets"),
        ("working", "三月まで工場勤めでした", "working"),
    ],
)
def test_what_only_looks_like_a_fact_sets_nothing(asked: str | None, text: str, key: str) -> None:
    assert key not in said(text, asked)


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        ("pets", "犬がいたのですが、春に虹の橋を渡りました", "no"),
        ("pets", "猫と暮らしていましたが、今年旅立ちました", "no"),
        ("utilities_stopped", "止められたことは一度もありません", "no"),
        ("isolated", "話し相手に困ることはありません", "no"),
        ("isolated", "寂しいとは思っていません", "no"),
        ("isolated", "孤立はしていません", "no"),
    ],
)
def test_what_is_over_or_denied_is_a_no(asked: str, text: str, value: str) -> None:
    assert said(text, asked)[asked] == value


@pytest.mark.parametrize(
    ("asked", "text", "key", "value"),
    [
        ("food_shortage", "冷蔵庫は空で、昨日から何も食べていません", "food_shortage", "yes"),
        ("food_shortage", "お金がなくて料理もできず、一日一食です", "food_shortage", "yes"),
        ("pets", "一匹は死にましたが、もう一匹います", "pets", "yes"),
        ("household", "一人暮らしです。ひとりでは不安です", "household", "single"),
        ("working", "前は工場で働いていましたが、今はスーパーで週4日働いています", "working", "yes"),
    ],
)
def test_the_plain_statement_beside_it_still_counts(asked: str, text: str, key: str, value: str) -> None:
    assert said(text, asked)[key] == value
