"""A second look at the intent once facts and language are known: an answer is an answer, however short; another language is met in it."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.language_detector import JAPANESE, LANGUAGE
from nlu.components.message import asked_of, is_payload


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class IntentReview(GraphComponent):
    """Sets the intent of an answer (the message holds a value for what was asked, so it is no small talk) and of another language."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: the intent of an answer and the intents it overrules; that of another language and those it leaves alone."""
        return {"intent": "inform_situation", "overrules": [], "language_intent": "change_language", "whatever_language": []}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "IntentReview":
        """Return the component."""
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        """Keep the settings."""
        self.config = config

    def process(self, messages: list[Message]) -> list[Message]:
        """Look at each message that is not a payload."""
        for message in messages:
            intent = message.get(INTENT) or {}
            if is_payload(message):
                continue
            if message.get(LANGUAGE) not in (None, JAPANESE) and intent.get("name") not in self.config["whatever_language"]:
                message.set(INTENT, {**intent, "name": self.config["language_intent"]}, add_to_output=True)
                continue
            if intent.get("name") not in self.config["overrules"]:
                continue
            asked = asked_of(message)
            if any(entity["entity"] == asked for entity in message.get(ENTITIES) or []):
                message.set(INTENT, {"name": self.config["intent"], "confidence": 1.0}, add_to_output=True)
        return messages
