"""The second opinion asks about danger that the rules did not hear, and leaves everything else alone."""

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.danger_classifier import DangerClassifier

DANGER = ["冷たい川の音ばかり聞いて、橋の上にいます", "橋の上で川を見ていました、もう帰りません", "川の流れを橋からずっと見ています", "橋まで来て、川をのぞきました"]
ORDINARY = ["川の近くの静かな部屋がいいです", "駅から近いところを探しています", "家賃は五万円までです", "母と二人で暮らしています", "橋の近くの団地に申し込みました"]


@pytest.fixture
def classifier(storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> DangerClassifier:
    danger = [Message({"text": text, "intent": "inform_situation", "metadata": {"danger": "suicide"}}) for text in DANGER * 8]
    ordinary = [Message({"text": text, "intent": "inform_situation"}) for text in ORDINARY * 8]
    config = {**DangerClassifier.get_default_config(), "ask_share": 0.0, "alarm_share": 0.0}
    DangerClassifier.create(config, storage, resource, context).train(TrainingData([*danger, *ordinary]))
    return DangerClassifier.load(config, storage, resource, context)


def looked_at(classifier: DangerClassifier, text: str, **fields: Any) -> Message:
    [message] = classifier.process([Message({"text": text, "intent": {"name": "inform_situation", "confidence": 0.9}, "emergency": [], **fields})])
    return message


def test_danger_without_its_usual_words_is_asked_about(classifier: DangerClassifier) -> None:
    message = looked_at(classifier, "部屋の話です。冷たい川の音を橋の上で聞いています")
    [sign] = message.get("emergency")
    assert (sign["kind"], sign["text"], sign["certain"], sign["source"]) == ("suicide", "冷たい川の音を橋の上で聞いています", False, "model")
    assert message.get("intent")["name"] == "report_emergency"


@pytest.mark.parametrize("text", ["静かな部屋を探しています", "家賃は五万円までがいいです", "橋の上", "I am standing on the bridge"])
def test_other_messages_are_left_alone(classifier: DangerClassifier, text: str) -> None:
    message = looked_at(classifier, text)
    assert message.get("emergency") == []
    assert message.get("intent")["name"] == "inform_situation"


def test_what_is_over_is_not_asked_about(classifier: DangerClassifier) -> None:
    assert classifier.second_opinion("冷たい川の音を橋の上で聞いていました。今は落ち着いています") is None


def test_the_rules_come_first(classifier: DangerClassifier) -> None:
    known = [{"kind": "medical", "alarm": True}]
    assert looked_at(classifier, DANGER[0], emergency=known).get("emergency") == known


def test_an_answer_to_a_question_is_not_overruled(classifier: DangerClassifier) -> None:
    message = looked_at(classifier, DANGER[0], intent={"name": "request_human", "confidence": 0.9})
    assert message.get("intent")["name"] == "request_human"
