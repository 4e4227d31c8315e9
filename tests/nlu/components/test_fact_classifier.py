import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.fact_classifier import FactClassifier, is_labelled, labels_of


@pytest.fixture
def classifier(
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    training_data: TrainingData,
) -> FactClassifier:
    config = {**FactClassifier.get_default_config(), "strength": 10.0, "threshold": 0.4, "min_support": 4}
    FactClassifier.create(config, storage, resource, context).train(training_data)
    return FactClassifier.load(config, storage, resource, context)


def test_the_sentence_that_scored_is_the_evidence(classifier: FactClassifier) -> None:
    text = "はじめまして。　保証人がいません！猫は好きです。"
    [entity] = [found for found in classifier.second_opinion(text, None, []) if found["entity"] == "guarantor"]
    assert (entity["value"], entity["text"]) == ("no", "保証人がいません！")
    assert text[entity["start"] : entity["end"]] == entity["text"]


def test_what_the_rules_have_found_is_not_overruled(classifier: FactClassifier) -> None:
    known = [{"entity": "guarantor", "value": "yes"}]
    assert "guarantor" not in {found["entity"] for found in classifier.second_opinion("保証人がいません", None, known)}


def test_a_label_speaks_only_above_its_own_threshold(
    classifier: FactClassifier,
) -> None:
    assert classifier.second_opinion("猫を飼っています", None, [])
    classifier.config = {**classifier.config, "thresholds": {"pets=yes": 1.01}}
    assert "pets" not in {found["entity"] for found in classifier.second_opinion("猫を飼っています", None, [])}


@pytest.mark.parametrize("text", ["母は猫を飼っています", "猫を飼っていますか", "もし猫を飼っていたら"])
def test_nobody_elses_nor_a_supposed_cat_is_the_persons(classifier: FactClassifier, text: str) -> None:
    assert "pets" not in {found["entity"] for found in classifier.second_opinion(text, None, [])}


def test_an_answer_may_be_short_of_a_subject(classifier: FactClassifier) -> None:
    assert [found["value"] for found in classifier.second_opinion("いないです", "guarantor", [])] == ["no"]


def test_a_sentence_without_facts_gives_none(classifier: FactClassifier) -> None:
    assert classifier.second_opinion("なぜ聞くのですか", None, []) == []
    assert classifier.second_opinion("", None, []) == []


def test_without_labelled_data_nothing_is_ever_added(storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> None:
    component = FactClassifier.create(FactClassifier.get_default_config(), storage, resource, context)
    component.train(TrainingData([Message.build(text, "thank") for text in ("ありがとう", "どうも", "ありがとうございます")]))
    [message] = component.process([Message({"text": "保証人がいません"})])
    assert not message.get("entities")


def test_payloads_are_left_alone(classifier: FactClassifier) -> None:
    [message] = classifier.process([Message({"text": '/inform_situation{"pets":"yes"}'})])
    assert message.get("entities") is None


def test_labels_are_the_categorical_facts_and_the_needs() -> None:
    metadata = {
        "facts": {
            "guarantor": "no",
            "age": 72,
            "municipality": "足立区",
            "reasons": ["dv", "no_home"],
        },
        "needs": ["dv_protection"],
    }
    assert labels_of(metadata) == {
        "guarantor=no",
        "reasons=dv",
        "reasons=no_home",
        "need=dv_protection",
    }


@pytest.mark.parametrize(
    ("intent", "metadata", "expected"),
    [
        ("inform_situation", None, False),
        ("inform_situation", {"facts": {}}, True),
        ("thank", None, True),
        ("affirm", {"asked": "guarantor"}, False),
        ("correct_answer", None, False),
    ],
)
def test_only_examples_whose_facts_are_all_known_teach(intent: str, metadata: dict[str, object] | None, expected: bool) -> None:
    assert is_labelled(Message.build("はい", intent, example_metadata=metadata)) is expected
