"""The lexicon of facts: sound data, and a filter that never hides a match."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from knowledge.vocabulary import load_vocabulary
from nlu import patterns
from nlu.clauses import expand
from nlu.facts import extract_facts
from nlu.folding import fold
from nlu.patterns import load_lexicon
from nlu.prefilter import required_words
from tests.nlu.test_facts import SAID

NOW = datetime.fromisoformat("2026-11-20T10:00:00+09:00")
READ_AS_VALUES = {"age_band", "care_level"}


def test_every_categorical_fact_has_patterns_for_every_value() -> None:
    known = {(rule.key, rule.value) for rule in load_lexicon().rules}
    for key, spec in load_vocabulary().facts.items():
        values = ["yes", "no"] if spec.type == "tri" else list(spec.values)
        if key not in READ_AS_VALUES:
            assert not [value for value in values if (key, value) not in known], key


def test_every_need_has_patterns() -> None:
    assert {rule.value for rule in load_lexicon().rules if rule.key == "need"} == set(load_vocabulary().needs)


def test_the_filter_never_hides_a_rule_that_matches() -> None:
    texts = [fold(text).text for text, _, _ in SAID]
    for rule in load_lexicon().rules:
        for text in texts:
            if rule.words is not None and rule.pattern.search(text):
                assert any(word in text for word in rule.words), rule.pattern.pattern


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("ab(?:c|d)e*", {"ab"}), ("(?:cat|dog)s", {"cat", "dog"}), ("[xy]", {"x", "y"}), ("a*", None), ("a?b*", None), ("(?:ab)?cd", {"cd"})],
)
def test_required_words_of_a_pattern(pattern: str, words: set[str] | None) -> None:
    got = required_words(pattern)
    assert (None if got is None else set(got)) == words


def test_a_value_that_the_vocabulary_lacks_stops_loading(tmp_path: Path) -> None:
    path = tmp_path / "odd.yml"
    path.write_text('version: 1\nkeys:\n  pets:\n    values:\n      maybe:\n        says: ["x"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="odd.yml: pets: 'maybe'"):
        patterns._load(path)


def test_an_unknown_field_stops_loading(tmp_path: Path) -> None:
    path = tmp_path / "odd.yml"
    path.write_text('version: 1\nkeys:\n  pets:\n    colour: red\n    values: {"yes": {says: ["x"]}}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="odd.yml"):
        patterns._load(path)


def test_an_unknown_name_in_a_pattern_is_told_with_its_record() -> None:
    with pytest.raises(ValueError, match="record: no such word: <nowhere>"):
        expand("a<nowhere>b", {}, "record")


@pytest.mark.parametrize("unit", ["家賃が", "ない", "父は母は", "あ、", "保証人", "わからないので、", "て"])
def test_a_long_message_is_read_in_reasonable_time(unit: str) -> None:
    extract_facts("はい", None, NOW)
    start = time.perf_counter()
    extract_facts((unit * 1000)[:1000], None, NOW)
    assert time.perf_counter() - start < 3
