"""Which place a name means, when several places bear it."""

from typing import Any

import pytest

from knowledge.directory import Directory
from knowledge.facts import merge, open_place, plain_values, settle_place
from knowledge.places import home_prefecture, is_ambiguous, place_question, prefecture_named, prefecture_of


def told(name: str, words: str | None = None) -> dict[str, Any]:
    facts, _ = merge({}, [{"entity": "municipality", "value": name, "text": words or name}], asked=None, message_id=1)
    return dict(facts)


@pytest.mark.parametrize(
    ("area", "prefecture"), [("足立区", "東京都"), ("八王子市", "東京都"), ("東京都", "東京都"), ("府中市", None), ("どこか", None)]
)
def test_the_prefecture_of_a_name_is_told_only_when_there_is_one(area: str, prefecture: str | None) -> None:
    assert prefecture_of(area) == prefecture


def test_only_names_in_several_prefectures_are_ambiguous() -> None:
    assert [name for name in ("府中市", "伊達市", "北区", "世田谷区", "大阪市", "どこか") if is_ambiguous(name)] == ["府中市", "伊達市", "北区"]


@pytest.mark.parametrize(("words", "prefecture"), [("広島の府中です", "広島県"), ("東京都府中市", "東京都"), ("府中市", None), ("東京か広島", None)])
def test_a_prefecture_counts_with_and_without_its_suffix_when_it_is_the_only_one(words: str, prefecture: str | None) -> None:
    assert prefecture_named("府中市", words) == prefecture


def test_a_unique_name_needs_no_question() -> None:
    assert open_place(told("世田谷区")) is None
    assert plain_values(told("世田谷区"))["prefecture"] == "東京都"  # type: ignore[arg-type]


def test_the_words_of_the_mention_settle_the_place() -> None:
    assert home_prefecture(told("府中市", "広島県府中市")) == "広島県"
    assert open_place(told("府中市", "広島県府中市")) is None  # type: ignore[arg-type]


def test_a_place_wished_for_in_one_of_the_prefectures_settles_it() -> None:
    facts = told("府中市") | {"desired_area": {"value": ["福山市", "尾道市"], "status": "said", "evidence": []}}
    assert home_prefecture(facts) == "広島県"


def test_the_answer_is_kept_until_another_place_is_named() -> None:
    facts = settle_place(told("府中市"), "広島です", agreed=False)  # type: ignore[arg-type]
    assert home_prefecture(facts) == "広島県"
    again, _ = merge(facts, [{"entity": "municipality", "value": "府中市", "text": "府中市"}], asked=None, message_id=2)
    assert home_prefecture(again) == "広島県"
    moved, _ = merge(facts, [{"entity": "municipality", "value": "伊達市", "text": "伊達市"}], asked=None, message_id=2)
    assert open_place(moved) == "伊達市"


def test_a_bare_yes_settles_only_where_one_place_was_offered() -> None:
    assert home_prefecture(settle_place(told("北区"), "はい", agreed=True)) == "東京都"  # type: ignore[arg-type]
    assert home_prefecture(settle_place(told("府中市"), "はい", agreed=True)) is None  # type: ignore[arg-type]


def test_the_question_names_the_prefectures_or_shows_how_to_name_another_city() -> None:
    assert place_question("府中市") == ("府中市は、東京都と広島県にあります。どちらの府中市ですか。", ["東京都", "広島県"])
    question, offered = place_question("港区")
    assert offered == ["東京都"]
    assert "東京都の港区" in question
    assert "大阪市港区" in question


def test_a_namesake_elsewhere_does_not_get_the_desk_of_the_other() -> None:
    shipped = Directory.from_files()
    assert shipped.in_municipality("housing_desk", "府中市", "東京都")
    assert not shipped.in_municipality("housing_desk", "府中市", "広島県")
    assert shipped.council("府中市", "広島県") is None
