"""Marks signs of danger to life and safety in a message."""

from dataclasses import asdict
from typing import Any, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.components.message import is_payload, text_of
from nlu.emergency import detect_emergency

EMERGENCY = "emergency"
RULES = "rules"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class EmergencyDetector(GraphComponent):
    """Puts `emergency` (a list of signs with their words) into the output; a sign that calls for staff decides the intent. Runs after the facts."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: the intent that such a sign sets."""
        return {"intent": "report_emergency"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """Return the component."""
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        """Keep the settings."""
        self.config = config

    def process(self, messages: list[Message]) -> list[Message]:
        """Look at each message that is not a payload; `emergency` is an empty list when there is no sign."""
        for message in messages:
            if is_payload(message):
                continue
            signs = [{**asdict(sign), "source": RULES} for sign in detect_emergency(text_of(message))]
            message.set(EMERGENCY, signs, add_to_output=True)
            if any(sign["alarm"] for sign in signs):
                chosen = {
                    INTENT_NAME_KEY: self.config["intent"],
                    PREDICTED_CONFIDENCE_KEY: 1.0,
                }
                message.set(
                    INTENT_RANKING_KEY,
                    [chosen, *(message.get(INTENT_RANKING_KEY) or [])],
                    add_to_output=True,
                )
                message.set(INTENT, chosen, add_to_output=True)
        return messages
