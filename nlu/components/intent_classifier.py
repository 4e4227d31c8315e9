"""Tells what a message is doing: giving facts, agreeing, asking back, leaving."""

from itertools import cycle
from typing import Any

from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.vocabulary import load_vocabulary
from nlu.components.message import asked_of, is_payload, text_of, tokens_of
from nlu.components.tokenizer import JapaneseTokenizer
from nlu.components.trained import TrainedComponent
from nlu.features import text_features
from nlu.linear import new_vectorizer, train_exclusive
from nlu.meaning import SpellingAndMeaning


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(TrainedComponent):
    """A linear model over characters, words and the question asked; unsure means `fallback_intent`."""

    @classmethod
    def required_components(cls) -> list[type[GraphComponent]]:
        """Return what has to run before."""
        return [JapaneseTokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings.

        `strength` is the inverse regularisation. Under `threshold` (0…1) a message gets `fallback_intent`; one with
        neither letter nor digit gets `wordless_intent` under `wordless_threshold`. `thresholds` has higher ones for single intents, those
        that are costly when wrong. `ranking_length` limits the ranking. The intents of `in_the_middle` come at any point of the talk: their
        examples are learned once more as if a question had just been asked, each time another one.
        """
        return {
            "strength": 1.0,
            "threshold": 0.25,
            "thresholds": {},
            "fallback_intent": "inform_situation",
            "wordless_threshold": 0.5,
            "wordless_intent": "send_unreadable",
            "ranking_length": 5,
            "in_the_middle": [],
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has an intent and a text."""
        examples = [example for example in training_data.intent_examples if text_of(example)]
        features = [features_of(example) for example in examples]
        asides = [example for example in examples if example.get(INTENT) in self.config["in_the_middle"] and asked_of(example) is None]
        features += [features_of(example, asked) for example, asked in zip(asides, cycle(load_vocabulary().facts), strict=False)]
        labels = [str(example.get(INTENT)) for example in [*examples, *asides]]
        return self.keep(train_exclusive(features, labels, self.config["strength"], SpellingAndMeaning(new_vectorizer())))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` on each message that is not a payload."""
        for message in messages:
            if is_payload(message):
                continue
            ranking = self.rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def rank(self, message: Message) -> list[dict[str, Any]]:
        """Return intents with their probabilities, the chosen one first. A blank text has only the wordless one, with 1.0."""
        text = text_of(message)
        wordless = not any(character.isalnum() for character in text)
        fallback = self.config["wordless_intent" if wordless else "fallback_intent"]
        threshold = self.config["wordless_threshold" if wordless else "threshold"]
        if self.model is None or not text.strip():
            return [_entry(fallback, 1.0)]
        scores = self.model.shares([features_of(message)])[0]
        ranking = [_entry(self.model.labels[place], float(scores[place])) for place in scores.argsort()[::-1]]
        threshold = max(threshold, self.config["thresholds"].get(ranking[0][INTENT_NAME_KEY], 0.0))
        if ranking[0][PREDICTED_CONFIDENCE_KEY] < threshold:
            ranking.sort(key=lambda entry: bool(entry[INTENT_NAME_KEY] != fallback))  # stable: the others keep their order
        return ranking[: self.config["ranking_length"]]


def features_of(message: Message, asked: str | None = None) -> list[str]:
    """Return the features of a whole message; `asked` stands for the question before it where the message names none."""
    return text_features(text_of(message), [token.lemma for token in tokens_of(message)], asked_of(message) or asked)


def _entry(name: str, confidence: float) -> dict[str, Any]:
    return {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
