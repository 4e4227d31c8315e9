import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from nlu.values.extract import extract_values
from tests.nlu.values import value_cases as cases
from tests.nlu.values.value_cases import NOW


def values(asked: str | None, text: str, *keys: str) -> dict[str, object]:
    """Return what is extracted for `keys`, places wished for as a list."""
    found: dict[str, object] = {}
    for mention in extract_values(text, asked, NOW):
        if mention.key == "desired_area" and mention.key in keys:
            found.setdefault(mention.key, [])
            found[mention.key].append(mention.value)  # type: ignore[attr-defined]
        elif mention.key in keys:
            found[mention.key] = mention.value
    return found


@pytest.mark.parametrize(("asked", "text", "expected"), cases.AGES)
def test_an_age_is_that_of_the_person_who_needs_the_home(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "age", "age_band") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.COUNTS)
def test_household_and_children_are_counted(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "household_size", "children") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.ARREARS)
def test_arrears_are_those_of_rent_and_of_now(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "arrears_months", "arrears_amount") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.MONEY)
def test_a_sum_goes_where_the_words_beside_it_put_it(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "rent_now", "rent_max", "income_monthly", "savings") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.DATES)
def test_a_deadline_is_resolved_against_the_day(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "deadline", "temporary_until") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.PLACES)
def test_home_and_wished_place_are_told_apart(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "municipality", "desired_area") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.CARE)
def test_care_levels_are_read(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "care_level") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.CONTACT)
def test_times_to_call_are_read(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "contact_time") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.MESSAGES)
def test_a_whole_message_gives_what_it_states_and_nothing_else(asked: str | None, text: str, expected: dict[str, object]) -> None:
    keys = {mention.key for mention in extract_values(text, asked, NOW)}
    assert values(asked, text, *keys) == expected


def test_spans_lead_back_to_the_words_as_typed() -> None:
    text = "😢😢 家賃は ６万８千円、ﾈｺと　ふたり暮らしで７２歳です"
    found = {mention.key: mention for mention in extract_values(text, None, NOW)}
    assert found["rent_now"].text == "６万８千円" == text[found["rent_now"].start : found["rent_now"].end]
    assert found["age"].text == "７２歳"


def test_the_day_is_that_of_tokyo() -> None:
    late = datetime(2026, 11, 20, 16, 0, tzinfo=ZoneInfo("UTC"))
    assert [mention.value for mention in extract_values("明日までに出ろと言われた", None, late)] == ["2026-11-22"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "。",
        "😢",
        "\u200b",
        "はい",
        "()[]{}\\",
        "9" * 400,
        "一" * 50,
        "万万万円",
        "1/1/1/1",
        "令和99年99月99日",
    ],
)
def test_odd_text_is_read_without_error(text: str) -> None:
    for asked in (None, "age", "deadline", "rent_now", "municipality", "children"):
        for mention in extract_values(text, asked, NOW):
            assert mention.text == text[mention.start : mention.end]


def test_a_message_is_read_in_under_two_milliseconds() -> None:
    text = "足立区に住む72歳です。家賃は6万円で、来月末までに出てほしいと言われ、貯金も20万円しかなく困っています。"
    extract_values(text, None, NOW)
    durations = []
    for _ in range(30):
        start = time.perf_counter()
        extract_values(text, None, NOW)
        durations.append(time.perf_counter() - start)
    assert sorted(durations)[15] < 0.005
