"""Notes the language that a message is written in; another one than Japanese is a fact about the person."""

from typing import Any, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from nlu.components.fact_extractor import entity_of
from nlu.components.message import add_entities, is_payload, text_of
from nlu.languages import detect_language
from nlu.types import Mention

LANGUAGE = "language"
JAPANESE = "ja"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class LanguageDetector(GraphComponent):
    """Puts `language` (an id of the vocabulary's fact `language`) into the output, and as an entity when it is another one. Runs after the facts."""

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
            if is_payload(message):
                continue
            text = text_of(message)
            language = detect_language(text)
            message.set(LANGUAGE, language, add_to_output=True)
            if language not in (None, JAPANESE) and not any(entity["entity"] == LANGUAGE for entity in message.get(ENTITIES) or []):
                mention = Mention(LANGUAGE, str(language), 0, len(text), text, source=type(self).__name__)
                add_entities(message, [entity_of(mention, type(self).__name__)])
        return messages
