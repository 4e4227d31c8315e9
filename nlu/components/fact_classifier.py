"""Finds facts and needs that no rule has words for: a learned second opinion, tuned to be right rather than complete."""

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.vocabulary import load_vocabulary
from nlu.components.intent_classifier import features_of
from nlu.components.message import (
    add_entities,
    as_tokens,
    asked_of,
    is_payload,
    metadata_of,
    text_of,
)
from nlu.components.tokenizer import JapaneseTokenizer
from nlu.components.trained import TrainedComponent
from nlu.features import split_sentences, text_features
from nlu.linear import train_multiple

NEED = "need"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class FactClassifier(TrainedComponent):
    """One logistic regression for each `key=value`, read sentence by sentence; speaks only where the rules were silent."""

    @classmethod
    def required_components(cls) -> list[type[GraphComponent]]:
        """Return what has to run before. FactExtractor too, but Rasa does not see it in the training graph: it learns nothing."""
        return [JapaneseTokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings.

        `threshold` (0…1) is what a label has to reach, `thresholds` has those of single labels (`guarantor=no: 0.9`);
        labels with fewer than `min_support` examples are never given; `strength` is the inverse regularisation.
        """
        return {
            "strength": 100.0,
            "threshold": 0.75,
            "thresholds": {},
            "min_support": 6,
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from examples that list their facts, and from the other intents' examples, which hold none.

        Examples of `inform_situation` without `facts` or `needs` are left out: what they hold is not written down.
        """
        features, labels = [], []
        for example in training_data.intent_examples:
            if is_labelled(example):
                features.append(features_of(example))
                labels.append(labels_of(metadata_of(example)))
        return self.keep(
            train_multiple(
                features, labels, self.config["strength"], self.config["min_support"]
            )
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to each message that is not a payload; their span is the sentence that scored."""
        for message in messages:
            if self.model is not None and self.model.labels and not is_payload(message):
                add_entities(
                    message,
                    self.second_opinion(
                        text_of(message), asked_of(message), message.get(ENTITIES) or []
                    ),
                )
        return messages

    def second_opinion(
        self, text: str, asked: str | None, known: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return entities for labels above their threshold that `known` (the rules' entities) says nothing about."""
        spans = split_sentences(text)
        if self.model is None or not spans:
            return []
        scores = self.model.scores(
            [self._sentence_features(text[start:end], asked) for start, end in spans]
        )
        taken = {
            _place(str(entity["entity"]), str(entity["value"])) for entity in known
        }
        best: dict[str, tuple[float, str, int]] = {}
        for column, label in enumerate(self.model.labels):
            row = int(scores[:, column].argmax())
            score = float(scores[row, column])
            place = _place(*label.split("=", 1))
            if (
                place not in taken
                and score >= self._threshold(label)
                and score > best.get(place, (0.0, "", 0))[0]
            ):
                best[place] = (score, label, row)
        return [
            self._entity(label, score, text, *spans[row])
            for score, label, row in best.values()
        ]

    def _threshold(self, label: str) -> float:
        return float(self.config["thresholds"].get(label, self.config["threshold"]))

    @staticmethod
    def _sentence_features(sentence: str, asked: str | None) -> list[str]:
        return text_features(
            sentence, [token.lemma for token in as_tokens(sentence)], asked
        )

    def _entity(
        self, label: str, score: float, text: str, start: int, end: int
    ) -> dict[str, Any]:
        key, value = label.split("=", 1)
        return {
            "entity": key,
            "value": value,
            "start": start,
            "end": end,
            "text": text[start:end],
            "extractor": type(self).__name__,
            "confidence_entity": round(score, 4),
        }


def is_labelled(example: Message) -> bool:
    """Return whether everything that the example says is known: its facts are listed, or it carries none.

    A yes or no to a question may carry one; without a question only `inform_situation` and `correct_answer` do.
    """
    metadata = metadata_of(example)
    if "facts" in metadata or "needs" in metadata:
        return bool(text_of(example))
    silent = (
        example.get(INTENT) not in ("inform_situation", "correct_answer")
        and "asked" not in metadata
    )
    return silent and bool(text_of(example))


def labels_of(metadata: Mapping[str, Any]) -> set[str]:
    """Return the `key=value` labels of an example: enum, multi and tri facts, and `need=id`. Numbers and dates have none."""
    labels = {f"{NEED}={need}" for need in metadata.get("needs") or []}
    for key, value in (metadata.get("facts") or {}).items():
        spec = load_vocabulary().facts[key]
        if spec.type == "tri" or spec.values:
            labels |= {
                f"{key}={one}"
                for one in (value if isinstance(value, list) else [value])
            }
    return labels


def _place(key: str, value: str) -> str:
    """Return what can be said only once: a key, or for needs and multi keys the key with its value."""
    spec = load_vocabulary().facts.get(key)
    return (
        f"{key}={value}"
        if key == NEED or (spec is not None and spec.type == "multi")
        else key
    )
