"""Lines are complete, dated, in order, and only shown while their source is young enough."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from knowledge import lifelines
from knowledge.errors import DataError
from knowledge.lifelines import emergency_words, language_answer, lifelines_for, load_lifelines

TOKYO = ZoneInfo("Asia/Tokyo")
KINDS = ["suicide", "violence_now", "child_danger", "medical", "elder_abuse", "no_place_tonight"]
SATURDAY_EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=TOKYO)


def ids(kinds: list[str], at: datetime = SATURDAY_EVENING, language: str | None = None) -> list[str]:
    return [line.id for line in lifelines_for(kinds, at, language)]


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("suicide", "yorisoi"),
        ("violence_now", "police_110"),
        ("child_danger", "child_189"),
        ("medical", "fire_119"),
        ("elder_abuse", "elder_abuse_municipal"),
        ("no_place_tonight", "self_reliance_municipal"),
    ],
)
def test_the_best_fitting_line_comes_first(kind: str, first: str) -> None:
    assert ids([kind])[0] == first


def test_two_dangers_have_both_their_lines_at_the_top() -> None:
    assert set(ids(["medical", "child_danger"])[:2]) == {"fire_119", "child_189"}


def test_an_unknown_kind_has_no_lines() -> None:
    assert ids(["weather"]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_line_at_any_hour_and_long_after(kind: str) -> None:
    assert ids([kind], datetime(2040, 1, 1, 3, 0, tzinfo=TOKYO))


def test_a_line_is_held_back_two_years_after_its_date() -> None:
    line = next(line for line in load_lifelines() if line.id == "yorisoi")
    as_of = datetime.combine(line.as_of, datetime.min.time(), TOKYO)
    assert line.is_fresh(as_of + timedelta(days=lifelines.FRESH_DAYS - 1))
    assert not line.is_fresh(as_of + timedelta(days=lifelines.FRESH_DAYS))
    assert "yorisoi" not in ids(["suicide"], as_of + timedelta(days=lifelines.FRESH_DAYS))


@pytest.mark.parametrize("line_id", ["inochi_no_denwa_navi", "inochi_sos", "immigration_information"])
def test_lines_known_only_from_old_pages_are_not_shown(line_id: str) -> None:
    assert line_id in {line.id for line in load_lifelines()}
    assert line_id not in ids(KINDS)


@pytest.mark.parametrize(
    ("line_id", "at", "answer"),
    [
        ("police_110", datetime(2026, 1, 1, 3, 0, tzinfo=TOKYO), True),
        ("childline", datetime(2026, 11, 21, 15, 59, tzinfo=TOKYO), False),
        ("childline", datetime(2026, 11, 21, 16, 0, tzinfo=TOKYO), True),
        ("childline", datetime(2026, 11, 21, 21, 0, tzinfo=TOKYO), False),
        ("childline", datetime(2026, 12, 30, 17, 0, tzinfo=TOKYO), False),
        ("houterasu", datetime(2026, 11, 20, 20, 59, tzinfo=TOKYO), True),
        ("houterasu", datetime(2026, 11, 21, 16, 59, tzinfo=TOKYO), True),
        ("houterasu", datetime(2026, 11, 21, 17, 0, tzinfo=TOKYO), False),
        ("houterasu", datetime(2026, 11, 23, 10, 0, tzinfo=TOKYO), False),
        ("houterasu", datetime(2026, 11, 20, 1, 0, tzinfo=ZoneInfo("UTC")), True),
        ("dv_navi", datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO), None),
        ("inochi_no_denwa_free", datetime(2026, 11, 20, 17, 0, tzinfo=TOKYO), None),
    ],
)
def test_whether_a_line_answers_now_is_computed_or_left_open(line_id: str, at: datetime, answer: bool | None) -> None:
    assert next(line for line in load_lifelines() if line.id == line_id).is_open(at) is answer


def test_a_language_brings_the_lines_that_speak_it_forward() -> None:
    japanese, nepali = ids(["violence_now"]), ids(["violence_now"], language="ne")
    assert nepali[0] == "police_110"
    assert nepali.index("houterasu_multilingual") < japanese.index("houterasu_multilingual")


@pytest.mark.parametrize("line", load_lifelines(), ids=lambda line: line.id)
def test_every_line_says_where_it_comes_from(line: lifelines.Lifeline) -> None:
    assert line.source.publisher and line.source.title and line.source.url
    assert line.as_of <= SATURDAY_EVENING.date()
    assert line.number or line.web or line.lasting


def test_a_number_with_a_hash_becomes_a_link_that_can_be_dialled() -> None:
    assert next(line for line in load_lifelines() if line.id == "dv_navi").href == "tel:%238008"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_plain_and_easy_words(kind: str) -> None:
    words = emergency_words(kind)
    assert "相談員" in words.message or "いっしょに" in words.message
    assert "（" in words.easy_message and "（" in words.easy_gentle
    assert "？" not in words.message
    assert max(len(sentence) for sentence in words.message.split("。")) <= 60


@pytest.mark.parametrize("language", ["en", "zh", "ko", "vi", "ne", "tl", "pt", "es"])
def test_each_language_has_its_answer_with_a_number_while_that_is_fresh(language: str) -> None:
    now = language_answer(language, SATURDAY_EVENING)
    later = language_answer(language, datetime(2040, 1, 1, tzinfo=TOKYO))
    assert now is not None and now.line is not None and str(now.line.number) in now.text
    assert language in now.line.languages
    assert later is not None and later.line is None and "0570" not in later.text and "{" not in later.text


def test_other_languages_have_no_answer() -> None:
    assert language_answer("fr", SATURDAY_EVENING) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"as_of": None}, "as_of"),
        ({"source": None}, "source"),
        ({"lasting": True}, "basis"),
        ({"number": "call us"}, "number"),
        ({"answers": {"weather": 1}}, "answers"),
    ],
)
def test_a_wrong_record_stops_loading_with_its_place(
    change: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = yaml.safe_load((lifelines.DATA / "lifelines.yml").read_text(encoding="utf-8"))
    book["lines"][2].update(change)
    (tmp_path / "lifelines.yml").write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(lifelines, "DATA", tmp_path)
    lifelines._book.cache_clear()
    try:
        with pytest.raises(DataError, match=rf"lifelines\.yml: lines\.2.*{said}"):
            load_lifelines()
    finally:
        lifelines._book.cache_clear()
