import pytest

from tests.nlu.values import recall_cases as cases
from tests.nlu.values.test_value_extraction import values


@pytest.mark.parametrize(("asked", "text", "expected"), cases.PLACES)
def test_a_place_is_found_in_free_words_too(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "municipality", "desired_area") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.AGES)
def test_an_age_is_found_in_free_words_too(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "age", "age_band") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.COUNTS)
def test_people_told_by_school_or_size_are_counted(asked: str | None, text: str, expected: dict[str, object]) -> None:
    found = values(asked, text, "household_size", "children")
    assert {key: found.get(key) for key in expected} == expected
    assert expected or not found


@pytest.mark.parametrize(("asked", "text", "expected"), cases.MONEY)
def test_a_sum_is_told_by_the_work_and_by_its_change(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "rent_now", "rent_max", "income_monthly", "savings") == expected


@pytest.mark.parametrize(("asked", "text", "expected"), cases.DATES)
def test_a_deadline_in_english_is_read(asked: str | None, text: str, expected: dict[str, object]) -> None:
    assert values(asked, text, "deadline", "temporary_until") == expected
