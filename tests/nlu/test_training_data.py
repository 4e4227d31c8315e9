"""The training data holds together: known intents, known labels, no contradictions."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from knowledge.vocabulary import load_vocabulary

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "nlu" / "training").rglob("*.yml"))
ASKED_PREFIXES = {"need", "confirm"}


class Example(NamedTuple):
    place: str
    intent: str
    text: str
    metadata: dict[str, Any]


@cache
def examples() -> tuple[Example, ...]:
    return tuple(example for path in FILES for example in read(path))


def read(path: Path) -> Iterator[Example]:
    for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        found = block["examples"]
        shared = block.get("metadata") or {}
        lines = (
            [{"text": line[2:]} for line in found.splitlines()]
            if isinstance(found, str)
            else found
        )
        for entry in lines:
            text = entry["text"].strip()
            yield Example(
                f"{path.name}: {text}",
                block["intent"],
                text,
                {**shared, **(entry.get("metadata") or {})},
            )


def test_every_intent_is_in_the_domain_and_has_at_least_thirty_examples() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    declared = {
        name if isinstance(name, str) else next(iter(name))
        for name in domain["intents"]
    }
    counts = Counter(example.intent for example in examples())
    assert set(counts) <= declared
    assert {name for name, count in counts.items() if count < 30} == set()
    assert declared - set(counts) == {
        "report_emergency"
    }  # the emergency component alone sets it


def test_examples_have_a_text_and_only_known_metadata() -> None:
    for example in examples():
        assert example.text, example.place
        assert set(example.metadata) <= {"asked", "facts", "needs", "danger", "said"}, example.place


def test_questions_are_facts_needs_or_confirmations() -> None:
    vocabulary = load_vocabulary()
    for example in examples():
        asked = example.metadata.get("asked")
        if asked is not None and asked not in vocabulary.facts:
            prefix, _, rest = asked.partition(":")
            assert prefix in ASKED_PREFIXES and rest, example.place
            assert prefix != "need" or rest in vocabulary.needs, example.place


def test_labels_are_in_the_vocabulary() -> None:
    vocabulary = load_vocabulary()
    for example in examples():
        for need in example.metadata.get("needs", []):
            assert need in vocabulary.needs, example.place
        for key, value in example.metadata.get("facts", {}).items():
            spec = vocabulary.facts[key]
            assert isinstance(value, list) == (spec.type == "multi"), example.place
            assert all(
                spec.allows(one)
                for one in (value if isinstance(value, list) else [value])
            ), (example.place, key, value)


def test_the_same_words_after_the_same_question_mean_the_same() -> None:
    readings: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for example in examples():
        labels = f"{example.intent} {example.metadata.get('facts')} {example.metadata.get('needs')}"
        readings[example.text, example.metadata.get("asked")].add(labels)
    assert {place: found for place, found in readings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("mark", ["](", "]{", "]["])
def test_no_text_has_marks_that_rasa_would_take_for_an_annotation(mark: str) -> None:
    assert [example.place for example in examples() if mark in example.text] == []


def test_no_text_begins_like_a_payload() -> None:
    assert [
        example.place
        for example in examples()
        if example.text.startswith("/") and example.intent != "send_unreadable"
    ] == []
