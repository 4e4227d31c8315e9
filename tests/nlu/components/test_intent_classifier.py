import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.intent_classifier import LinearIntentClassifier


@pytest.fixture
def classifier(
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    training_data: TrainingData,
) -> LinearIntentClassifier:
    config = LinearIntentClassifier.get_default_config()
    LinearIntentClassifier.create(config, storage, resource, context).train(training_data)
    return LinearIntentClassifier.load(config, storage, resource, context)


def intent_of(classifier: LinearIntentClassifier, text: str, asked: str | None = None) -> str:
    [message] = classifier.process([Message({"text": text, "metadata": {"asked": asked}})])
    return str(message.get("intent")["name"])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("はい、そうです", "affirm"),
        ("いえ、違います", "deny"),
        ("なんでですか", "ask_why"),
        ("猫がいます", "inform_situation"),
    ],
)
def test_a_stored_model_tells_intents_apart(classifier: LinearIntentClassifier, text: str, intent: str) -> None:
    assert intent_of(classifier, text) == intent


def test_the_question_asked_changes_what_a_short_answer_is(
    classifier: LinearIntentClassifier,
) -> None:
    scores = {}
    for asked in (None, "guarantor"):
        message = Message({"text": "いない", "metadata": {"asked": asked}})
        scores[asked] = {entry["name"]: entry["confidence"] for entry in classifier.rank(message)}["inform_situation"]
    assert scores["guarantor"] > scores[None]


def test_an_unsure_reading_is_taken_for_a_part_of_the_story(
    classifier: LinearIntentClassifier,
) -> None:
    classifier.config = {**classifier.config, "threshold": 1.01}
    assert intent_of(classifier, "はい") == "inform_situation"


def test_an_intent_that_is_costly_when_wrong_has_to_be_surer(classifier: LinearIntentClassifier) -> None:
    classifier.config = {**classifier.config, "thresholds": {"ask_why": 1.01}}
    assert intent_of(classifier, "なんでですか") == "inform_situation"
    assert intent_of(classifier, "はい、そうです") == "affirm"


@pytest.mark.parametrize("text", ["", "  \n", "\u3000"])
def test_a_blank_text_is_unreadable(classifier: LinearIntentClassifier, text: str) -> None:
    assert intent_of(classifier, text) == "send_unreadable"


def test_the_chosen_intent_heads_the_ranking_and_confidences_are_shares(
    classifier: LinearIntentClassifier,
) -> None:
    [message] = classifier.process([Message({"text": "なぜ聞くの"})])
    ranking = message.get("intent_ranking")
    assert ranking[0] == message.get("intent")
    assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("payload", ["/affirm", '/inform_situation{"guarantor":"no"}', " /deny "])
def test_a_payload_is_left_alone(classifier: LinearIntentClassifier, payload: str) -> None:
    [message] = classifier.process([Message({"text": payload})])
    assert message.get("intent") is None


def test_text_that_begins_with_a_slash_is_still_read(
    classifier: LinearIntentClassifier,
) -> None:
    assert intent_of(classifier, "/猫がいます") == "inform_situation"


def test_an_aside_is_learned_as_coming_in_the_middle_of_a_question_too(storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> None:
    answers = [Message({"text": text, "intent": "inform_situation", "metadata": {"asked": "speaker"}}) for text in ("母のことです", "父です", "わたしです", "本人です") * 5]
    asides = [Message({"text": text, "intent": "ask_why"}) for text in ("なぜですか", "どうして聞くの", "なんで聞くんですか", "理由は何ですか") * 5]
    sure = {}
    for in_the_middle in ([], ["ask_why"]):
        config = {**LinearIntentClassifier.get_default_config(), "in_the_middle": in_the_middle}
        learned = LinearIntentClassifier.create(config, storage, resource, context)
        learned.train(TrainingData([*answers, *asides]))
        scores = learned.rank(Message({"text": "理由は何なの", "metadata": {"asked": "speaker"}}))
        sure[bool(in_the_middle)] = {entry["name"]: entry["confidence"] for entry in scores}["ask_why"]
    assert sure[True] > sure[False]
