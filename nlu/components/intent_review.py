"""A second look at the intent once the facts are known: an answer to the question is an answer, however short."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.message import asked_of, is_payload


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class IntentReview(GraphComponent):
    """Sets the intent of an answer: the message holds a value for the fact that was asked for, so it is no small talk."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: the intent of an answer, and the intents that it overrules."""
        return {"intent": "inform_situation", "overrules": []}

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
            if is_payload(message) or intent.get("name") not in self.config["overrules"]:
                continue
            asked = asked_of(message)
            if any(entity["entity"] == asked for entity in message.get(ENTITIES) or []):
                message.set(INTENT, {"name": self.config["intent"], "confidence": 1.0}, add_to_output=True)
        return messages
