from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rasa.shared.nlu.training_data.message import Message

from nlu.components.emergency_detector import EmergencyDetector
from nlu.components.fact_extractor import FactExtractor, sent_at
from nlu.components.language_detector import LanguageDetector
from nlu.components.message import asked_of, is_payload

NOW = "2026-11-20T10:00:00+09:00"


def test_entities_have_the_fact_key_the_value_and_the_place_of_the_words() -> None:
    text = "こんにちは、七十二歳です"
    [message] = FactExtractor().process([Message({"text": text, "metadata": {"now": NOW}})])
    [entity] = [found for found in message.get("entities") if found["entity"] == "age"]
    assert entity["value"] == 72
    assert text[entity["start"] : entity["end"]] == entity["text"]
    assert "entities" in message.as_dict(only_output_properties=True)


def test_the_question_asked_reaches_the_rules() -> None:
    message = Message({"text": "72", "metadata": {"asked": "age", "now": NOW}})
    FactExtractor().process([message])
    assert [(found["entity"], found["value"]) for found in message.get("entities")] == [("age", 72)]


def test_the_time_is_the_one_given_else_the_clock() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert sent_at(Message({"text": "", "metadata": {"now": NOW}})) == datetime(2026, 11, 20, 10, tzinfo=tokyo)
    assert sent_at(Message({"text": "", "metadata": {"now": "2026-11-20T10:00:00"}})).utcoffset() == timedelta(hours=9)
    assert abs(sent_at(Message({"text": ""})) - datetime.now(tokyo)) < timedelta(minutes=1)


def test_a_certain_sign_of_danger_decides_the_intent() -> None:
    message = Message({"text": "もう死にたいです", "intent": {"name": "complain", "confidence": 0.9}})
    EmergencyDetector({"intent": "report_emergency"}).process([message])
    assert message.get("intent") == {"name": "report_emergency", "confidence": 1.0}
    assert {"kind", "start", "end", "text", "certain", "alarm", "source"} == set(message.get("emergency")[0])
    assert message.get("emergency")[0]["source"] == "rules"


def test_without_a_sign_the_intent_stays() -> None:
    message = Message(
        {
            "text": "家賃が高いです",
            "intent": {"name": "inform_situation", "confidence": 0.9},
        }
    )
    EmergencyDetector({"intent": "report_emergency"}).process([message])
    assert message.get("intent")["name"] == "inform_situation"
    assert message.as_dict(only_output_properties=True)["emergency"] == []


def test_the_language_is_noted() -> None:
    [message] = LanguageDetector().process([Message({"text": "I lost my apartment and I need help."})])
    assert message.as_dict(only_output_properties=True)["language"] == "en"


@pytest.mark.parametrize(
    "component",
    [
        FactExtractor(),
        EmergencyDetector({"intent": "report_emergency"}),
        LanguageDetector(),
    ],
)
def test_payloads_are_left_alone(
    component: FactExtractor | EmergencyDetector | LanguageDetector,
) -> None:
    message = Message({"text": "/affirm"})
    component.process([message])
    assert message.data == {"text": "/affirm"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/affirm", True),
        ('/a_b{"x": "y"}', True),
        ("/家賃が払えない", False),
        ("はい/いいえ", False),
        ("", False),
    ],
)
def test_only_payloads_are_taken_for_payloads(text: str, expected: bool) -> None:
    assert is_payload(Message({"text": text})) is expected


@pytest.mark.parametrize(
    ("metadata", "asked"),
    [
        (None, None),
        ({"asked": "age"}, "age"),
        ({"example": {"asked": "age"}}, "age"),
        ({"intent": {"asked": "age"}}, "age"),
        ({"intent": {"asked": "age"}, "example": {"asked": "pets"}}, "pets"),
    ],
)
def test_the_question_is_found_at_run_time_and_in_training(metadata: dict[str, object] | None, asked: str | None) -> None:
    assert asked_of(Message({"text": "はい", "metadata": metadata})) == asked
