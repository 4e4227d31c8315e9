"""Finds facts and needs that no rule has words for: a learned second opinion, tuned to be right rather than complete."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.vocabulary import load_vocabulary
from nlu.clauses import read_clauses
from nlu.components.fact_extractor import sent_at
from nlu.components.intent_classifier import features_of
from nlu.components.message import add_entities, as_tokens, asked_of, is_payload, metadata_of, text_of
from nlu.components.tokenizer import JapaneseTokenizer
from nlu.components.trained import TrainedComponent
from nlu.facts import extract_facts
from nlu.features import split_sentences, text_features
from nlu.linear import learn_scale, train_multiple
from nlu.patterns import NOTHING

NEED = "need"
NEAR = -0.8  # margins below this are never right often enough to weigh
OTHERS = ("parent", "sibling", "child")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class FactClassifier(TrainedComponent):
    """One linear model for each `key=value`, read sentence by sentence; speaks only where the rules were silent."""

    @classmethod
    def required_components(cls) -> list[type[GraphComponent]]:
        """Return what has to run before. FactExtractor too, but Rasa does not see it in the training graph: it learns nothing."""
        return [JapaneseTokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings.

        `threshold` (0…1) is the share of right ones that a label's margin has to promise, `thresholds` has those of single labels
        (`guarantor=no: 0.9`); labels with fewer than `min_support` examples are never given; `strength` is the inverse regularisation.
        """
        return {"strength": 1.0, "threshold": 0.75, "thresholds": {}, "min_support": 6}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from examples that list their facts, and from the other intents' examples, which hold none.

        Examples of `inform_situation` without `facts` or `needs` are left out: what they hold is not written down.
        How sure a label makes is learned where it counts: on examples held back, from what the rules leave open there.
        """
        examples = [example for example in training_data.intent_examples if is_labelled(example)]
        labels = [labels_of(metadata_of(example)) for example in examples]
        settings = self.config["strength"], self.config["min_support"]
        model, margins = train_multiple([features_of(example) for example in examples], labels, *settings)
        trials: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for example, own, row in zip(examples, labels, margins, strict=True):
            text, asked = text_of(example), asked_of(example)
            known = [(mention.key, str(mention.value)) for mention in extract_facts(text, asked, sent_at(example))]
            for column, scale in _open(model.labels, row, text, asked, known):
                trials[scale].append((float(row[column]), model.labels[column] in own))
        scales = {scale: learn_scale(*zip(*tried, strict=True)) for scale, tried in trials.items()}
        return self.keep(replace(model, scales=scales))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to each message that is not a payload; their span is the sentence that scored."""
        for message in messages:
            if self.model is not None and self.model.labels and not is_payload(message):
                add_entities(message, self.second_opinion(text_of(message), asked_of(message), message.get(ENTITIES) or []))
        return messages

    def second_opinion(self, text: str, asked: str | None, known: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return entities for labels above their threshold that `known` (the rules' entities) says nothing about."""
        spans = split_sentences(text)
        if self.model is None or not spans:
            return []
        margins = self.model.margins([self._sentence_features(text[start:end], asked) for start, end in spans])
        said = [(str(entity["entity"]), str(entity["value"])) for entity in known]
        best: dict[str, tuple[float, str, int]] = {}
        for row, (start, end) in enumerate(spans):
            for column, scale in _open(self.model.labels, margins[row], text[start:end], asked, said):
                label = self.model.labels[column]
                score = self.model.confidence(margins[row, column], scale)
                if score >= self._threshold(label) and score > best.get(_place(label), (0.0, "", 0))[0]:
                    best[_place(label)] = (score, label, row)
        return [self._entity(label, score, text, *spans[row]) for score, label, row in best.values()]

    def _threshold(self, label: str) -> float:
        return float(self.config["thresholds"].get(label, self.config["threshold"]))

    @staticmethod
    def _sentence_features(sentence: str, asked: str | None) -> list[str]:
        return text_features(sentence, [token.lemma for token in as_tokens(sentence)], asked)

    def _entity(self, label: str, score: float, text: str, start: int, end: int) -> dict[str, Any]:
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


def _open(
    labels: Sequence[str], margins: NDArray[np.float64], sentence: str, asked: str | None, known: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, str]]:
    """Yield column and scale of the labels worth weighing: near or over their plane, and nothing that is `known` speaks against them.

    What was asked for is on the scale `answer`; others need a clause about the person as things are and are on the scale `need`, `aside`
    (a fact in an answer to something else) or `told`.
    """
    near = np.flatnonzero(margins > NEAR)
    if not len(near):
        return
    taken = {_place(f"{key}={value}") for key, value in known}
    several = {key for key, _ in known}
    own = is_about_the_person(sentence, helped=("speaker", "family") in known)
    for column in near:
        label = labels[column]
        key, value = label.split("=", 1)
        if _place(label) in taken or (value == NOTHING and key in several):
            continue
        if asked == f"{NEED}:{value}":
            continue  # yes or no to it is the intent's to tell
        if asked == key:
            yield int(column), "answer"
        elif own:
            yield int(column), NEED if key == NEED else "aside" if asked else "told"


def is_about_the_person(sentence: str, helped: bool) -> bool:
    """Return whether a clause of the sentence is about the writer now: no question, nothing over or only supposed, none of their family.

    `helped`: they write for somebody of their family, so that whom a clause names says nothing.
    """
    clauses = read_clauses(sentence).clauses
    return any(not (clause.asked or clause.past or clause.supposed or (clause.who in OTHERS and not helped)) for clause in clauses)


def is_labelled(example: Message) -> bool:
    """Return whether everything that the example says is known: its facts are listed, or it carries none.

    A yes or no to a question may carry one; without a question only `inform_situation` and `correct_answer` do.
    """
    metadata = metadata_of(example)
    if "facts" in metadata or "needs" in metadata:
        return bool(text_of(example))
    silent = example.get(INTENT) not in ("inform_situation", "correct_answer") and "asked" not in metadata
    return silent and bool(text_of(example))


def labels_of(metadata: Mapping[str, Any]) -> set[str]:
    """Return the `key=value` labels of an example: enum, multi and tri facts, and `need=id`. Numbers and dates have none."""
    labels = {f"{NEED}={need}" for need in metadata.get("needs") or []}
    for key, value in (metadata.get("facts") or {}).items():
        spec = load_vocabulary().facts[key]
        if spec.type == "tri" or spec.values:
            labels |= {f"{key}={one}" for one in (value if isinstance(value, list) else [value])}
    return labels


def _place(label: str) -> str:
    """Return what can be said only once: a key, or for needs and multi keys the key with its value."""
    key = label.split("=", 1)[0]
    spec = load_vocabulary().facts.get(key)
    return label if key == NEED or (spec is not None and spec.type == "multi") else key
