"""Components built by hand, with a small training set of their own: no Rasa training run is needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    """Where a component under test stores its model."""
    return LocalModelStorage.create(tmp_path)


@pytest.fixture
def resource() -> Resource:
    """What a component's model is stored under."""
    return Resource("component")


@pytest.fixture
def context() -> ExecutionContext:
    """The graph around a component: none."""
    return ExecutionContext(GraphSchema({}), "test")


@pytest.fixture
def training_data() -> Iterator[TrainingData]:
    """A few examples of four intents, some with their facts."""
    lines = [("affirm", t, None, None) for t in ("はい", "そうです", "はい、お願いします", "うん", "ええ")]
    lines += [("deny", t, None, None) for t in ("いいえ", "違います", "いや、いいです", "ちがう", "いえ")]
    lines += [
        ("ask_why", t, None, None)
        for t in (
            "なぜ聞くのですか",
            "なんで聞くの",
            "どうして必要なんですか",
            "なぜですか",
        )
    ]
    told: list[tuple[str, str | None, dict[str, str]]] = [
        ("保証人になってくれる人がいません", "guarantor", {"guarantor": "no"}),
        ("保証人を頼める人がいない", None, {"guarantor": "no"}),
        ("保証人が見つかりません", None, {"guarantor": "no"}),
        ("保証人の当てがありません", None, {"guarantor": "no"}),
        ("猫と暮らしています", None, {"pets": "yes"}),
        ("猫が二匹います", None, {"pets": "yes"}),
        ("うちには猫がいます", None, {"pets": "yes"}),
        ("猫を飼っています", None, {"pets": "yes"}),
        ("年金で暮らしています", None, {}),
        ("家賃が高いです", None, {}),
        ("いないです", "guarantor", {"guarantor": "no"}),
    ]
    lines += [("inform_situation", text, asked, facts) for text, asked, facts in told]  # type: ignore[misc]
    examples = []
    for intent, text, asked, facts in lines:
        metadata = {key: value for key, value in (("asked", asked), ("facts", facts)) if value is not None}
        examples.append(Message.build(text, intent, example_metadata=metadata or None))
    yield TrainingData(examples)
