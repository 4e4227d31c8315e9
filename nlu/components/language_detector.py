"""Notes the language that a message is written in."""

from typing import Any, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from nlu.components.message import is_payload, text_of
from nlu.languages import detect_language

LANGUAGE = "language"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class LanguageDetector(GraphComponent):
    """Puts `language` (an id of the vocabulary's fact `language`) into the output."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """Return the component; it has no settings."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Note the language of each message that is not a payload."""
        for message in messages:
            if not is_payload(message):
                message.set(
                    LANGUAGE, detect_language(text_of(message)), add_to_output=True
                )
        return messages
