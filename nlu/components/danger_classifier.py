"""A learned second opinion on danger that is told without its usual words; it never answers for the rules, it only has someone ask."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.emergency_detector import EMERGENCY
from nlu.components.message import as_tokens, is_payload, metadata_of, text_of
from nlu.components.tokenizer import JapaneseTokenizer
from nlu.components.trained import TrainedComponent
from nlu.emergency import alarms_when_unsure, detect_emergency, is_quieted
from nlu.features import split_sentences, text_features
from nlu.linear import Features, new_vectorizer, train_multiple, with_labels
from nlu.meaning import SpellingAndMeaning

DANGER, NONE = "danger", "none"
MODEL = "model"
ASK, ALARM = "ask", "alarm"
_SHARES = {ASK: "ask_share", ALARM: "alarm_share"}
_EVEN = 0.5
_SLOPE = 4.0
_TOLD = 12  # characters: shorter ones are answers
_STOP = "\u3002"
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff\uff66-\uff9d]")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(TrainedComponent):
    """Adds an unsure sign where the rules heard nothing and the words are used like those of people in danger. Runs after the rules."""

    @classmethod
    def required_components(cls) -> list[type[GraphComponent]]:
        """Return what has to run before."""
        return [JapaneseTokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings.

        `ask_share` (0…1): the share of ordinary training stories, held back, at which it may have the person asked for nothing;
        `alarm_share`: the same for telling staff too, in the kinds where an unsure sign does so.
        `fewest_characters`: shorter messages are left alone. `instead_of`: the intents that a sign replaces by `intent`. `strength` is the
        inverse regularisation.
        """
        return {
            "strength": 1.0,
            "ask_share": 0.002,
            "alarm_share": 0.0003,
            "fewest_characters": 8,
            "intent": "report_emergency",
            "instead_of": ["inform_situation", "correct_answer", "express_uncertainty", "complain", "talk_off_topic", "thank", "deny", "abuse"],
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from examples marked with `danger`, and from all others in which the rules hear none: those are the ordinary messages.

        Ordinary stories are learned two together as well: what people tell is longer than a training sentence, and touches more.
        """
        story = self.config["instead_of"][0]
        examples: list[Features] = []
        kinds: list[str] = []
        ordinary: list[bool] = []
        told: list[str] = []
        for example in training_data.intent_examples:
            text, danger = text_of(example), metadata_of(example).get(DANGER)
            if not _is_japanese(text) or (danger is None and detect_emergency(text)):
                continue
            examples.append(_features(text))
            kinds.append(NONE if danger is None else str(danger))
            ordinary.append(danger is None and example.get(INTENT) == story and len(text) >= self.config["fewest_characters"])
            if danger is None and example.get(INTENT) == story and len(text) >= _TOLD:
                told.append(text)
        examples += [_features(f"{one}{_STOP}{other}") for one, other in zip(told, told[len(told) // 2 :] + told, strict=False)]
        kinds += [NONE for _ in told]
        ordinary += [False for _ in told]
        strength, labels = self.config["strength"], [set() if kind == NONE else {DANGER} for kind in kinds]
        model, margins = train_multiple(examples, labels, strength, 1, SpellingAndMeaning(new_vectorizer()))
        if DANGER not in model.labels:
            return self.keep(model)
        limits = {name: float(np.quantile(margins[np.array(ordinary), 0], 1 - self.config[share])) for name, share in _SHARES.items()}
        model = replace(model, scales={name: (_SLOPE, -_SLOPE * limit) for name, limit in limits.items()})
        telling = [example for example, kind in zip(examples, kinds, strict=True) if kind != NONE]
        return self.keep(with_labels(model, telling, [kind for kind in kinds if kind != NONE], strength))

    def process(self, messages: list[Message]) -> list[Message]:
        """Look at each typed message in which the rules heard nothing."""
        for message in messages:
            if is_payload(message) or message.get(EMERGENCY) or not _is_japanese(text_of(message)):
                continue
            sign = self.second_opinion(text_of(message))
            if sign is not None and (message.get(INTENT) or {}).get(INTENT_NAME_KEY) in self.config["instead_of"]:
                message.set(EMERGENCY, [sign], add_to_output=True)
                chosen = {INTENT_NAME_KEY: self.config["intent"], PREDICTED_CONFIDENCE_KEY: sign["confidence"]}
                message.set(INTENT_RANKING_KEY, [chosen, *(message.get(INTENT_RANKING_KEY) or [])], add_to_output=True)
                message.set(INTENT, chosen, add_to_output=True)
        return messages

    def second_opinion(self, text: str) -> dict[str, Any] | None:
        """Return the sign of the most telling sentence, None when there is none; `text` is that sentence."""
        if self.model is None or DANGER not in self.model.labels or len(text.strip()) < self.config["fewest_characters"]:
            return None
        spans = split_sentences(text) or [(0, len(text))]
        margins = self.model.margins([_features(text[start:end]) for start, end in spans])
        row = int(margins[:, 0].argmax())  # the first label is DANGER, its kinds come after
        margin = float(margins[row, 0])
        confidence = self.model.confidence(margin, ASK)
        if confidence < _EVEN:
            return None
        start, end = spans[row]
        kind = self.model.labels[1 + int(margins[row, 1:].argmax())]
        if is_quieted(text, kind):
            return None
        return {
            "kind": kind,
            "start": start,
            "end": end,
            "text": text[start:end],
            "certain": False,
            "alarm": alarms_when_unsure(kind, text) and self.model.confidence(margin, ALARM) >= _EVEN,
            "source": MODEL,
            "confidence": round(confidence, 4),
        }


def _is_japanese(text: str) -> bool:
    """Return whether there is any Japanese writing: the model has learned nothing of other languages."""
    return _JAPANESE.search(text) is not None


def _features(text: str) -> Features:
    return text_features(text, [token.lemma for token in as_tokens(text)], None)
