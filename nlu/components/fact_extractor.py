"""Finds facts and needs in a message by rules."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from nlu.components.message import (
    add_entities,
    asked_of,
    is_payload,
    metadata_of,
    text_of,
)
from nlu.facts import extract_facts
from nlu.types import Mention

TOKYO = ZoneInfo("Asia/Tokyo")


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class FactExtractor(GraphComponent):
    """Adds one entity for each fact or need that the rules find: entity = fact key or `need`, value = canonical value."""

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
        """Add entities to each message that is not a payload, read as the answer to what was asked, at the time it was sent."""
        for message in messages:
            if not is_payload(message):
                mentions = extract_facts(
                    text_of(message), asked_of(message), sent_at(message)
                )
                add_entities(
                    message,
                    [entity_of(mention, type(self).__name__) for mention in mentions],
                )
        return messages


def sent_at(message: Message) -> datetime:
    """Return the `now` of the message's metadata (ISO 8601 with offset; Tokyo when it has none), else the clock."""
    given = metadata_of(message).get("now")
    if not given:
        return datetime.now(TOKYO)
    moment = datetime.fromisoformat(str(given))
    return moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)


def entity_of(mention: Mention, extractor: str) -> dict[str, Any]:
    """Return the mention as Rasa's entity; `start` and `end` count characters of the text as typed."""
    found = asdict(mention)
    return {
        "entity": found["key"],
        "value": found["value"],
        "start": found["start"],
        "end": found["end"],
        "text": found["text"],
        "extractor": extractor,
        "confidence_entity": found["confidence"],
    }
