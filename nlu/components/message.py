"""What every component needs from a Rasa message: whether to read it, the question it answers, its words."""

import re
from typing import Any

from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.tokens import split_words

_PAYLOAD = re.compile(r"\s*/[A-Za-z_]+(@[0-9.]+)?(\{.*\})?\s*", re.DOTALL)


def text_of(message: Message) -> str:
    """Return the text as typed; empty when there is none."""
    return str(message.get(TEXT) or "")


def is_payload(message: Message) -> bool:
    """Return whether the text is a button's payload such as `/affirm`, which Rasa reads by itself after the pipeline."""
    return _PAYLOAD.fullmatch(text_of(message)) is not None


def metadata_of(message: Message) -> dict[str, Any]:
    """Return the metadata: of the sender's message, or in training of the example and, below it, of its block."""
    metadata = message.get("metadata") or {}
    if "example" in metadata or "intent" in metadata:
        return {**(metadata.get("intent") or {}), **(metadata.get("example") or {})}
    return dict(metadata)


def asked_of(message: Message) -> str | None:
    """Return what was asked just before: a fact key, `need:<id>`, `confirm:<what>`; None when nothing was."""
    asked = metadata_of(message).get("asked")
    return str(asked) if asked else None


def tokens_of(message: Message) -> list[Token]:
    """Return the words that the tokenizer put into the message; splits the text when it has not run."""
    tokens: list[Token] | None = message.get(TOKENS_NAMES[TEXT])
    return as_tokens(text_of(message)) if tokens is None else tokens


def as_tokens(text: str) -> list[Token]:
    """Return the words of `text` as Rasa tokens: offsets as typed, `lemma` the normalised form, `pos` in the data."""
    return [
        Token(
            word.surface, word.start, word.end, {"pos": word.part_of_speech}, word.lemma
        )
        for word in split_words(text)
    ]


def add_entities(message: Message, entities: list[dict[str, Any]]) -> None:
    """Add entities to those that the message has, and make them part of the output."""
    message.set(
        ENTITIES, [*(message.get(ENTITIES) or []), *entities], add_to_output=True
    )
